import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { openEmbeddedEventStore } from '#event-store/embedded/embedded-event-store.js';
import { type EventStore, type NewEvent, streamName } from '#event-store/event-store.js';
import { observeEventStore } from '../src/operations/event-store-metrics.js';
import { observeViews } from '../src/operations/view-metrics.js';
import { logAt, viewsWith } from './doubles.js';

let folder: string;
let metrics: Registry;
let events: EventStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'engine-metrics-'));
  metrics = new Registry();
  events = observeEventStore(metrics, await openEmbeddedEventStore({ file: join(folder, 'events.sqlite') }));
});
afterEach(async () => {
  await events.close();
  await rm(folder, { recursive: true });
});

const someEvent = (): NewEvent => ({
  id: randomUUID(),
  type: 'VisitRecorded',
  data: {},
  metadata: { occurredAt: '2026-10-05T01:30:00Z' },
});

/** `name{labels}` → value */
async function exposed(): Promise<ReadonlyMap<string, number>> {
  const lines = (await metrics.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

describe('metrics of the engines', () => {
  it('tell how appends ended, and that the log is reached until it is closed', async () => {
    const visit = someEvent();
    const stream = streamName('visit', 'one');
    await events.append(stream, 'noStream', [visit]);
    await events.append(stream, 'noStream', [visit]);
    await expect(events.append(stream, 'noStream', [someEvent()])).rejects.toMatchObject({
      name: 'WrongExpectedRevision',
    });
    await expect(events.append(stream, 'any', [])).rejects.toMatchObject({ name: 'InvalidAppend' });
    const counted = async (outcome: string): Promise<number | undefined> =>
      (await exposed()).get(`event_store_append_duration_seconds_count{outcome="${outcome}"}`);
    expect(await Promise.all(['appended', 'repeated', 'lost-race', 'refused', 'failed'].map(counted))).toEqual([
      1,
      1,
      1,
      1,
      undefined,
    ]);
    expect((await exposed()).get('event_store_connected')).toBe(1);
    await events.close();
    await expect(events.append(stream, 'any', [someEvent()])).rejects.toMatchObject({ name: 'EventStoreUnavailable' });
    expect(await counted('failed')).toBe(1);
    expect((await exposed()).get('event_store_connected')).toBe(0);
  });

  it('are there without what cannot be asked while an engine is away', async () => {
    let head = async (): Promise<number> => 7;
    const view = {
      name: 'receipts',
      version: 1,
      generation: 1,
      position: 5,
      logPosition: 7,
      delayMs: 1500,
      setAside: 2,
      state: 'live',
      build: {
        version: 2,
        reason: 'version',
        position: 3,
        logPosition: 7,
        perSecond: 8,
        secondsLeft: 0.5,
        setAside: 0,
        failing: false,
      },
    } as const;
    observeViews(
      metrics,
      logAt(() => head()),
      viewsWith([view]),
    );
    const found = await exposed();
    expect(found.get('event_log_position')).toBe(7);
    expect(found.get('view_delay_seconds{view="receipts",version="1"}')).toBe(1.5);
    expect(found.get('view_events_set_aside{view="receipts",version="1"}')).toBe(2);
    expect(found.get('view_build_position{view="receipts",version="2"}')).toBe(3);
    expect(found.get('view_build_positions_per_second{view="receipts",version="2"}')).toBe(8);
    expect(found.get('view_build_seconds_left{view="receipts",version="2"}')).toBe(0.5);
    expect(found.get('view_build_failing{view="receipts",version="2"}')).toBe(0);
    head = () => Promise.reject(new Error('no server'));
    const without = await exposed();
    expect(without.has('event_log_position')).toBe(false);
    expect(without.get('view_position{view="receipts",version="1"}')).toBe(5);
  });
});
