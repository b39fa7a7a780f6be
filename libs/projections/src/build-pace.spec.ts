import { describe, expect, it } from '@jest/globals';
import { BuildPace } from './build-pace.js';

describe('the pace of a build', () => {
  it('is not told before enough is known', () => {
    const pace = new BuildPace();
    expect(pace.towards(100)).toEqual({});
    pace.reached(0, 0);
    pace.reached(10, 100);
    expect(pace.towards(100)).toEqual({});
  });

  it('gives the rate, and from it what is left', () => {
    const pace = new BuildPace();
    for (let ms = 0; ms <= 4_000; ms += 40) pace.reached(ms * 2, ms);
    expect(pace.towards(20_000)).toEqual({ perSecond: 2_000, secondsLeft: 6 });
    expect(pace.towards(8_000)).toEqual({ perSecond: 2_000, secondsLeft: 0 });
  });

  it('is the pace of late, not of the whole way', () => {
    const pace = new BuildPace();
    for (let ms = 0; ms <= 60_000; ms += 100) pace.reached(ms, ms);
    for (let ms = 60_000; ms <= 90_000; ms += 100) pace.reached(60_000 + (ms - 60_000) / 10, ms);
    expect(pace.towards(64_000).perSecond).toBeCloseTo(100, 0);
  });

  it('that stands still has no end in sight', () => {
    const pace = new BuildPace();
    pace.reached(5, 0);
    pace.reached(5, 2_000);
    expect(pace.towards(10)).toEqual({ perSecond: 0 });
  });

  it('of one that was begun anew forgets what was before', () => {
    const pace = new BuildPace();
    pace.reached(50_000, 0);
    pace.reached(60_000, 1_000);
    pace.reached(0, 1_100);
    pace.reached(1_000, 2_100);
    expect(pace.towards(2_000)).toEqual({ perSecond: 1_000, secondsLeft: 1 });
  });
});
