/** The contract while calls fail by chance, answers are slow or get lost, and lines drop. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { openEventStoreDb } from '../src/eventstoredb/eventstoredb-event-store.js';
import { describeEventStoreContract } from './event-store-contract.js';
import { InProcessServer } from '#deploy/local/src/log-double/in-process-server.js';
import { dropLines, randomFaults } from '#deploy/local/src/log-double/random-faults.js';
import { TransactionLog } from '#deploy/local/src/log-double/transaction-log.js';

/** Client and server share the processor here, and what is in flight when a line drops is done again. */
jest.setTimeout(180_000);

describe('in-process server that fails by chance', () => {
  let server: InProcessServer;
  let stopDropping: () => void;
  beforeAll(async () => {
    server = await InProcessServer.start({ log: new TransactionLog(3), faults: randomFaults(20_261_122, 100) });
    stopDropping = dropLines(server, 7, 4_000);
  });
  afterAll(async () => {
    stopDropping();
    await server.stop();
  });

  describeEventStoreContract('EventStoreDB engine, faults and dropped lines', {
    open: (codec) =>
      openEventStoreDb({ url: server.url, codec, waits: { patienceMs: 60_000, lookMs: 50, silenceMs: 300 } }),
    appendLimitBytes: 1024 * 1024,
  });

  it('has failed indeed', () => {
    expect(server.calls.appendStreams).toBeGreaterThan(20);
  });
});
