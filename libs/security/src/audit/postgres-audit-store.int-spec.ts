import { randomUUID } from 'node:crypto';
import { afterAll, describe, it } from '@jest/globals';
import pg from 'pg';
import { testDatabase } from '#deploy/local/src/test-database.js';
import { auditStoreContract, key } from '../../test/audit-store-contract.js';
import { openPostgresAuditStore } from './postgres-audit-store.js';

const database = await testDatabase('audit trail in PostgreSQL');

if (database === undefined) {
  describe('the audit trail in PostgreSQL', () => {
    it.todo('runs where there is a PostgreSQL server');
  });
} else {
  const { url } = database;
  afterAll(() => database.stop());

  describe('the audit trail in PostgreSQL', () => {
    auditStoreContract(async () => {
      const schema = `audit_${randomUUID().slice(0, 8)}`;
      return {
        open: () => openPostgresAuditStore({ url, key, schema }),
        tamper: async (statement) => {
          const client = new pg.Client({ connectionString: url, options: `-c search_path=${schema}` });
          await client.connect();
          await client.query('set session_replication_role = replica');
          await client.query(statement);
          await client.end();
        },
        remove: () => database.dropSchemas(schema),
      };
    });
  });
}
