import { randomUUID } from 'node:crypto';
import { afterAll, describe, it } from '@jest/globals';
import pg from 'pg';
import { testDatabase } from '#deploy/local/src/test-database.js';
import { createPostgresViewHost } from '../src/postgres/postgres-view-host.js';
import { type ContractStorage, describeViewHostContract } from './view-host-contract.js';
import { describeRebuildContract } from './view-rebuild-contract.js';

const database = await testDatabase('view host on PostgreSQL');

if (database === undefined) {
  describe('view host contract: PostgreSQL', () => {
    it.todo('runs where there is a PostgreSQL server');
  });
} else {
  const { url } = database;
  afterAll(() => database.stop());

  const newStorage = async (): Promise<ContractStorage> => {
    const schemaPrefix = `t${randomUUID().slice(0, 8)}`;
    return {
      open: ({ events }, onFault, readingMs = 200) =>
        createPostgresViewHost({ url, events, schemaPrefix, readingMs, takeOverAfterMs: 2_000, onFault }),
      ofProcess: [url, schemaPrefix],
      stored: (view) => schemasOf(url, `${schemaPrefix}_${view.replaceAll('-', '_')}`),
      clear: () => database.dropSchemas(schemaPrefix),
    };
  };
  describeViewHostContract('PostgreSQL', newStorage);
  describeRebuildContract('PostgreSQL', newStorage);
}

async function schemasOf(url: string, prefix: string): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      'select nspname as name from pg_namespace where starts_with(nspname, $1)',
      [prefix],
    );
    return rows.map(({ name }) => name);
  } finally {
    await client.end();
  }
}
