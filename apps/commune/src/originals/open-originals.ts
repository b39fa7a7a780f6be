import { join } from 'node:path';
import type { Configuration } from '#platform/configuration.js';
import { openSharedDatabase } from '../shared-database.js';
import { EmbeddedOriginals } from './embedded-originals.js';
import type { Originals } from './originals.js';
import { PostgresOriginals } from './postgres-originals.js';

/** The originals, on the engine the configuration chooses. */
export async function openOriginals(configuration: Configuration): Promise<Originals> {
  return configuration.engines === 'distributed'
    ? new PostgresOriginals(await openSharedDatabase({ url: configuration.databaseUrl }))
    : new EmbeddedOriginals(join(configuration.dataDir, 'originals.sqlite'));
}
