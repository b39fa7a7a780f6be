import { afterAll, beforeAll } from '@jest/globals';
import { openEventStoreDb } from '../src/eventstoredb/eventstoredb-event-store.js';
import { describeEventStoreContract } from './event-store-contract.js';
import { InProcessServer } from './in-process-server/in-process-server.js';
import { TransactionLog } from './in-process-server/transaction-log.js';

let server: InProcessServer;
beforeAll(async () => {
  server = await InProcessServer.start({ log: new TransactionLog(5) });
});
afterAll(() => server.stop());

describeEventStoreContract('EventStoreDB engine on the in-process server', {
  open: (codec) => openEventStoreDb({ url: server.url, codec, waits: { lookMs: 50 } }),
  appendLimitBytes: 1024 * 1024,
});
