import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openEmbeddedEventStore } from '#event-store/embedded/embedded-event-store.js';
import type { EventStore, RecordedEvent } from '#event-store/event-store.js';
import { streamName } from '#event-store/event-store.js';
import { inMemoryView } from '../src/in-memory-view.js';

describe('view in memory', () => {
  let folder: string;
  let store: EventStore;
  const append = async (type: string): Promise<number> => {
    const event = { id: randomUUID(), type, data: {}, metadata: { occurredAt: '2026-10-01T07:30:00+07:00' } };
    return (await store.append(streamName('facility', randomUUID()), 'noStream', [event])).position;
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'in-memory-'));
    store = await openEmbeddedEventStore({ file: join(folder, 'events.sqlite') });
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('has everything when it is handed over, and stays up to date until the signal', async () => {
    for (let i = 0; i < 1200; i++) void append(i % 2 === 0 ? 'FacilityRegistered' : 'VisitRecorded');
    await append('FacilityRegistered');
    const stop = new AbortController();
    const seen: RecordedEvent[] = [];
    const view = await inMemoryView(store, {
      filter: { types: ['FacilityRegistered'] },
      apply: (event) => seen.push(event),
      signal: stop.signal,
    });
    expect(seen).toHaveLength(601);
    expect(view.position).toBe(1201);
    expect(await view.waitFor(await append('FacilityRegistered'), 5_000)).toBe(true);
    expect(seen).toHaveLength(602);
    stop.abort();
    await view.ended;
    await append('FacilityRegistered');
    expect(seen).toHaveLength(602);
  });

  it('is handed over empty when the log is', async () => {
    const stop = new AbortController();
    const view = await inMemoryView(store, { filter: {}, apply: () => {}, signal: stop.signal });
    expect(view.position).toBe(0);
    stop.abort();
    await view.ended;
  });

  it('tells its owner of an event that cannot be applied', async () => {
    const options = {
      filter: {},
      apply: () => {
        throw new RangeError('not this one');
      },
      signal: new AbortController().signal,
    };
    const view = await inMemoryView(store, options);
    await append('FacilityRegistered');
    await expect(view.ended).rejects.toThrow('not this one');
    expect(await view.waitFor(1, 60_000)).toBe(false);
    await expect(inMemoryView(store, options)).rejects.toThrow('not this one');
  });
});
