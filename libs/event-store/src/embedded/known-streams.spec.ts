import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { streamName, type StreamName } from '../event-store.js';
import { KnownStreams } from './known-streams.js';

const name = fc.tuple(
  fc.constantFrom('visit', 'resident', 'identifier'),
  fc.string({ minLength: 1, unit: 'grapheme' }),
);
const nameOf = ([category, key]: readonly [string, string]): StreamName => streamName(category, key);

it('never lacks a stream that was put in, seen from any thread', () => {
  fc.assert(
    fc.property(fc.array(name.map(nameOf), { maxLength: 200 }), (streams) => {
      const known = KnownStreams.forStreams(200);
      for (const stream of streams) known.add(stream);
      known.completed();
      const elsewhere = KnownStreams.of(known.shared);
      expect(streams.filter((stream) => elsewhere.lacks(stream))).toEqual([]);
    }),
    { numRuns: 20 },
  );
});

it('lacks nothing before it is complete', () => {
  const known = KnownStreams.forStreams(200);
  const stream = streamName('visit', '08Z11.1');
  expect(known.lacks(stream)).toBe(false);
  known.completed();
  expect(known.lacks(stream)).toBe(true);
});

it('guesses wrong of fewer than one in a hundred when it is full, on twelve bits for each', () => {
  const full = 20_000;
  const known = KnownStreams.forStreams(full);
  for (let number = 0; number < full; number += 1) known.add(streamName('visit', `08Z11.202610.${number}`));
  known.completed();
  let wrong = 0;
  for (let number = 0; number < 10_000; number += 1) {
    if (!known.lacks(streamName('visit', `08Z12.202610.${number}`))) wrong += 1;
  }
  expect(wrong).toBeLessThan(100);
  expect(known.shared.byteLength).toBeLessThan((full * 12) / 8 + 200);
});
