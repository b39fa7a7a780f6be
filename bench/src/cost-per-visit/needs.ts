/** What places of different size need, computed from what a visit was measured to cost. */
import type { BenchRow } from '../bench-row.js';

export interface Place {
  readonly name: string;
  readonly visitsPerYear: number;
}

/** A commune of 18,000 residents with the rate of the province; a province of 1.8 million; the country of 100 million. */
export const places: readonly Place[] = [
  { name: 'commune', visitsPerYear: 60_000 },
  { name: 'province', visitsPerYear: 6_000_000 },
  { name: 'country', visitsPerYear: 200_000_000 },
];

/** Assumed, not measured: visits come on 250 days a year within 8 hours, and the busiest quarter of an hour has four times the mean. */
export const assumed = { daysPerYear: 250, hoursPerDay: 8, peakOverMean: 4 } as const;
const daysOfTopics = 14;
const copiesOfTopics = 3;

/** Per visit. */
export interface VisitCost {
  readonly log: number;
  readonly originals: number;
  readonly views: number;
  /** One copy of all topics. */
  readonly topics: number;
  /** Milliseconds of processor time, by stage. */
  readonly stages: Readonly<Record<string, number>>;
}

export const peakPerSecond = ({ visitsPerYear }: Place): number =>
  (visitsPerYear / assumed.daysPerYear / assumed.hoursPerDay / 3600) * assumed.peakOverMean;

export function needsOf(place: Place, cost: VisitCost): readonly BenchRow[] {
  const gigabytes = (bytes: number): number => (bytes * place.visitsPerYear) / 1e9;
  const peak = peakPerSecond(place);
  const row = (name: string, value: number, unit: string): BenchRow => ({
    name: `${place.name}: ${name}`,
    value,
    unit,
  });
  return [
    row('visits at the peak', peak, 'visits/s'),
    row('log, one copy', gigabytes(cost.log), 'GB/year'),
    row('originals, one copy', gigabytes(cost.originals), 'GB/year'),
    row('views, one copy', gigabytes(cost.views), 'GB/year'),
    row('topics, all copies', (gigabytes(cost.topics) / assumed.daysPerYear) * daysOfTopics * copiesOfTopics, 'GB'),
    ...Object.entries(cost.stages).map(([stage, ms]) => row(`cores at the peak, ${stage}`, (peak * ms) / 1e3, 'cores')),
  ];
}
