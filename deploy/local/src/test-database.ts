import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { EngineMissing, type EngineProcess } from './engine-process.js';
import { startPostgresServer } from './postgres-server.js';

export interface TestDatabase {
  readonly url: string;
  /** Where the server is the suite's own: it may be killed and started again. */
  readonly process?: EngineProcess;
  /** Removes the schemas whose names begin so, with all there is in them. */
  dropSchemas(prefix: string): Promise<void>;
  stop(): Promise<void>;
}

/**
 * A PostgreSQL for a test suite: the one of DATABASE_URL, else a server of its own. What is used, or why there is none, is printed.
 */
export async function testDatabase(suite: string): Promise<TestDatabase | undefined> {
  const given = process.env['DATABASE_URL'];
  const say = (line: string): void => void process.stderr.write(`${suite}: ${line}\n`);
  if (given !== undefined && given !== '') {
    say('PostgreSQL of DATABASE_URL');
    return { url: given, dropSchemas: dropSchemasOf(given), stop: () => Promise.resolve() };
  }
  const folder = mkdtempSync(join(tmpdir(), 'lien-tuyen-postgres-'));
  try {
    const server = await startPostgresServer(folder);
    say('PostgreSQL, a server of its own');
    return {
      ...server,
      dropSchemas: dropSchemasOf(server.url),
      stop: async () => {
        await server.process.stop();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    if (!(error instanceof EngineMissing)) throw error;
    say(`SKIPPED: ${error.message}`);
    return undefined;
  }
}

const dropSchemasOf =
  (url: string) =>
  async (prefix: string): Promise<void> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query<{ name: string }>(
      'select nspname as name from pg_namespace where starts_with(nspname, $1)',
      [prefix],
    );
    for (const { name } of rows) await client.query(`drop schema ${name} cascade`);
    await client.end();
  };
