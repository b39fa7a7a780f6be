import { spawn } from 'node:child_process';
import { createHash, randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import { openEmbeddedEventStore } from '../../src/embedded/embedded-event-store.js';
import type { RecordedEvent } from '../../src/event-store.js';
import type { Acknowledged, Part } from './acknowledged.js';

const kills = 50;
const program = fileURLToPath(new URL('appending-process.js', import.meta.url));

interface Run {
  /** Head when the process had opened the log; absent when it was killed before. */
  readonly head: number | undefined;
  readonly acknowledged: readonly Acknowledged[];
}

/** Runs the program on the file and kills it some time after it has begun, or before. */
function runUntilKilled(file: string): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, file], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    const killAfter = (ms: number): unknown => setTimeout(() => child.kill('SIGKILL'), ms);
    // Now and then while it still opens and recovers the log, mostly while it appends.
    let doomed = randomInt(10) === 0;
    if (doomed) killAfter(randomInt(30, 120));
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      if (doomed) return;
      doomed = true;
      killAfter(randomInt(1, 150));
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk));
    child.on('close', (code, signal) => {
      if (signal !== 'SIGKILL') return reject(new Error(`ended by itself with ${code}: ${errors}`));
      // What comes after the last line break was being printed.
      const lines = output.split('\n').slice(0, -1);
      const [first, ...rest] = lines.map((line) => JSON.parse(line) as unknown);
      const head = (first as { head: number } | undefined)?.head;
      resolve({ head, acknowledged: rest as Acknowledged[] });
    });
  });
}

describe('event store in a process that is killed: embedded SQLite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'event-store-crash-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it(`has every acknowledged append, whole, once and in order, after ${kills} kills on the same file`, async () => {
    const file = join(folder, 'events.sqlite');
    const acknowledged: Acknowledged[] = [];
    let newest = 0;
    for (let i = 0; i < kills; i++) {
      const run = await runUntilKilled(file);
      if (run.head !== undefined) expect(run.head).toBeGreaterThanOrEqual(newest);
      for (const append of run.acknowledged) {
        // Positions of a later run are beyond everything acknowledged in an earlier one: none is given twice.
        expect(append.position).toBeGreaterThan(run.head ?? newest);
        acknowledged.push(append);
      }
      newest = acknowledged.reduce((most, append) => Math.max(most, append.position), newest);
    }
    expect(acknowledged.length).toBeGreaterThan(kills);

    const store = await openEmbeddedEventStore({ file });
    try {
      const all: RecordedEvent[] = [];
      for await (const batch of store.readAll()) all.push(...batch.events);

      expect(all.every((event, i) => event.position > (all[i - 1]?.position ?? 0))).toBe(true);
      expect(new Set(all.map((event) => event.id)).size).toBe(all.length);
      expect(all.at(-1)?.position).toBe(await store.head());

      const byId = new Map(all.map((event) => [event.id, event]));
      for (const { stream, revision, position, ids } of acknowledged) {
        const events = ids.map((id) => byId.get(id));
        expect(events.map((event) => [event?.stream, event?.revision])).toEqual(
          ids.map((_, i) => [stream, revision - ids.length + 1 + i]),
        );
        expect(events.at(-1)?.position).toBe(position);
      }

      const ofStream = Map.groupBy(all, (event) => event.stream);
      for (const [stream, events] of ofStream) {
        expect(events.map((event) => event.revision)).toEqual(events.map((_, i) => i));
        expect(await store.readStream(stream)).toEqual(events);
      }

      for (const parts of Map.groupBy(all, (event) => (event.data as Part).append).values()) {
        expect(parts.map((event) => (event.data as Part).number)).toEqual(parts.map((_, i) => i));
        for (const event of parts) {
          const { of, text, digest } = event.data as Part;
          expect(parts).toHaveLength(of);
          expect(createHash('sha256').update(text).digest('hex')).toBe(digest);
        }
      }
    } finally {
      await store.close();
    }
  }, 120_000);
});
