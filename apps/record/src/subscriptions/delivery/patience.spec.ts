import { describe, expect, it } from '@jest/globals';
import { pauseAfter } from './patience.js';

describe('the pause after a failure', () => {
  it('doubles, up to five minutes', () => {
    expect([1, 2, 3, 8, 9, 10, 1_000].map((failures) => pauseAfter(failures, 1))).toEqual([
      1_000, 2_000, 4_000, 128_000, 256_000, 300_000, 300_000,
    ]);
  });

  it('is left to chance by half', () => {
    expect([0, 0.5, 1].map((random) => pauseAfter(3, random))).toEqual([2_000, 3_000, 4_000]);
  });
});
