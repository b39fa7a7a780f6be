import { afterAll, describe, it } from '@jest/globals';
import pg from 'pg';
import { testDatabase } from '#deploy/local/src/test-database.js';
import { auditStoreContract, key } from '../../test/audit-store-contract.js';
import { openPostgresAuditStore } from './postgres-audit-store.js';

const server = await testDatabase('audit trail in PostgreSQL');
afterAll(() => server?.stop());

(server ? describe : describe.skip)('the audit trail in PostgreSQL', () => {
  if (!server) {
    it('needs a server', () => undefined);
    return;
  }
  let schemas = 0;
  auditStoreContract(async () => {
    schemas += 1;
    const schema = `audit_test_${process.pid}_${schemas}`;
    return {
      open: () => openPostgresAuditStore({ url: server.url, key, schema }),
      tamper: async (statement) => {
        const client = new pg.Client({ connectionString: server.url, options: `-c search_path=${schema}` });
        await client.connect();
        await client.query('set session_replication_role = replica');
        await client.query(statement);
        await client.end();
      },
      remove: () => server.dropSchemas(schema),
    };
  });
});
