import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What must come out of a folder of sample messages (`truth.json`). */
export interface Truth {
  readonly visits: number;
  /** Episodes by facility code. */
  readonly byFacility: Readonly<Record<string, number>>;
  /** Episodes by the code of their main diagnosis. */
  readonly byDiagnosis: Readonly<Record<string, number>>;
  readonly insuredVisits: number;
  readonly referralsUp: number;
  readonly referralsReceived: number;
  readonly backReferrals: number;
  readonly distinctResidentsSeen: number;
  readonly residentsKnown: number;
}

export function readTruth(folder: string): Truth {
  return JSON.parse(readFileSync(join(folder, 'truth.json'), 'utf8')) as Truth;
}

/** Where a figure was looked up. */
export type Place = 'record' | 'worklists' | 'figures' | 'reconciliation';

export interface Comparison {
  readonly place: Place;
  readonly figure: string;
  readonly expected: number;
  readonly got: number;
}

export const differs = ({ expected, got }: Comparison): boolean => expected !== got;

/** One comparison for each key on either side: what nobody expected counts as well. */
export function compareCounts(
  place: Place,
  figure: string,
  expected: Readonly<Record<string, number>>,
  got: ReadonlyMap<string, number>,
): readonly Comparison[] {
  const keys = [...new Set([...Object.keys(expected), ...got.keys()])].toSorted();
  return keys.map((key) => ({
    place,
    figure: `${figure} ${key}`,
    expected: expected[key] ?? 0,
    got: got.get(key) ?? 0,
  }));
}

export function countBy<Item>(items: Iterable<Item>, keyOf: (item: Item) => string | undefined): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) {
    const key = keyOf(item) ?? '–';
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}
