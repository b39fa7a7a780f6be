import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgresContainer } from './containers.js';
import type { EngineProcess } from './engine-process.js';
import { startPostgresServer } from './postgres-server.js';
import { everyServer, firstServer, type ServerOffer, type ServerSource, settingOf } from './server-offers.js';

export interface TestDatabase {
  readonly url: string;
  /** Where the server is the suite's own: it may be killed and started again. */
  readonly process?: EngineProcess;
  /** Removes the schemas whose names begin so, with all there is in them. */
  dropSchemas: (prefix: string) => Promise<void>;
  stop: () => Promise<void>;
}

const sources: readonly ServerSource<TestDatabase>[] = [
  {
    engine: 'PostgreSQL of DATABASE_URL',
    start: async () => {
      const url = settingOf('DATABASE_URL');
      return { url, dropSchemas: dropSchemasOf(url), stop: () => Promise.resolve() };
    },
  },
  { engine: 'PostgreSQL, a server of its own', start: startOwn },
  {
    engine: 'PostgreSQL in a container',
    start: async () => {
      const { url, stop } = await startPostgresContainer();
      return { url, dropSchemas: dropSchemasOf(url), stop };
    },
  },
];

/** A PostgreSQL for a suite: the one of DATABASE_URL, else a server of its own, else one in a container. */
export const testDatabase = (suite: string): Promise<TestDatabase | undefined> => firstServer(suite, sources);

/** A PostgreSQL of each of these kinds. */
export const everyTestDatabase = (suite: string): Promise<readonly ServerOffer<TestDatabase>[]> =>
  everyServer(suite, sources);

async function startOwn(): Promise<TestDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'lien-tuyen-postgres-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const server = await startPostgresServer(folder);
    return {
      ...server,
      dropSchemas: dropSchemasOf(server.url),
      stop: async () => {
        await server.process.stop();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

function dropSchemasOf(url: string): (prefix: string) => Promise<void> {
  return async (prefix) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query<{ name: string }>(
      'select nspname as name from pg_namespace where starts_with(nspname, $1)',
      [prefix],
    );
    for (const { name } of rows) await client.query(`drop schema ${name} cascade`);
    await client.end();
  };
}
