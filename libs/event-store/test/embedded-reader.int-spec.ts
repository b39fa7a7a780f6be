import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openEmbeddedEventStore } from '../src/embedded/embedded-event-store.js';
import { openEmbeddedReader } from '../src/embedded/embedded-reader.js';
import type { EventCodec } from '../src/codec.js';
import { createEventCodec } from '../src/codec.js';
import { EventStoreUnavailable } from '../src/errors.js';
import type { EventFilter, NewEvent } from '../src/event-store.js';
import { streamName } from '../src/event-store.js';

const visit = (): NewEvent => ({
  id: randomUUID(),
  type: 'VisitRecorded',
  data: {},
  metadata: { occurredAt: '2026-10-01T07:30:00+07:00' },
});

describe('embedded log, read beside its writer', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'event-reader-'));
    file = join(folder, 'events.sqlite');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('tells when there is no log', () => {
    expect(() => openEmbeddedReader({ file })).toThrow(EventStoreUnavailable);
  });

  it('sees what the writer of its process appends, at once and without looking', async () => {
    const store = await openEmbeddedEventStore({ file });
    const reader = openEmbeddedReader({ file, pollMs: 60_000 });
    const stop = new AbortController();
    const seen: number[] = [];
    const following = (async () => {
      for await (const batch of reader.subscribe({ signal: stop.signal })) {
        seen.push(...batch.events.map((event) => event.position));
        if (seen.length === 200) stop.abort();
      }
    })();
    const stream = streamName('visit', '08Z11.1');
    for (let i = 0; i < 200; i++) await store.append(stream, 'any', [visit()]);
    await following;
    expect(seen).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
    expect(await reader.readStream(stream)).toEqual(await store.readStream(stream));
    await reader.close();
    await store.close();
  });

  it('follows a writer in another process, and stays out of a log that another process writes', async () => {
    const program = fileURLToPath(new URL('crash/appending-process.js', import.meta.url));
    const writer = spawn(process.execPath, [program, file], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await once(writer.stdout, 'data');
      await expect(openEmbeddedEventStore({ file })).rejects.toThrow(/being written by another process/);
      const reader = openEmbeddedReader({ file, pollMs: 10 });
      let [last, count] = [0, 0];
      for await (const batch of reader.subscribe()) {
        for (const event of batch.events) {
          expect(event.position).toBeGreaterThan(last);
          last = event.position;
          count++;
        }
        if (count > 300) break;
      }
      await reader.close();
    } finally {
      writer.kill('SIGKILL');
      await once(writer, 'close');
    }
    const store = await openEmbeddedEventStore({ file });
    expect(await store.head()).toBeGreaterThan(300);
    await store.close();
  });

  it('lets one store at a time write, and only its owner read the files', async () => {
    const store = await openEmbeddedEventStore({ file });
    await expect(openEmbeddedEventStore({ file })).rejects.toBeInstanceOf(EventStoreUnavailable);
    await store.append(streamName('visit', '1'), 'any', [visit()]);
    for (const suffix of ['', '-wal', '-shm']) expect(statSync(file + suffix).mode & 0o077).toBe(0);
    await store.close();
    const again = await openEmbeddedEventStore({ file });
    expect(await again.head()).toBe(1);
    await again.close();
  });

  it('holds appends back while more than the queue limit is on its way, and loses none', async () => {
    const store = await openEmbeddedEventStore({ file, queueLimitBytes: 10_000 });
    const text = 'x'.repeat(3_000);
    const results = await Promise.all(
      Array.from({ length: 300 }, (_, i) =>
        store.append(streamName('visit', String(i)), 'noStream', [{ ...visit(), data: { text } }]),
      ),
    );
    expect(results.map((result) => result.position)).toEqual(results.map((_, i) => i + 1));
    await store.close();
  });

  it('finds rare events among many without parsing the others', async () => {
    const plain = createEventCodec();
    let decoded = 0;
    const codec: EventCodec = {
      ...plain,
      decode: (stored) => {
        decoded++;
        return plain.decode(stored);
      },
    };
    const store = await openEmbeddedEventStore({ file, codec });
    const [common, rare] = [streamName('visit', '1'), streamName('notifiable-case', '1')];
    const expected: number[] = [];
    for (let i = 0; i < 6; i++) {
      expected.push((await store.append(rare, 'any', [visit()])).position);
      await Promise.all(Array.from({ length: 1500 }, () => store.append(common, 'any', [visit()])));
    }
    // Then many at once, after the reader has got used to few.
    for (let i = 0; i < 5; i++) {
      const { position } = await store.append(rare, 'any', Array.from({ length: 100 }, visit));
      expected.push(...Array.from({ length: 100 }, (_, back) => position - 99 + back));
    }
    const found: number[] = [];
    for await (const batch of store.readAll({ filter: { categories: ['notifiable-case'] } })) {
      found.push(...batch.events.map((event) => event.position));
    }
    expect(found).toEqual(expected);
    expect(decoded).toBe(expected.length);
    await store.close();
  });

  it('parses an event once for all consumers of a reader that shares', async () => {
    const store = await openEmbeddedEventStore({ file });
    for (let i = 0; i < 300; i++) void store.append(streamName('visit', String(i % 7)), 'any', [visit()]);
    await store.append(streamName('referral', '1'), 'any', [visit()]);
    const plain = createEventCodec();
    let decoded = 0;
    const codec: EventCodec = {
      ...plain,
      decode: (stored) => {
        decoded++;
        return plain.decode(stored);
      },
    };
    const reader = openEmbeddedReader({ file, codec, sharedText: 1_000_000 });
    const positions = async (filter: EventFilter): Promise<number[]> => {
      const found: number[] = [];
      const cursor = reader.cursor({ filter });
      for (let caughtUp = false; !caughtUp;) {
        const batch = await cursor.next(50);
        found.push(...batch.events.map((event) => event.position));
        caughtUp = batch.caughtUp;
      }
      return found;
    };
    expect(await positions({})).toEqual(Array.from({ length: 301 }, (_, i) => i + 1));
    const after = decoded;
    expect(await positions({ categories: ['referral'] })).toEqual([301]);
    expect((await positions({ categories: ['visit'] })).length).toBe(300);
    // The first step of each is read before it is known that another consumer has been there.
    expect(decoded - after).toBeLessThanOrEqual(52);
    await reader.close();
    await store.close();
  });

  it('writes the others of a group when one of them cannot be written', async () => {
    const plain = createEventCodec();
    const codec: EventCodec = {
      ...plain,
      encode: (stream, event) => ({
        ...plain.encode(stream, event),
        ...(event.type === 'Unwritable' ? { schemaVersion: Number.NaN } : {}),
      }),
    };
    const store = await openEmbeddedEventStore({ file, codec });
    const streams = Array.from({ length: 50 }, (_, i) => streamName('visit', String(i)));
    const results = await Promise.allSettled(
      streams.map((stream, i) =>
        store.append(stream, 'noStream', [visit(), { ...visit(), ...(i === 20 ? { type: 'Unwritable' } : {}) }]),
      ),
    );
    expect(results.map((result) => result.status)).toEqual(
      streams.map((_, i) => (i === 20 ? 'rejected' : 'fulfilled')),
    );
    expect(results[20]).toMatchObject({ reason: { name: 'EventStoreUnavailable' } });
    for (const [i, stream] of streams.entries()) expect(await store.readStream(stream)).toHaveLength(i === 20 ? 0 : 2);
    expect(await store.append(streams[20] ?? streamName('visit', '20'), 'noStream', [visit()])).toMatchObject({
      revision: 0,
    });
    expect(await store.head()).toBe(99);
    await store.close();
  });
});
