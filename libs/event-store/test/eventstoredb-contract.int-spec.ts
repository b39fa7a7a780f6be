/** The contract on every EventStoreDB there is here: always the in-process server; real ones where they are named or can be started. */
import { afterAll, beforeAll, describe, jest } from '@jest/globals';
import { describeOn } from '#deploy/local/src/describe-on.js';
import { everyTestEventStore } from '#deploy/local/src/test-event-store.js';
import { openEventStoreDb } from '../src/eventstoredb/eventstoredb-event-store.js';
import { describeEventStoreContract } from './event-store-contract.js';
import { InProcessServer } from '#deploy/local/src/log-double/in-process-server.js';
import { TransactionLog } from '#deploy/local/src/log-double/transaction-log.js';

const appendLimitBytes = 1024 * 1024;
/** Client and server share the processor here. */
jest.setTimeout(180_000);

describe('in-process server', () => {
  let server: InProcessServer;
  beforeAll(async () => {
    server = await InProcessServer.start({ log: new TransactionLog(5) });
  });
  afterAll(() => server.stop());

  describeEventStoreContract('EventStoreDB engine, in-process server', {
    open: (codec) => openEventStoreDb({ url: server.url, codec, waits: { lookMs: 50 } }),
    appendLimitBytes,
  });
});

describeOn(await everyTestEventStore('event store contract'), (engine, server) =>
  describeEventStoreContract(engine, {
    open: (codec) => openEventStoreDb({ url: server().url, codec }),
    appendLimitBytes,
  }),
);
