/** What EventStoreDB does with appends, and what the engine makes of it. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  AppendTooLarge,
  EventIdConflict,
  EventStoreUnavailable,
  StreamTombstoned,
  WrongExpectedRevision,
} from '../src/errors.js';
import { clear, everything, inOrder, newStream, OpenStores, visit } from './eventstoredb-harness.js';
import type { AppendFault } from '#deploy/local/src/log-double/faults.js';
import { InProcessServer } from '#deploy/local/src/log-double/in-process-server.js';

describe('event store behind a line: EventStoreDB engine, in-process server', () => {
  let server: InProcessServer;
  const stores = new OpenStores();
  beforeAll(async () => {
    server = await InProcessServer.start();
  });
  afterEach(async () => {
    clear(server.faults);
    await stores.close();
  });
  afterAll(() => server.stop());

  const failure = (attempt: Promise<unknown>): Promise<unknown> => attempt.catch((error: unknown) => error);

  describe('an event sent again is known by its id and content, where the server itself no longer knows it', () => {
    it('finds an event that the server no longer has in mind: `any` is not left to its cache of recent events', async () => {
      const stream = newStream();
      const old = visit();
      const first = await (await stores.open(server.url)).append(stream, 'any', [old]);
      const replica = await stores.open(server.url);
      for (let i = 0; i < 70; i++) await replica.append(newStream(), 'noStream', [visit()]);
      expect(await replica.append(stream, 'any', [old])).toEqual({ ...first, repeated: true });
      expect(await replica.append(stream, 'streamExists', [old])).toEqual({ ...first, repeated: true });
      expect(await replica.readStream(stream)).toHaveLength(1);
    });

    it('sees other content where the server compares ids only', async () => {
      const stream = newStream();
      const event = visit();
      await (await stores.open(server.url)).append(stream, 'noStream', [event]);
      const replica = await stores.open(server.url);
      const error = await failure(replica.append(stream, 'noStream', [{ ...event, data: { other: true } }]));
      expect(error).toMatchObject({ name: 'EventIdConflict', reason: 'other-content', eventId: event.id });
    });

    it('names what is missing where the server only says that something is wrong', async () => {
      const stream = newStream();
      const [there, missing] = [visit(), visit()];
      await (await stores.open(server.url)).append(stream, 'noStream', [there]);
      const replica = await stores.open(server.url);
      const error = await failure(replica.append(stream, 'noStream', [there, missing]));
      expect(error).toBeInstanceOf(EventIdConflict);
      expect(error).toMatchObject({ reason: 'partly-recorded', eventId: missing.id });
      expect(await replica.readStream(stream)).toHaveLength(1);
    });

    it('lets two replicas append to one stream with `any`, each event once', async () => {
      const stream = newStream();
      const [one, other] = [await stores.open(server.url), await stores.open(server.url)];
      const events = Array.from({ length: 20 }, () => visit());
      const results = await Promise.all(
        events.flatMap((event) => [one.append(stream, 'any', [event]), other.append(stream, 'any', [event])]),
      );
      expect(new Set(results.map(({ position }) => position)).size).toBe(events.length);
      expect((await one.readStream(stream)).map(({ id }) => id).toSorted()).toEqual(
        events.map(({ id }) => id).toSorted(),
      );
    });
  });

  describe('an append whose answer is lost is asked for again and written once', () => {
    it.each<AppendFault>([
      'unavailable',
      'busy',
      'timeout',
      'timeout-though-written',
      'unavailable-though-written',
      'ended-though-written',
      'silent-though-written',
    ])('is settled by the same ids and the same expectation: %s', async (fault) => {
      const store = await stores.open(server.url);
      const stream = newStream();
      server.faults.append = inOrder(fault, fault);
      const written = await store.append(stream, 'noStream', [visit(), visit()]);
      expect(written).toMatchObject({ revision: 1, repeated: false });
      server.faults.append = inOrder(fault);
      expect(await store.append(stream, 1, [visit()])).toMatchObject({ revision: 2, repeated: false });
      expect(await store.readStream(stream)).toHaveLength(3);
    });

    it('is said to be unknown when the patience is over, and looked for by the next append', async () => {
      const store = await stores.open(server.url, { waits: { patienceMs: 300 } });
      const stream = newStream();
      const event = visit();
      server.faults.append = () => 'timeout-though-written';
      const error = await failure(store.append(stream, 'noStream', [event]));
      expect(error).toBeInstanceOf(EventStoreUnavailable);
      expect(String(error)).toContain('outcome unknown');
      clear(server.faults);
      const other = await failure(store.append(stream, 'noStream', [{ ...event, type: 'VisitAmended' }]));
      expect(other).toMatchObject({ name: 'EventIdConflict', reason: 'other-content' });
      expect(await store.append(stream, 'noStream', [event])).toMatchObject({ revision: 0, repeated: true });
    });

    it('does not survive a line that breaks under many: each is written once', async () => {
      const store = await stores.open(server.url);
      const streams = Array.from({ length: 60 }, newStream);
      server.faults.append = inOrder<AppendFault>(
        ...Array.from({ length: 30 }, () => undefined),
        'unavailable-though-written',
      );
      const drop = setTimeout(() => server.line.drop(), 30);
      const results = await Promise.all(streams.map((stream) => store.append(stream, 'noStream', [visit()])));
      clearTimeout(drop);
      expect(results.map(({ repeated }) => repeated)).toEqual(streams.map(() => false));
      for (const stream of streams) expect(await store.readStream(stream)).toHaveLength(1);
    });

    it('concerns one store alone: the broken line of another store in the process rejects nothing here', async () => {
      const healthy = await InProcessServer.start();
      try {
        const [here, there] = [
          await stores.open(healthy.url),
          await stores.open(server.url, { waits: { patienceMs: 0 } }),
        ];
        server.faults.append = () => 'unavailable';
        healthy.faults.delay = () => 100;
        const [kept, lost] = await Promise.allSettled([
          here.append(newStream(), 'noStream', [visit()]),
          there.append(newStream(), 'noStream', [visit()]),
        ]);
        expect([kept.status, lost.status]).toEqual(['fulfilled', 'rejected']);
        expect(healthy.calls.appends).toBe(1);
      } finally {
        await stores.close();
        await healthy.stop();
      }
    });
  });

  describe('streams that were deleted or thinned out on the server are read and continued by its rules', () => {
    it('reads a soft-deleted stream as not there, and continues its numbers', async () => {
      const store = await stores.open(server.url);
      const stream = newStream();
      await store.append(stream, 'noStream', [visit(), visit()]);
      server.log.softDelete(stream);
      expect(await store.readStream(stream)).toEqual([]);
      expect(await failure(store.append(stream, 'streamExists', [visit()]))).toMatchObject({
        name: 'WrongExpectedRevision',
        actual: 'noStream',
      });
      expect(await store.append(stream, 'noStream', [visit()])).toMatchObject({ revision: 2, repeated: false });
      expect((await store.readStream(stream)).map(({ revision }) => revision)).toEqual([2]);
    });

    it('says that a tombstoned stream is one, for reading and appending', async () => {
      const store = await stores.open(server.url);
      const stream = newStream();
      await store.append(stream, 'noStream', [visit()]);
      server.log.tombstone(stream);
      await expect(store.readStream(stream)).rejects.toBeInstanceOf(StreamTombstoned);
      await expect(store.append(stream, 0, [visit()])).rejects.toBeInstanceOf(StreamTombstoned);
      await expect(store.append(stream, 'any', [visit()])).rejects.toBeInstanceOf(StreamTombstoned);
    });

    it('reads and appends over gaps in the revisions', async () => {
      const store = await stores.open(server.url);
      const stream = newStream();
      await store.append(
        stream,
        'noStream',
        Array.from({ length: 6 }, () => visit()),
      );
      for (const gone of [0, 2, 3]) server.log.scavenge(stream, gone);
      const revisions = async (options = {}): Promise<number[]> =>
        (await store.readStream(stream, options)).map(({ revision }) => revision);
      expect(await revisions()).toEqual([1, 4, 5]);
      expect(await revisions({ from: 2, limit: 1 })).toEqual([4]);
      expect(await revisions({ direction: 'backwards', from: 3 })).toEqual([1]);
      expect(await store.append(stream, 'any', [visit()])).toMatchObject({ revision: 6 });
      expect((await everything(store)).filter((event) => event.stream === stream)).toHaveLength(4);
    });
  });

  describe('what the server would refuse for good is refused before it is sent, or not tried again', () => {
    it('says the limit of a server that has a smaller one', async () => {
      const small = await InProcessServer.start({ appendLimitBytes: 2_000 });
      try {
        const store = await stores.open(small.url);
        const error = await failure(store.append(newStream(), 'noStream', [visit({ text: 'x'.repeat(3_000) })]));
        expect(error).toBeInstanceOf(AppendTooLarge);
        expect(error).toMatchObject({ limit: 2_000 });
      } finally {
        await stores.close();
        await small.stop();
      }
    });

    it('never sends what it refuses', async () => {
      const store = await stores.open(server.url);
      const before = server.calls.appends;
      await expect(store.append(newStream(), 'any', [visit({ text: 'ạ'.repeat(400_000) })])).rejects.toMatchObject({
        name: 'AppendTooLarge',
        limit: 1024 * 1024,
      });
      expect(server.calls.appends).toBe(before);
    });

    it('sends a large append in several messages where the limit allows it', async () => {
      const roomy = await InProcessServer.start({ appendLimitBytes: 8 * 1024 * 1024 });
      try {
        const store = await stores.open(roomy.url, { appendLimitBytes: 8 * 1024 * 1024, waits: { answerMs: 5_000 } });
        const stream = newStream();
        const events = Array.from({ length: 6 }, () => visit({ text: 'x'.repeat(900_000) }));
        expect(await store.append(stream, 'noStream', events)).toMatchObject({ revision: 5 });
        expect((await store.readStream(stream)).map(({ id }) => id)).toEqual(events.map(({ id }) => id));
      } finally {
        await stores.close();
        await roomy.stop();
      }
    });

    it('does not try again what the server refuses for good', async () => {
      const store = await stores.open(server.url);
      const before = server.calls.appends;
      server.faults.append = () => 'access-denied';
      const error = await failure(store.append(newStream(), 'noStream', [visit()]));
      expect(error).toBeInstanceOf(EventStoreUnavailable);
      expect(String(error)).toContain('access-denied');
      expect(server.calls.appends).toBe(before + 1);
    });

    it('names both revisions also when somebody else moved the stream', async () => {
      const [one, other] = [await stores.open(server.url), await stores.open(server.url)];
      const stream = newStream();
      await one.append(stream, 'noStream', [visit()]);
      await other.append(stream, 0, [visit()]);
      const error = await failure(one.append(stream, 0, [visit()]));
      expect(error).toBeInstanceOf(WrongExpectedRevision);
      expect(error).toMatchObject({ expected: 0, actual: 1 });
    });
  });
});
