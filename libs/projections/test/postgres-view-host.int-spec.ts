import { randomUUID } from 'node:crypto';
import { describeOn } from '#deploy/local/src/describe-on.js';
import { everyTestDatabase } from '#deploy/local/src/test-database.js';
import { createPostgresViewHost } from '../src/postgres/postgres-view-host.js';
import { describeViewHostContract } from './view-host-contract.js';

describeOn(await everyTestDatabase('view host contract'), (engine, server) =>
  describeViewHostContract(engine, async () => {
    const { url, dropSchemas } = server();
    const schemaPrefix = `t${randomUUID().slice(0, 8)}`;
    return {
      open: ({ events }, onFault) => createPostgresViewHost({ url, events, schemaPrefix, onFault }),
      clear: () => dropSchemas(schemaPrefix),
    };
  }),
);
