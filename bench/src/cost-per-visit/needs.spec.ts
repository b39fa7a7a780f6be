import { describe, expect, it } from '@jest/globals';
import { needsOf, peakPerSecond, type Place } from './needs.js';

const place: Place = { name: 'place', visitsPerYear: 7_200_000 };

describe('what a place needs', () => {
  it('is its visits times the cost of one, at the peak that is assumed', () => {
    // 250 days of 8 hours are 7.2 million seconds: one visit a second on average, four at the peak.
    expect(peakPerSecond(place)).toBeCloseTo(4);
    const needs = needsOf(place, { log: 1e4, originals: 2e3, views: 5e3, topics: 1e3, stages: { intake: 500 } });
    const of = (name: string): number | undefined => needs.find((one) => one.name === `place: ${name}`)?.value;
    expect(of('log, one copy')).toBeCloseTo(72);
    expect(of('originals, one copy')).toBeCloseTo(14.4);
    expect(of('views, one copy')).toBeCloseTo(36);
    // Two weeks of every day's 28.8 MB, three times.
    expect(of('topics, all copies')).toBeCloseTo(1.2096);
    expect(of('cores at the peak, intake')).toBeCloseTo(2);
  });
});
