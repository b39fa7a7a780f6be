import type { FigureChanges } from './figure-changes.js';
import type { FigureLevel, Measure } from './measures.js';
import { Standing, type StockSegment } from './stock-timeline.js';

interface StockMeasure {
  readonly measure: Measure;
  /** Bits that must all stand. */
  readonly numerator: number;
  readonly denominator: number;
}

const { known, checked, highRisk } = Standing;

const stockMeasures: readonly StockMeasure[] = [
  { measure: 'health-managed-12m', numerator: known | checked, denominator: known },
  { measure: 'high-risk-checked-12m', numerator: highRisk | checked, denominator: highRisk },
  { measure: 'hypertension-managed', numerator: Standing.hypertensionManaged, denominator: Standing.hypertensionKnown },
  {
    measure: 'hypertension-controlled',
    numerator: Standing.hypertensionControlled,
    denominator: Standing.hypertensionManaged,
  },
  {
    measure: 'hypertension-controlled-140-90',
    numerator: Standing.hypertensionBelow140,
    denominator: Standing.hypertensionManaged,
  },
  { measure: 'diabetes-managed', numerator: Standing.diabetesManaged, denominator: Standing.diabetesKnown },
  { measure: 'diabetes-controlled', numerator: Standing.diabetesControlled, denominator: Standing.diabetesManaged },
];

/** Levels at which a timeline counts: one facility's, or the places where the resident lived. */
export type StockPlaces = { readonly facility: string } | 'residence';

/** Takes a resident's old timeline out of the stocks and puts the new one in; what both begin and end with is left alone. */
export function replaceTimeline(
  changes: FigureChanges,
  before: readonly StockSegment[],
  after: readonly StockSegment[],
  places: StockPlaces,
): void {
  const shorter = Math.min(before.length, after.length);
  let first = 0;
  while (first < shorter && sameSegment(before[first], after[first])) first += 1;
  let last = 0;
  // A segment counts by its difference from the one before it: that one must be the same too, but for its beginning.
  while (
    last < shorter - first &&
    sameSegment(before.at(-1 - last), after.at(-1 - last)) &&
    sameStanding(before.at(-2 - last), after.at(-2 - last))
  )
    last += 1;
  count(changes, before, first, before.length - last, places, -1);
  count(changes, after, first, after.length - last, places, 1);
}

function count(
  changes: FigureChanges,
  segments: readonly StockSegment[],
  from: number,
  before: number,
  places: StockPlaces,
  sign: 1 | -1,
): void {
  for (let index = from; index < before; index += 1) {
    const segment = segments[index] as StockSegment;
    const previous = segments[index - 1];
    for (const [level, place, placeBefore] of levelsOf(segment, previous, places)) {
      const { from: day, standing } = segment;
      const standingBefore = previous?.standing ?? 0;
      if (place === placeBefore) {
        if (place !== undefined) addDifference(changes, level, place, day, standingBefore, standing, sign);
      } else {
        if (placeBefore !== undefined) addDifference(changes, level, placeBefore, day, standingBefore, 0, sign);
        if (place !== undefined) addDifference(changes, level, place, day, 0, standing, sign);
      }
    }
  }
}

type LevelChange = readonly [level: FigureLevel, place: string | undefined, placeBefore: string | undefined];

function levelsOf(
  segment: StockSegment,
  previous: StockSegment | undefined,
  places: StockPlaces,
): readonly LevelChange[] {
  if (places !== 'residence') return [['facility', places.facility, previous && places.facility]];
  return [
    ['all', '', previous && ''],
    ['province', segment.place.province, previous?.place.province],
    ['district', segment.place.district, previous?.place.district],
    ['commune', segment.place.commune, previous?.place.commune],
  ];
}

function addDifference(
  changes: FigureChanges,
  level: FigureLevel,
  place: string,
  day: string,
  before: number,
  after: number,
  sign: 1 | -1,
): void {
  if (before === after) return;
  const figures = changes.on(level, place, day);
  for (const { measure, numerator, denominator } of differencesOf(before, after))
    figures.add(measure, sign * numerator, sign * denominator);
}

interface Difference {
  readonly measure: Measure;
  readonly numerator: number;
  readonly denominator: number;
}

/** By both standings, ten bits each; the few hundred that occur are worked out once. */
const differences = new Map<number, readonly Difference[]>();

function differencesOf(before: number, after: number): readonly Difference[] {
  const key = before * 1024 + after;
  let known = differences.get(key);
  if (!known) {
    known = stockMeasures
      .map(({ measure, numerator, denominator }) => ({
        measure,
        numerator: has(after, numerator) - has(before, numerator),
        denominator: has(after, denominator) - has(before, denominator),
      }))
      .filter(({ numerator, denominator }) => numerator !== 0 || denominator !== 0);
    differences.set(key, known);
  }
  return known;
}

const has = (standing: number, bits: number): number => ((standing & bits) === bits ? 1 : 0);

const sameSegment = (a: StockSegment | undefined, b: StockSegment | undefined): boolean =>
  a?.from === b?.from && sameStanding(a, b);

const sameStanding = (a: StockSegment | undefined, b: StockSegment | undefined): boolean =>
  a?.standing === b?.standing &&
  a?.place.commune === b?.place.commune &&
  a?.place.district === b?.place.district &&
  a?.place.province === b?.place.province;
