import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { longestAskedMs, restAfter, retryAfter, usualSchedule } from './back-off.js';

const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('the rest after failures', () => {
  it('doubles from a second to five minutes', () => {
    expect([1, 2, 3, 4, 9, 10, 1000].map((failures) => restAfter(failures, 1))).toEqual([
      1_000, 2_000, 4_000, 8_000, 256_000, 300_000, 300_000,
    ]);
  });

  it('is spread over the upper half, so that stations do not come back together', () => {
    expect(restAfter(4, 0)).toBe(4_000);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), chance, (failures, random) => {
        const rest = restAfter(failures, random);
        return rest >= restAfter(failures, 1) / 2 && rest <= usualSchedule.longestMs;
      }),
    );
  });

  it('is never shorter than the server asked for, up to an hour', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), chance, fc.nat(10_000_000), (failures, random, asked) => {
        const rest = restAfter(failures, random, asked);
        return rest >= Math.min(asked, longestAskedMs) && rest <= Math.max(usualSchedule.longestMs, longestAskedMs);
      }),
    );
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-11-22T08:00:00Z');
  it.each([
    ['2', 2_000],
    [' 120 ', 120_000],
    ['Sun, 22 Nov 2026 08:00:30 GMT', 30_000],
    ['Sun, 22 Nov 2026 07:00:00 GMT', 0],
    ['soon', undefined],
    [undefined, undefined],
  ])('%s', (header, expected) => {
    expect(retryAfter(header, now)).toBe(expected);
  });
});
