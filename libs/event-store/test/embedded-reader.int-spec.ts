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
import { EventStoreUnavailable } from '../src/errors.js';
import type { NewEvent } from '../src/event-store.js';
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
});
