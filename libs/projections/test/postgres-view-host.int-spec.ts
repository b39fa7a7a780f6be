import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, describe, it } from '@jest/globals';
import { testDatabase } from '#deploy/local/src/test-database.js';
import { createPostgresViewHost } from '../src/postgres/postgres-view-host.js';
import { describeViewHostContract } from './view-host-contract.js';

const database = await testDatabase('view host on PostgreSQL');

if (database === undefined) {
  describe('view host contract: PostgreSQL', () => it.todo('runs where there is a PostgreSQL server'));
} else {
  const { url } = database;
  afterAll(() => database.stop());

  describeViewHostContract('PostgreSQL', async () => {
    const schemaPrefix = `t${randomUUID().slice(0, 8)}`;
    return {
      open: ({ events }, onFault) => createPostgresViewHost({ url, events, schemaPrefix, onFault }),
      clear: () => dropSchemas(url, schemaPrefix),
    };
  });
}

async function dropSchemas(url: string, prefix: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ name: string }>(
    `select nspname as name from pg_namespace where starts_with(nspname, $1)`,
    [`${prefix}_`],
  );
  for (const { name } of rows) await client.query(`drop schema ${name} cascade`);
  await client.end();
}
