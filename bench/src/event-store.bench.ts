/**
 * What the event store costs against what the disk and SQLite allow, in the same run. Synthetic events of 1 KiB. Absolute numbers
 * belong to the machine; the ratios are what is promised.
 */
import { randomUUID } from 'node:crypto';
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openEmbeddedEventStore } from '#event-store/embedded/embedded-event-store.js';
import type { EventStore, NewEvent } from '#event-store/event-store.js';
import { streamName } from '#event-store/event-store.js';
import type { BenchRow } from './bench-row.js';

const eventBytes = 1024;
const commitOf = 100;

const fsyncName = 'raw fdatasync of 1 KiB';
const rawName = `raw SQLite, ${commitOf} rows of 1 KiB per durable commit`;

/** How often the disk makes 1 KiB durable, one after the other. */
export function rawFsyncRate(folder: string, milliseconds = 400): number {
  const file = openSync(join(folder, `fsync-${randomUUID()}`), 'w');
  const block = Buffer.alloc(eventBytes, 'x');
  const began = performance.now();
  let count = 0;
  while (performance.now() - began < milliseconds) {
    writeSync(file, block);
    fdatasyncSync(file);
    count++;
  }
  closeSync(file);
  return perSecond(count, began);
}

/** Rows per second of the barest table SQLite can hold: no index, no check, one text; the store's page size and checkpoints. */
export function rawGroupCommitRate(folder: string, rows = 20_000): number {
  const database = new DatabaseSync(join(folder, `raw-${randomUUID()}.sqlite`));
  database.exec(`
    pragma page_size = 8192;
    pragma journal_mode = wal;
    pragma synchronous = full;
    pragma wal_autocheckpoint = 2048;
    create table rows (id integer primary key, text text);
  `);
  const [begin, insert, commit] = ['begin immediate', 'insert into rows (text) values (?)', 'commit'].map((sql) =>
    database.prepare(sql),
  );
  const text = 'x'.repeat(eventBytes);
  const began = performance.now();
  for (let i = 0; i < rows; i += commitOf) {
    begin?.run();
    for (let j = 0; j < commitOf; j++) insert?.run(text);
    commit?.run();
  }
  const rate = perSecond(rows, began);
  database.close();
  return rate;
}

export interface AppendRates {
  readonly perSecond: number;
  /** Longest time the calling thread's event loop did not turn. */
  readonly longestStallMs: number;
}

/** Events per second through `append`, one event each, so many callers at once; two of three start a new stream. */
export async function appendRate(folder: string, callers: number, events: number): Promise<AppendRates> {
  const file = join(folder, `${randomUUID()}.sqlite`);
  const store = await openEmbeddedEventStore({ file });
  let [next, longestStallMs, turned] = [0, 0, performance.now()];
  const watch = setInterval(() => {
    const now = performance.now();
    longestStallMs = Math.max(longestStallMs, now - turned - 5);
    turned = now;
  }, 5);
  const began = performance.now();
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (next < events) await appendOne(store, next++);
    }),
  );
  const rate = perSecond(events, began);
  clearInterval(watch);
  await store.close();
  return { perSecond: rate, longestStallMs };
}

/** Events per second read back, parsed, from the beginning of the log to its end. */
export async function scanRate(folder: string, events: number): Promise<number> {
  const store = await openEmbeddedEventStore({ file: join(folder, `${randomUUID()}.sqlite`) });
  await Promise.all(
    Array.from({ length: 256 }, async (_, caller) => {
      for (let i = caller; i < events; i += 256) await appendOne(store, i);
    }),
  );
  const began = performance.now();
  let count = 0;
  for await (const batch of store.readAll()) count += batch.events.length;
  const rate = perSecond(count, began);
  await store.close();
  return rate;
}

/**
 * All rows: medians of a few rounds, each of which measures everything once, so that what else the machine does meanwhile
 * falls on both sides of a ratio. Takes about 20 seconds.
 */
export async function eventStoreBench(): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'event-store-bench-'));
  try {
    const measured: Round[] = [];
    for (let i = 0; i < rounds; i++) measured.push(await measureRound(folder));
    const over = (pick: (round: Round) => number): number => median(measured.map(pick));
    return [
      { name: fsyncName, value: over(({ fsync }) => fsync), unit: '/s' },
      { name: rawName, value: over(({ raw }) => raw), unit: 'rows/s' },
      ...loads.flatMap(({ callers }, i): BenchRow[] => {
        const name = `event store appends, ${callers} ${callers === 1 ? 'caller' : 'callers'}`;
        const rate = (round: Round): number => round.appends[i]?.perSecond ?? NaN;
        const base = (round: Round): number => (callers === 1 ? round.fsync : round.raw);
        const ratio = over((round) => rate(round) / base(round));
        const stall = over((round) => round.appends[i]?.longestStallMs ?? NaN);
        return [
          { name, value: over(rate), unit: 'events/s', ratioTo: { name: callers === 1 ? fsyncName : rawName, ratio } },
          { name: `${name}: longest stall of the caller's thread`, value: stall, unit: 'ms' },
        ];
      }),
      { name: 'event store scan, parsed', value: over(({ scan }) => scan), unit: 'events/s' },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const rounds = 3;
const loads = [
  { callers: 1, events: 1_000 },
  { callers: 8, events: 4_000 },
  { callers: 64, events: 10_000 },
  { callers: 256, events: 20_000 },
] as const;

interface Round {
  readonly fsync: number;
  readonly raw: number;
  readonly appends: readonly AppendRates[];
  readonly scan: number;
}

async function measureRound(folder: string): Promise<Round> {
  const [fsync, raw] = [rawFsyncRate(folder), rawGroupCommitRate(folder)];
  const appends: AppendRates[] = [];
  for (const { callers, events } of loads) appends.push(await appendRate(folder, callers, events));
  return { fsync, raw, appends, scan: await scanRate(folder, 10_000) };
}

const padding = 'x'.repeat(eventBytes - 150);

async function appendOne(store: EventStore, number: number): Promise<void> {
  const event: NewEvent = {
    id: randomUUID(),
    type: 'VisitRecorded',
    data: { synthetic: true, number, padding },
    metadata: { occurredAt: '2026-10-01T07:30:00+07:00', facility: '08Z11', actor: 'station:08Z11' },
  };
  const key = number % 3 === 0 ? `08Z11.${number % 997}` : `08Z11.${event.id}`;
  await store.append(streamName('visit', key), 'any', [event]);
}

function perSecond(count: number, began: number): number {
  return Math.round((count * 1000) / (performance.now() - began));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
