import { randomUUID } from 'node:crypto';
import { afterAll, describe, it } from '@jest/globals';
import { testDatabase } from '#deploy/local/src/test-database.js';
import { createPostgresViewHost } from '../src/postgres/postgres-view-host.js';
import { describeViewHostContract } from './view-host-contract.js';

const database = await testDatabase('view host on PostgreSQL');

if (database === undefined) {
  describe('view host contract: PostgreSQL', () => {
    it.todo('runs where there is a PostgreSQL server');
  });
} else {
  const { url } = database;
  afterAll(() => database.stop());

  describeViewHostContract('PostgreSQL', async () => {
    const schemaPrefix = `t${randomUUID().slice(0, 8)}`;
    return {
      open: ({ events }, onFault) => createPostgresViewHost({ url, events, schemaPrefix, onFault }),
      clear: () => database.dropSchemas(schemaPrefix),
    };
  });
}
