import { join } from 'node:path';
import type { CommonSettings } from '#platform/configuration.js';
import type { SharedDatabase } from '../shared-database.js';
import { EmbeddedOriginals } from './embedded-originals.js';
import type { Originals } from './originals.js';
import { PostgresOriginals } from './postgres-originals.js';

/** The originals of this process, or of all replicas where they share a database. */
export function openOriginals(
  { dataDir }: Pick<CommonSettings, 'dataDir'>,
  shared: Pick<SharedDatabase, 'pool'> | undefined,
): Originals {
  return shared ? new PostgresOriginals(shared.pool) : new EmbeddedOriginals(join(dataDir, 'originals.sqlite'));
}
