/** The definition of the event-store port: what every engine must do, observed from outside. Positions need not be dense. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EventCodec } from '../src/codec.js';
import { createEventCodec } from '../src/codec.js';
import {
  AppendTooLarge,
  EventIdConflict,
  EventStoreUnavailable,
  InvalidAppend,
  WrongExpectedRevision,
} from '../src/errors.js';
import type {
  AppendResult,
  EventBatch,
  EventStore,
  ExpectedRevision,
  NewEvent,
  RecordedEvent,
  StreamName,
} from '../src/event-store.js';
import { streamName } from '../src/event-store.js';

export interface ContractEngine {
  /** Opens the store on the same storage every time; the suite closes what it opened before it opens again. */
  open(codec: EventCodec): Promise<EventStore>;
  /** Largest append in bytes. */
  readonly appendLimitBytes: number;
}

export function describeEventStoreContract(name: string, engine: ContractEngine): void {
  describe(`event store contract: ${name}`, () => {
    let store: EventStore;
    let decoded = 0;
    const plain = createEventCodec();
    const codec: EventCodec = {
      encode: (stream, event) => plain.encode(stream, event),
      decode: (stored) => {
        decoded++;
        return plain.decode(stored);
      },
    };

    beforeAll(async () => {
      store = await engine.open(codec);
    });
    afterAll(() => store.close());

    async function readFrom(after: number, options: Parameters<EventStore['readAll']>[0] = {}): Promise<EventBatch[]> {
      const batches: EventBatch[] = [];
      for await (const batch of store.readAll({ ...options, after })) batches.push(batch);
      return batches;
    }

    describe('an append meets the revision it expects or is refused naming both, and keeps every part of an event', () => {
      it('starts a stream at revision 0 and gives the revision and position of its last event', async () => {
        const stream = newStream();
        const before = await store.head();
        const first = await store.append(stream, 'noStream', [visit()]);
        const second = await store.append(stream, 0, [visit(), visit(), visit()]);
        expect(first).toMatchObject({ revision: 0, repeated: false });
        expect(second).toMatchObject({ revision: 3, repeated: false });
        expect(first.position).toBeGreaterThan(before);
        expect(second.position).toBeGreaterThan(first.position);
        expect((await store.readStream(stream)).map((event) => event.position)).toContain(first.position);
        expect((await store.readStream(stream)).at(-1)?.position).toBe(second.position);
      });

      it('keeps every part of an event', async () => {
        const stream = streamName('visit', `08Z11.Bệnh án ${randomUUID()}`);
        const event: NewEvent = {
          id: randomUUID(),
          type: 'VisitRecorded',
          data: {
            diagnosis: 'I10',
            note: 'Tăng huyết áp 🩺\u0000',
            pulse: 78.5,
            insured: true,
            none: null,
            list: [1, [2]],
          },
          metadata: {
            occurredAt: '2026-10-01T07:30:00+07:00',
            facility: '08Z11',
            actor: 'station:08Z11',
            source: { message: 'm-1', digest: 'ab'.repeat(32) },
            correlationId: randomUUID(),
            causationId: randomUUID(),
            subject: randomUUID(),
          },
        };
        const before = Date.now();
        const { position } = await store.append(stream, 'noStream', [event]);
        const [recorded] = await store.readStream(stream);
        expect(recorded).toEqual({
          ...event,
          schemaVersion: 1,
          stream,
          revision: 0,
          position,
          recordedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        });
        expect(Date.parse(recorded?.recordedAt ?? '')).toBeGreaterThanOrEqual(before - 1000);
        expect(Date.parse(recorded?.recordedAt ?? '')).toBeLessThanOrEqual(Date.now() + 1000);
      });

      const refusals: readonly { given: number; expected: ExpectedRevision; actual: number | 'noStream' }[] = [
        { given: 0, expected: 'streamExists', actual: 'noStream' },
        { given: 0, expected: 0, actual: 'noStream' },
        { given: 2, expected: 'noStream', actual: 1 },
        { given: 2, expected: 0, actual: 1 },
        { given: 2, expected: 2, actual: 1 },
      ];
      it.each(refusals)('refuses $expected on a stream of $given, naming both revisions', async (refusal) => {
        const stream = newStream();
        if (refusal.given > 0) await store.append(stream, 'noStream', Array.from({ length: refusal.given }, visit));
        const head = await store.head();
        const error = await store.append(stream, refusal.expected, [visit()]).catch((fault: unknown) => fault);
        expect(error).toBeInstanceOf(WrongExpectedRevision);
        expect(error).toMatchObject({ stream, expected: refusal.expected, actual: refusal.actual });
        expect(await store.readStream(stream)).toHaveLength(refusal.given);
        expect((await readFrom(head)).flatMap((batch) => batch.events)).toHaveLength(0);
      });

      const acceptances: readonly { given: number; expected: ExpectedRevision }[] = [
        { given: 0, expected: 'noStream' },
        { given: 0, expected: 'any' },
        { given: 2, expected: 'any' },
        { given: 2, expected: 'streamExists' },
        { given: 2, expected: 1 },
      ];
      it.each(acceptances)('accepts $expected on a stream of $given', async ({ given, expected }) => {
        const stream = newStream();
        if (given > 0) await store.append(stream, 'noStream', Array.from({ length: given }, visit));
        expect(await store.append(stream, expected, [visit()])).toMatchObject({ revision: given, repeated: false });
        expect(await store.readStream(stream)).toHaveLength(given + 1);
      });

      it('refuses an append over the limit before anything is sent, and takes one just under it', async () => {
        const stream = newStream();
        const large = visit({ text: 'x'.repeat(engine.appendLimitBytes) });
        const error = await store.append(stream, 'any', [visit(), large]).catch((fault: unknown) => fault);
        expect(error).toBeInstanceOf(AppendTooLarge);
        expect(error).toMatchObject({ stream, limit: engine.appendLimitBytes });
        expect(await store.readStream(stream)).toEqual([]);
        const fitting = visit({ text: 'x'.repeat(Math.floor(engine.appendLimitBytes * 0.9)) });
        await store.append(stream, 'noStream', [fitting]);
        expect((await store.readStream(stream))[0]?.data).toEqual(fitting.data);
      });

      it('refuses what is malformed', async () => {
        const stream = newStream();
        const event = visit();
        const circular: Record<string, unknown> = {};
        circular['self'] = circular;
        const attempts: [StreamName, ExpectedRevision, readonly NewEvent[]][] = [
          [stream, 'any', []],
          [stream, 'any', [event, event]],
          [stream, 'any', [{ ...event, id: 'visit-1' }]],
          [stream, 'any', [{ ...event, type: '' }]],
          [stream, 'any', [{ ...event, data: undefined }]],
          [stream, 'any', [{ ...event, data: circular }]],
          [stream, -1, [event]],
          [stream, 0.5, [event]],
          ['visit' as StreamName, 'any', [event]],
          ['visit-with space' as StreamName, 'any', [event]],
        ];
        for (const attempt of attempts) await expect(store.append(...attempt)).rejects.toBeInstanceOf(InvalidAppend);
        expect(await store.readStream(stream)).toEqual([]);
      });
    });

    describe('the same event again changes nothing and gives the first result; with other content it is refused', () => {
      it.each<ExpectedRevision>(['noStream', 'any', 'streamExists', 0, 7])(
        'gives the first result, whatever is expected (%s), and writes nothing',
        async (expected) => {
          const stream = newStream();
          const events = [visit(), visit()];
          const first = await store.append(stream, 'noStream', events);
          await store.append(stream, 1, [visit()]);
          const head = await store.head();
          expect(await store.append(stream, expected, events)).toEqual({ ...first, repeated: true });
          expect(await store.head()).toBe(head);
          expect(await store.readStream(stream)).toHaveLength(3);
        },
      );

      it('does not mind the order of names inside its JSON', async () => {
        const stream = newStream();
        const event = visit({ a: 1, b: { c: 2, d: 3 } });
        const first = await store.append(stream, 'noStream', [event]);
        const again = { ...event, data: { b: { d: 3, c: 2 }, a: 1 } };
        expect(await store.append(stream, 'noStream', [again])).toEqual({ ...first, repeated: true });
      });

      it('with another type, data or metadata is a conflict', async () => {
        const stream = newStream();
        const event = visit();
        await store.append(stream, 'noStream', [event]);
        for (const other of [
          { ...event, type: 'VisitAmended' },
          { ...event, data: { other: true } },
          { ...event, metadata: { ...event.metadata, facility: '08Z12' } },
        ]) {
          const error = await store.append(stream, 'any', [other]).catch((fault: unknown) => fault);
          expect(error).toBeInstanceOf(EventIdConflict);
          expect(error).toMatchObject({ stream, eventId: event.id, reason: 'other-content' });
        }
        expect(await store.readStream(stream)).toHaveLength(1);
      });

      it('together with a new one is a conflict, and nothing is written', async () => {
        const stream = newStream();
        const [old, fresh] = [visit(), visit()];
        await store.append(stream, 'noStream', [old]);
        for (const events of [
          [old, fresh],
          [fresh, old],
        ]) {
          const error = await store.append(stream, 'any', events).catch((fault: unknown) => fault);
          expect(error).toBeInstanceOf(EventIdConflict);
          expect(error).toMatchObject({ stream, eventId: fresh.id, reason: 'partly-recorded' });
        }
        expect(await store.readStream(stream)).toHaveLength(1);
      });

      it('in another stream is another event', async () => {
        const event = visit();
        const [one, other] = [newStream(), newStream()];
        await store.append(one, 'noStream', [event]);
        expect(await store.append(other, 'noStream', [event])).toMatchObject({ revision: 0, repeated: false });
      });

      it('is found however long the stream is', async () => {
        const stream = newStream();
        const events = Array.from({ length: 400 }, visit);
        for (let i = 0; i < events.length; i += 40) await store.append(stream, 'any', events.slice(i, i + 40));
        await pause(100);
        for (const i of [0, 15, 16, 200, 399]) {
          expect(await store.append(stream, 'any', events.slice(i, i + 1))).toMatchObject({
            revision: i,
            repeated: true,
          });
        }
        expect(await store.append(stream, 399, [visit()])).toMatchObject({ revision: 400, repeated: false });
      });

      it('at once from many callers is written once', async () => {
        const stream = newStream();
        const event = visit();
        const results = await Promise.all(Array.from({ length: 64 }, () => store.append(stream, 'any', [event])));
        expect(results.filter((result) => !result.repeated)).toHaveLength(1);
        expect(new Set(results.map((result) => result.position)).size).toBe(1);
        expect(await store.readStream(stream)).toHaveLength(1);
      });
    });

    describe('of appends that race one wins, and revisions and positions have no gap and no repeat', () => {
      it('lets exactly one of the racing appends win', async () => {
        const stream = newStream();
        for (let round = 0; round < 5; round++) {
          const expected: ExpectedRevision = round === 0 ? 'noStream' : round - 1;
          const results = await Promise.allSettled(
            Array.from({ length: 64 }, () => store.append(stream, expected, [visit()])),
          );
          const lost = results.filter((result) => result.status === 'rejected');
          expect(lost).toHaveLength(63);
          for (const { reason } of lost) {
            expect(reason).toBeInstanceOf(WrongExpectedRevision);
            expect(reason).toMatchObject({ expected, actual: round });
          }
        }
        expect((await store.readStream(stream)).map((event) => event.revision)).toEqual([0, 1, 2, 3, 4]);
      });

      it('does not let a refused append harm those beside it', async () => {
        const taken = newStream();
        await store.append(taken, 'noStream', [visit()]);
        const streams = Array.from({ length: 100 }, newStream);
        const results = await Promise.allSettled(
          streams.flatMap((stream) => [
            store.append(stream, 'noStream', [visit(), visit()]),
            store.append(taken, 'noStream', [visit()]),
          ]),
        );
        expect(results.map((result) => result.status)).toEqual(streams.flatMap(() => ['fulfilled', 'rejected']));
        for (const stream of streams) expect(await store.readStream(stream)).toHaveLength(2);
        expect(await store.readStream(taken)).toHaveLength(1);
      });

      it('numbers the events of every stream without a gap, and positions as revisions', async () => {
        const streams = Array.from({ length: 8 }, newStream);
        const before = await store.head();
        const results = await Promise.all(
          Array.from({ length: 96 }, async (_, caller) => {
            const own: AppendResult[] = [];
            for (let i = 0; i < 10; i++) {
              own.push(
                await store.append(pick(streams, caller + i), 'any', [visit({ caller, i }), visit({ caller, i })]),
              );
            }
            return own;
          }),
        );
        const positions = results.flat().map((result) => result.position);
        expect(new Set(positions).size).toBe(positions.length);
        for (const own of results) expect(own).toEqual(own.toSorted((a, b) => a.position - b.position));
        const all = (await readFrom(before)).flatMap((batch) => batch.events);
        expect(all).toHaveLength(96 * 10 * 2);
        for (const stream of streams) {
          const events = await store.readStream(stream);
          expect(events.map((event) => event.revision)).toEqual(events.map((_, i) => i));
          expect(events).toEqual(all.filter((event) => event.stream === stream));
        }
        // The two events of one append stand side by side.
        for (let i = 0; i < all.length; i += 2) expect(all[i]?.data).toEqual(all[i + 1]?.data);
      });
    });

    describe('a stream is read forwards and backwards, an append as soon as it is acknowledged', () => {
      const stream = newStream();
      beforeAll(async () => {
        await store.append(
          stream,
          'noStream',
          Array.from({ length: 300 }, (_, i) => visit({ i })),
        );
        await store.append(
          stream,
          299,
          Array.from({ length: 5 }, (_, i) => visit({ i: 300 + i })),
        );
      });
      const revisions = async (options: Parameters<EventStore['readStream']>[1]): Promise<number[]> =>
        (await store.readStream(stream, options)).map((event) => event.revision);

      it('gives an empty list for an unknown one', async () => {
        expect(await store.readStream(newStream())).toEqual([]);
        expect(await store.readStream(newStream(), { direction: 'backwards', limit: 1 })).toEqual([]);
      });

      it('reads forwards from the beginning', async () => {
        const events = await store.readStream(stream);
        expect(events.map((event) => event.data)).toEqual(Array.from({ length: 305 }, (_, i) => ({ i })));
      });

      it.each([
        [{ from: 302 }, [302, 303, 304]],
        [{ from: 298, limit: 4 }, [298, 299, 300, 301]],
        [{ from: 305 }, []],
        [{ limit: 2 }, [0, 1]],
        [{ limit: 0 }, []],
        [{ direction: 'backwards', limit: 3 }, [304, 303, 302]],
        [{ direction: 'backwards', from: 301, limit: 4 }, [301, 300, 299, 298]],
        [{ direction: 'backwards', from: 2 }, [2, 1, 0]],
        [{ direction: 'backwards', from: 9999, limit: 1 }, [304]],
      ] as const)('reads %j', async (options, expected) => {
        expect(await revisions(options)).toEqual(expected);
      });

      it('shows an append as soon as it is acknowledged', async () => {
        const own = newStream();
        for (let i = 0; i < 50; i++) {
          await store.append(own, 'any', [visit()]);
          expect(await store.readStream(own)).toHaveLength(i + 1);
          expect(await store.readStream(own, { direction: 'backwards', limit: 1 })).toMatchObject([{ revision: i }]);
        }
      });
    });

    describe('the log is read from any position, in order, once, filtered by category and type', () => {
      it('gives everything once, in order, to the end, in batches of at most the size asked for', async () => {
        const before = await store.head();
        const results: AppendResult[] = [];
        for (let i = 0; i < 30; i++) results.push(await store.append(newStream(), 'any', [visit({ i }), visit({ i })]));
        const batches = await readFrom(before, { batchSize: 7 });
        const events = batches.flatMap((batch) => batch.events);
        expect(events.map((event) => event.data)).toEqual(results.flatMap((_, i) => [{ i }, { i }]));
        expect(isStrictlyIncreasing(events.map((event) => event.position))).toBe(true);
        for (const batch of batches) expect(batch.events.length).toBeLessThanOrEqual(7);
        expect(batches.map((batch) => batch.caughtUp)).toEqual(batches.map((_, i) => i === batches.length - 1));
        expect(batches.at(-1)?.position).toBe(await store.head());
      });

      it('starts after the position given', async () => {
        const stream = newStream();
        const first = await store.append(stream, 'any', [visit()]);
        const second = await store.append(stream, 'any', [visit()]);
        expect(positionsIn(await readFrom(first.position))).toEqual([second.position]);
        expect(positionsIn(await readFrom(second.position))).toEqual([]);
      });

      it('gives one empty batch at the end of the log', async () => {
        const head = await store.head();
        expect(await readFrom(head)).toEqual([{ events: [], position: head, caughtUp: true }]);
      });

      it('filters by category and by type, and moves the position over what it passes by', async () => {
        const before = await store.head();
        const word = `c${randomUUID().replace(/[^a-f]/g, '')}`;
        const [plainCategory, longCategory] = [word, `${word}-case`];
        const rare = `Rare${randomUUID()}`;
        for (let i = 0; i < 40; i++) {
          await store.append(streamName('visit', randomUUID()), 'any', [visit(), visit(), { ...visit(), type: rare }]);
          if (i % 10 === 0) await store.append(streamName(plainCategory, randomUUID()), 'any', [visit()]);
          if (i % 20 === 0)
            await store.append(streamName(longCategory, randomUUID()), 'any', [visit(), { ...visit(), type: rare }]);
        }
        const { position: last } = await store.append(streamName('visit', randomUUID()), 'any', [visit()]);
        const found = async (filter: NonNullable<Parameters<EventStore['readAll']>[0]>['filter'] & object) => {
          const batches = await readFrom(before, { filter });
          expect(batches.at(-1)?.position).toBe(last);
          const events = batches.flatMap((batch) => batch.events);
          expect(isStrictlyIncreasing(events.map((event) => event.position))).toBe(true);
          return events;
        };
        expect(await found({ types: [rare] })).toHaveLength(42);
        expect(await found({ categories: [longCategory] })).toHaveLength(4);
        expect(await found({ categories: [longCategory], types: [rare] })).toHaveLength(2);
        expect(await found({ categories: [plainCategory, longCategory] })).toHaveLength(8);
        expect(await found({ categories: ['nothing-like-it'] })).toHaveLength(0);
        expect(await found({ types: [] })).toHaveLength(0);
        expect((await found({ categories: ['visit'] })).every((event) => event.stream.startsWith('visit-'))).toBe(true);
        expect((await found({})).length).toBe(40 * 3 + 4 + 4 + 1);
      });
    });

    describe('a subscription catches up and goes on live without a gap or a repeat, at the pace of its reader', () => {
      /** Collects until so many events came, then aborts. */
      async function collect(
        count: number,
        options: Parameters<EventStore['subscribe']>[0] = {},
        work: () => Promise<void> = async () => {},
      ): Promise<RecordedEvent[]> {
        const stop = new AbortController();
        const events: RecordedEvent[] = [];
        for await (const batch of store.subscribe({ ...options, signal: stop.signal })) {
          events.push(...batch.events);
          await work();
          if (events.length >= count) stop.abort();
        }
        return events;
      }

      async function appendConcurrently(callers: number, each: number): Promise<AppendResult[]> {
        const results = await Promise.all(
          Array.from({ length: callers }, async (_, caller) => {
            const own: AppendResult[] = [];
            for (let i = 0; i < each; i++) own.push(await store.append(newStream(), 'any', [visit({ caller, i })]));
            return own;
          }),
        );
        return results.flat();
      }

      it('catches up, then goes on live, for many subscribers while many append: all once, in order', async () => {
        const before = await store.head();
        const [callers, each] = [64, 20];
        await appendConcurrently(8, 10);
        const total = 8 * 10 + callers * each;
        const subscribers = Array.from({ length: 6 }, (_, i) =>
          collect(total, { after: before, batchSize: 10 + i * 90 }),
        );
        const late = pause(20).then(() => collect(total, { after: before }));
        await appendConcurrently(callers, each);
        const seen = await Promise.all([...subscribers, late]);
        const expected = positionsIn(await readFrom(before));
        expect(expected).toHaveLength(total);
        for (const events of seen) expect(events.map((event) => event.position)).toEqual(expected);
      });

      it('says at once that it has caught up when there is nothing to deliver', async () => {
        const head = await store.head();
        const stop = new AbortController();
        const batches: EventBatch[] = [];
        for await (const batch of store.subscribe({ after: head, signal: stop.signal })) {
          batches.push(batch);
          stop.abort();
        }
        expect(batches).toEqual([{ events: [], position: head, caughtUp: true }]);
      });

      it('delivers only what passes the filter, and moves the position over the rest', async () => {
        const after = await store.head();
        const type = `Awaited${randomUUID()}`;
        const stop = new AbortController();
        const events: RecordedEvent[] = [];
        let position = after;
        const consuming = (async () => {
          for await (const batch of store.subscribe({ after, filter: { types: [type] }, signal: stop.signal })) {
            events.push(...batch.events);
            position = batch.position;
          }
        })();
        for (let i = 0; i < 20; i++)
          await store.append(newStream(), 'any', [visit(), { ...visit({ i }), type }, visit()]);
        const head = await store.head();
        await until(() => position === head);
        stop.abort();
        await consuming;
        expect(events.map((event) => event.data)).toEqual(Array.from({ length: 20 }, (_, i) => ({ i })));
      });

      it('resumes after the last position seen without a gap or a repeat', async () => {
        const before = await store.head();
        const appending = appendConcurrently(16, 25);
        const seen: RecordedEvent[] = [];
        while (seen.length < 16 * 25) {
          const part = Math.min(37, 16 * 25 - seen.length);
          seen.push(...(await collect(part, { after: seen.at(-1)?.position ?? before, batchSize: 11 })));
        }
        await appending;
        expect(seen.map((event) => event.position)).toEqual(positionsIn(await readFrom(before)));
      });

      it('buffers nothing for a consumer that works slowly', async () => {
        const before = await store.head();
        const stop = new AbortController();
        const batchSize = 20;
        const events: RecordedEvent[] = [];
        let decodedMeanwhile: number | undefined;
        for await (const batch of store.subscribe({ after: before, batchSize, signal: stop.signal })) {
          expect(batch.events.length).toBeLessThanOrEqual(batchSize);
          events.push(...batch.events);
          if (decodedMeanwhile === undefined) {
            const before = decoded;
            await appendConcurrently(32, 32);
            await pause(50);
            decodedMeanwhile = decoded - before;
          }
          if (events.length >= 32 * 32) stop.abort();
        }
        expect(decodedMeanwhile).toBeLessThanOrEqual(2 * batchSize);
        expect(events.map((event) => event.position)).toEqual(positionsIn(await readFrom(before)));
      });

      it('ends without an error when aborted, also while it waits, and before it began', async () => {
        const after = await store.head();
        const stop = new AbortController();
        const ended = (async () => {
          for await (const batch of store.subscribe({ after, signal: stop.signal })) void batch;
          return 'ended';
        })();
        await pause(20);
        stop.abort();
        expect(await ended).toBe('ended');
        for await (const batch of store.subscribe({ after, signal: AbortSignal.abort() }))
          expect(batch).toBeUndefined();
      });

      it('delivers an event soon after it is appended', async () => {
        const after = await store.head();
        const arrived = collect(1, { after });
        await pause(30);
        const began = performance.now();
        await store.append(newStream(), 'any', [visit()]);
        expect(await arrived).toHaveLength(1);
        expect(performance.now() - began).toBeLessThan(1000);
      });
    });

    describe('what is acknowledged is kept, and nothing is readable before it is', () => {
      it('has everything after it was closed and opened again, and goes on beyond it', async () => {
        const stream = newStream();
        const events = [visit(), visit()];
        const first = await store.append(stream, 'noStream', events);
        const underWay = Promise.all(Array.from({ length: 64 }, () => store.append(stream, 'any', [visit()])));
        const head = store.close().then(async () => {
          store = await engine.open(codec);
          return store.head();
        });
        const acknowledged = await underWay;
        const newest = Math.max(...acknowledged.map((result) => result.position));
        expect(await head).toBe(newest);
        expect(await store.readStream(stream)).toHaveLength(66);
        expect(await store.append(stream, 'noStream', events)).toEqual({ ...first, repeated: true });
        expect((await store.append(stream, 65, [visit()])).position).toBeGreaterThan(newest);
      });

      it('shows nothing that is not acknowledged or about to be: the head is readable', async () => {
        const before = await store.head();
        const appending = Promise.all(Array.from({ length: 64 }, () => store.append(newStream(), 'any', [visit()])));
        for (let i = 0; i < 20; i++) {
          const head = await store.head();
          const seen = positionsIn(await readFrom(before));
          expect(seen.at(-1) ?? before).toBeGreaterThanOrEqual(head);
          await pause(1);
        }
        const acknowledged = (await appending).map((result) => result.position);
        expect(positionsIn(await readFrom(before))).toEqual(acknowledged.toSorted((a, b) => a - b));
      });
    });

    describe('closing ends subscriptions in order and refuses what comes afterwards', () => {
      it('ends subscriptions without an error and refuses what comes afterwards', async () => {
        const other = await store.head();
        const ended = (async () => {
          for await (const batch of store.subscribe({ after: other })) void batch;
          return 'ended';
        })();
        await pause(20);
        const closed = store;
        await closed.close();
        await closed.close();
        expect(await ended).toBe('ended');
        await expect(closed.append(newStream(), 'any', [visit()])).rejects.toBeInstanceOf(EventStoreUnavailable);
        await expect(closed.readStream(newStream())).rejects.toBeInstanceOf(EventStoreUnavailable);
        await expect(closed.head()).rejects.toBeInstanceOf(EventStoreUnavailable);
        await expect(closed.readAll()[Symbol.asyncIterator]().next()).rejects.toBeInstanceOf(EventStoreUnavailable);
        await expect(closed.subscribe()[Symbol.asyncIterator]().next()).rejects.toBeInstanceOf(EventStoreUnavailable);
        store = await engine.open(codec);
      });
    });
  });
}

const newStream = (): StreamName => streamName('visit', `08Z11.${randomUUID()}`);

function visit(data: unknown = { diagnosis: 'I10' }): NewEvent {
  return {
    id: randomUUID(),
    type: 'VisitRecorded',
    data,
    metadata: { occurredAt: '2026-10-01T07:30:00+07:00', facility: '08Z11', actor: 'station:08Z11' },
  };
}

function pick<T>(list: readonly T[], i: number): T {
  const item = list[i % list.length];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}

const positionsIn = (batches: readonly EventBatch[]): number[] =>
  batches.flatMap((batch) => batch.events.map((event) => event.position));

const isStrictlyIncreasing = (numbers: readonly number[]): boolean =>
  numbers.every((number, i) => i === 0 || number > (numbers[i - 1] ?? number));

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 500 && !condition(); tries++) await pause(10);
  expect(condition()).toBe(true);
}
