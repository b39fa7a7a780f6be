/** What EventStoreDB does with reads and subscriptions, and what the engine makes of it. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { EventStoreUnavailable } from '../src/errors.js';
import { streamName } from '../src/event-store.js';
import { clear, everything, following, inOrder, newStream, OpenStores, until, visit } from './eventstoredb-harness.js';
import type { ReadFault } from '#deploy/local/src/log-double/faults.js';
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

  describe('positions are of our events alone, ordered and never dense', () => {
    it('are byte offsets: ordered, never dense', async () => {
      const store = await stores.open(server.url);
      const before = await store.head();
      for (let i = 0; i < 3; i++) await store.append(newStream(), 'noStream', [visit(), visit()]);
      const positions = (await everything(store, before)).map(({ position }) => position);
      expect(positions).toHaveLength(6);
      expect(positions.every((position, i) => i === 0 || position - (positions[i - 1] ?? 0) > 50)).toBe(true);
    });

    it('never lie beyond the newest event of ours, whatever the server writes for itself', async () => {
      const store = await stores.open(server.url);
      const { position } = await store.append(newStream(), 'noStream', [visit()]);
      for (let i = 0; i < 600; i++) server.log.writeSystemEvent(i % 2 === 0 ? '$>' : '$statsCollected');
      expect(await store.head()).toBe(position);
      const fresh = await stores.open(server.url);
      expect(await fresh.head()).toBe(position);
      const follower = following(fresh, { after: position - 1 });
      await until(() => follower.batches.at(-1)?.caughtUp === true);
      server.log.writeSystemEvent();
      const next = await store.append(newStream(), 'noStream', [visit()]);
      await until(() => follower.events.at(-1)?.position === next.position);
      await follower.stop();
      expect(follower.batches.every((batch) => batch.position <= next.position)).toBe(true);
      expect(follower.events.every(({ type }) => !type.startsWith('$'))).toBe(true);
    });
  });

  describe('a subscription survives lines that break, hang or end, and keeps checkpoints of what it skips', () => {
    it('keeps the checkpoints of what its filter skips, and goes on from them on a new line', async () => {
      const store = await stores.open(server.url, { waits: { lookMs: 60_000 } });
      const after = await store.head();
      const type = `Rare${randomUUID()}`;
      const follower = following(store, { after, filter: { types: [type] } });
      for (let i = 0; i < 4; i++) {
        const events = Array.from({ length: 100 }, () => visit());
        await store.append(newStream(), 'noStream', events);
      }
      await until(() => follower.batches.length > 0);
      expect(follower.events).toEqual([]);
      const checkpoint = follower.batches.at(-1)?.position ?? 0;
      expect(checkpoint).toBeGreaterThan(after);
      const begun = server.calls.subscriptions;
      server.line.drop();
      await until(() => server.calls.subscriptions > begun);
      expect(server.subscribedAfter.at(-1)).toBeGreaterThanOrEqual(checkpoint);
      await store.append(newStream(), 'noStream', [visit({}, type)]);
      await until(() => follower.events.length === 1);
      await follower.stop();
    });

    it('shows how far it has come over a long stretch that does not pass its filter', async () => {
      const store = await stores.open(server.url);
      const after = await store.head();
      for (let i = 0; i < 4; i++) {
        await store.append(
          newStream(),
          'noStream',
          Array.from({ length: 300 }, () => visit()),
        );
      }
      const follower = following(store, { after, filter: { types: ['Rare'] }, batchSize: 1 });
      await until(() => follower.batches.at(-1)?.caughtUp === true);
      await follower.stop();
      const positions = follower.batches.map(({ position }) => position);
      expect(positions.length).toBeGreaterThanOrEqual(4);
      expect(positions).toEqual([...new Set(positions)].toSorted((a, b) => a - b));
      expect(positions.at(-1)).toBe(await store.head());
      expect(follower.batches.slice(0, -1).every(({ caughtUp }) => !caughtUp)).toBe(true);
    });

    it.each<ReadFault>(['unavailable', 'unavailable-midway', 'ended-midway', 'silent', 'silent-midway'])(
      'gives everything once, in order, over lines that break: %s',
      async (fault) => {
        const store = await stores.open(server.url);
        const after = await store.head();
        server.faults.read = ({ subscription }) => (subscription && faults() ? fault : undefined);
        const faults = inOrder(true, true, true);
        const follower = following(store, { after });
        const stream = newStream();
        for (let i = 0; i < 20; i++) await store.append(stream, 'any', [visit({ i })]);
        await until(() => follower.events.length >= 20);
        await follower.stop();
        expect(follower.events.map(({ data }) => data)).toEqual(Array.from({ length: 20 }, (_, i) => ({ i })));
      },
    );

    it('and all else notices by its keep-alive that the line is dead, though nothing closes it', async () => {
      // The client's default is 10 s for each, and it warns of less.
      const warned = jest.spyOn(console, 'warn').mockImplementation(() => {});
      const store = await stores.open(`${server.url}&keepAliveInterval=150&keepAliveTimeout=150`);
      warned.mockRestore();
      const follower = following(store, { after: await store.head() });
      await until(() => follower.batches.length > 0);
      server.line.silence();
      const stream = newStream();
      await (await stores.open(server.url)).append(stream, 'any', [visit()]);
      expect(await store.append(stream, 0, [visit()])).toMatchObject({ revision: 1, repeated: false });
      await until(() => follower.events.length === 2);
      await follower.stop();
      expect(await store.readStream(stream)).toEqual(follower.events);
    });

    it('is refused at once where the server refuses it', async () => {
      const store = await stores.open(server.url);
      server.faults.read = ({ subscription }) => (subscription ? 'access-denied' : undefined);
      const consuming = (async () => {
        for await (const batch of store.subscribe({ after: 0 })) void batch;
      })();
      await expect(consuming).rejects.toBeInstanceOf(EventStoreUnavailable);
    });

    it('passes a filter of categories and types that the server can only half apply', async () => {
      const store = await stores.open(server.url);
      const after = await store.head();
      const word = `c${randomUUID().replace(/[^a-f]/g, '')}`;
      const follower = following(store, { after, filter: { categories: [word], types: ['Wanted'] } });
      await store.append(streamName(word, '1'), 'any', [visit({}, 'Wanted'), visit({}, 'Unwanted')]);
      await store.append(streamName('visit', randomUUID()), 'any', [visit({}, 'Wanted')]);
      const { position } = await store.append(streamName(`${word}-case`, '1'), 'any', [visit({}, 'WantedNot')]);
      await until(() => follower.batches.at(-1)?.position === position);
      await follower.stop();
      expect(follower.events.map(({ type }) => type)).toEqual(['Wanted']);
    });

    it('leaves no read open behind it, finished, abandoned or broken', async () => {
      const store = await stores.open(server.url);
      const stream = newStream();
      await store.append(
        stream,
        'noStream',
        Array.from({ length: 50 }, () => visit()),
      );
      await store.readStream(stream, { limit: 3 });
      for await (const batch of store.readAll({ batchSize: 5 })) if (batch.events.length > 0) break;
      for await (const batch of store.subscribe({ batchSize: 5 })) if (batch.events.length > 0) break;
      server.faults.read = inOrder<ReadFault>('unavailable-midway', 'silent');
      expect(await store.readStream(stream)).toHaveLength(50);
      await until(() => server.calls.openReads === 0);
    });
  });

  describe('a read that breaks is made again, or given up with a reason', () => {
    it.each<ReadFault>(['unavailable', 'unavailable-midway', 'silent', 'silent-midway'])(
      'that breaks is made again: %s',
      async (fault) => {
        const store = await stores.open(server.url);
        const stream = newStream();
        const before = await store.head();
        await store.append(
          stream,
          'noStream',
          Array.from({ length: 12 }, (_, i) => visit({ i })),
        );
        server.faults.read = inOrder(fault, fault);
        expect(await store.readStream(stream)).toHaveLength(12);
        server.faults.read = inOrder(undefined, fault, undefined, fault);
        expect((await everything(store, before)).map(({ data }) => data)).toEqual(
          Array.from({ length: 12 }, (_, i) => ({ i })),
        );
      },
    );

    it('gives up after its patience, without the text of the server', async () => {
      const store = await stores.open(server.url, { waits: { patienceMs: 1_000 } });
      server.faults.read = () => 'unavailable';
      await expect(store.head()).rejects.toBeInstanceOf(EventStoreUnavailable);
      await expect(store.readStream(newStream())).rejects.toThrow('The event store cannot be read: unavailable');
    });
  });
});
