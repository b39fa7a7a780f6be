import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { describeOn } from '#deploy/local/src/describe-on.js';
import { everyTestDatabase } from '#deploy/local/src/test-database.js';
import { createPostgresViewHost } from '../src/postgres/postgres-view-host.js';
import { type ContractStorage, describeViewHostContract } from './view-host-contract.js';
import { describeRebuildContract } from './view-rebuild-contract.js';

describeOn(await everyTestDatabase('view host contract'), (engine, server) => {
  const newStorage = async (): Promise<ContractStorage> => {
    const database = server();
    const { url } = database;
    const schemaPrefix = `t${randomUUID().slice(0, 8)}`;
    return {
      open: ({ events }, onFault, readingMs = 200) =>
        createPostgresViewHost({ url, events, schemaPrefix, readingMs, takeOverAfterMs: 2_000, onFault }),
      ofProcess: [url, schemaPrefix],
      stored: (view) => schemasOf(url, `${schemaPrefix}_${view.replaceAll('-', '_')}`),
      clear: () => database.dropSchemas(schemaPrefix),
    };
  };
  describeViewHostContract(engine, newStorage);
  describeRebuildContract(engine, newStorage);
});

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
