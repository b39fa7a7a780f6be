/** What the tests of the EventStoreDB engine share: events, stores with short waits, and their end. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from '@jest/globals';
import type {
  EventBatch,
  EventStore,
  NewEvent,
  RecordedEvent,
  StreamName,
  SubscribeOptions,
} from '../src/event-store.js';
import { streamName } from '../src/event-store.js';
import {
  type EventStoreDb,
  type EventStoreDbOptions,
  openEventStoreDb,
} from '../src/eventstoredb/eventstoredb-event-store.js';
import type { Waits } from '../src/eventstoredb/server-reads.js';
import type { Faults } from '#deploy/local/src/log-double/faults.js';

export const newStream = (): StreamName => streamName('visit', `08Z11.${randomUUID()}`);

export function visit(data: unknown = { diagnosis: 'I10' }, type = 'VisitRecorded'): NewEvent {
  return { id: randomUUID(), type, data, metadata: { occurredAt: '2026-10-01T07:30:00+07:00', facility: '08Z11' } };
}

export const shortWaits: Waits = { patienceMs: 20_000, answerMs: 400, readMs: 400, lookMs: 50, silenceMs: 250 };

/** Opens stores and closes them all. */
export class OpenStores {
  readonly #stores: EventStoreDb[] = [];

  async open(url: string, options: Partial<EventStoreDbOptions> = {}): Promise<EventStoreDb> {
    const store = await openEventStoreDb({ url, ...options, waits: { ...shortWaits, ...options.waits } });
    this.#stores.push(store);
    return store;
  }

  async close(): Promise<void> {
    await Promise.all(this.#stores.splice(0).map((store) => store.close()));
  }
}

/** The faults one after the other, then none. */
export function inOrder<Fault>(...faults: readonly (Fault | undefined)[]): () => Fault | undefined {
  const left = [...faults];
  return () => left.shift();
}

export function clear(faults: Faults): void {
  faults.append = undefined;
  faults.read = undefined;
  faults.delay = undefined;
}

/** A consumer that takes everything; `stop` ends it and gives all it took. */
export function following(
  store: EventStore,
  options: SubscribeOptions,
): {
  readonly batches: EventBatch[];
  readonly events: RecordedEvent[];
  stop(): Promise<void>;
} {
  const stop = new AbortController();
  const batches: EventBatch[] = [];
  const events: RecordedEvent[] = [];
  const done = (async () => {
    for await (const batch of store.subscribe({ ...options, signal: stop.signal })) {
      batches.push(batch);
      events.push(...batch.events);
    }
  })();
  return {
    batches,
    events,
    async stop() {
      stop.abort();
      await done;
    },
  };
}

export async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1_500 && !condition(); tries++) await pause(10);
  expect(condition()).toBe(true);
}

export async function everything(store: EventStore, after = 0): Promise<readonly RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const batch of store.readAll({ after })) events.push(...batch.events);
  return events;
}
