import { describe, expect, it } from '@jest/globals';
import { createEventCodec, type StoredEvent } from '../codec.js';
import { streamName, type RecordedEvent } from '../event-store.js';
import { partOf, StreamCache } from './stream-cache.js';

const codec = createEventCodec();
const ofVisit = (key: string) => streamName('visit', key);

function storedEvents(count: number, from = 0): readonly StoredEvent[] {
  return Array.from({ length: count }, (_, i) => ({
    id: crypto.randomUUID(),
    type: 'VisitRecorded',
    schemaVersion: 1,
    data: `{"revision":${from + i}}`,
    metadata: '{"occurredAt":"2026-03-01T00:00:00.000Z"}',
    stream: ofVisit('a'),
    revision: from + i,
    position: 100 + from + i,
    recordedAt: 0,
  }));
}

const decoded = (stored: readonly StoredEvent[]): readonly RecordedEvent[] =>
  stored.map((event) => codec.decode(event));
const revisions = (events: readonly RecordedEvent[] | undefined) => events?.map(({ revision }) => revision);

describe('StreamCache', () => {
  it('knows that a stream has no events, until one is appended', () => {
    const cache = new StreamCache(codec, 10_000);
    expect(cache.get(ofVisit('a'))).toBeUndefined();
    cache.put(ofVisit('a'), [], 0);
    expect(cache.get(ofVisit('a'))).toEqual([]);
    cache.append(ofVisit('a'), storedEvents(2));
    expect(cache.get(ofVisit('a'))).toEqual([
      expect.objectContaining({ revision: 0, position: 100, data: { revision: 0 } }),
      expect.objectContaining({ revision: 1, position: 101, data: { revision: 1 } }),
    ]);
  });

  it('leaves a list that was handed out as it was', () => {
    const cache = new StreamCache(codec, 10_000);
    cache.put(ofVisit('a'), decoded(storedEvents(1)), 50);
    const before = cache.get(ofVisit('a'));
    cache.append(ofVisit('a'), storedEvents(1, 1));
    expect(revisions(before)).toEqual([0]);
    expect(revisions(cache.get(ofVisit('a')))).toEqual([0, 1]);
  });

  it('forgets a stream that was read further than the append says', () => {
    const cache = new StreamCache(codec, 10_000);
    cache.put(ofVisit('a'), decoded(storedEvents(2)), 100);
    cache.append(ofVisit('a'), storedEvents(1, 1));
    expect(cache.get(ofVisit('a'))).toBeUndefined();
  });

  it('keeps no long stream, read or grown', () => {
    const cache = new StreamCache(codec, 100_000);
    cache.put(ofVisit('a'), decoded(storedEvents(33)), 100);
    expect(cache.get(ofVisit('a'))).toBeUndefined();
    cache.put(ofVisit('a'), decoded(storedEvents(32)), 100);
    cache.append(ofVisit('a'), storedEvents(1, 32));
    expect(cache.get(ofVisit('a'))).toBeUndefined();
  });

  it('lets go of the stream used longest ago', () => {
    const cache = new StreamCache(codec, 650);
    for (const key of ['a', 'b', 'c']) cache.put(ofVisit(key), [], 0);
    cache.get(ofVisit('a'));
    cache.put(ofVisit('d'), [], 0);
    expect(['a', 'b', 'c', 'd'].map((key) => cache.get(ofVisit(key)) !== undefined)).toEqual([true, false, true, true]);
  });
});

describe('partOf', () => {
  const events = decoded(storedEvents(4));
  it.each([
    [{}, [0, 1, 2, 3]],
    [{ from: 2 }, [2, 3]],
    [{ limit: 2 }, [0, 1]],
    [{ direction: 'backwards' as const, limit: 1 }, [3]],
    [{ direction: 'backwards' as const, from: 2 }, [2, 1, 0]],
  ])('%j', (options, expected) => {
    expect(revisions(partOf(events, options))).toEqual(expected);
  });
});
