import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { openEmbeddedEventStore } from '../src/embedded/embedded-event-store.js';
import { streamName, type EventStore, type NewEvent, type StreamName } from '../src/event-store.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lien-tuyen-known-'));
});
afterEach(() => rm(folder, { recursive: true }));

const open = (): Promise<EventStore> => openEmbeddedEventStore({ file: join(folder, 'events.sqlite'), cachedText: 0 });
const stream = (number: number): StreamName => streamName('visit', `08Z11.${number}`);
const eventsOf = (number: number, count: number): readonly NewEvent[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `00000000-0000-4000-8000-${String(number * 1000 + index).padStart(12, '0')}`,
    type: 'VisitRecorded',
    data: { number },
    metadata: { occurredAt: '2026-10-05T00:00:00.000Z' },
  }));

// More events than are read at once when the log is opened: a thread reads the names meanwhile.
it.each([5, 120])(
  'reads what is there and what is not alike, in a log of %i streams that was opened again',
  async (streams) => {
    let store = await open();
    for (let number = 0; number < streams; number += 1)
      await store.append(stream(number), 'noStream', eventsOf(number, 100));
    await store.close();
    store = await open();
    try {
      await store.append(stream(streams), 'noStream', eventsOf(streams, 1));
      for (const waitMs of [0, 500]) {
        await after(waitMs);
        for (let number = 0; number <= streams; number += 1) {
          expect(await store.readStream(stream(number), { limit: 1 })).toMatchObject([{ data: { number } }]);
          expect(await store.readStream(stream(number + 1_000_000))).toEqual([]);
        }
      }
    } finally {
      await store.close();
    }
  },
  60_000,
);
