import { BulkInsert } from '#projections/bulk-statements.js';
import type { SqlValue, ViewTransaction } from '#projections/projection.js';
import type { FigureLevel, Measure } from './measures.js';

const addToFigures = new BulkInsert(
  { name: 'figure', columns: ['measure', 'level', 'place', 'day', 'numerator', 'denominator'] },
  `on conflict (measure, level, place, day) do update set
    numerator = figure.numerator + excluded.numerator, denominator = figure.denominator + excluded.denominator`,
);
const addToDiagnoses = new BulkInsert(
  { name: 'diagnosis', columns: ['level', 'place', 'day', 'code', 'insured', 'visits'] },
  `on conflict (level, place, day, code) do update set
    insured = diagnosis.insured + excluded.insured, visits = diagnosis.visits + excluded.visits`,
);
const addToSeen = new BulkInsert(
  { name: 'seen', columns: ['level', 'place', 'period', 'residents'] },
  'on conflict (level, place, period) do update set residents = seen.residents + excluded.residents',
);

interface Share {
  numerator: number;
  denominator: number;
}

/** What changes in the figures of one place on one day. */
export class DayChanges {
  readonly figures = new Map<Measure, Share>();
  readonly diagnoses = new Map<string, Share>();

  add(measure: Measure, numerator: number, denominator: number): void {
    addShare(this.figures, measure, numerator, denominator);
  }

  /** Visits with this main diagnosis. */
  diagnosed(code: string, insured: number, visits: number): void {
    addShare(this.diagnoses, code, insured, visits);
  }
}

function addShare<Key>(shares: Map<Key, Share>, key: Key, numerator: number, denominator: number): void {
  const share = shares.get(key);
  if (share) {
    share.numerator += numerator;
    share.denominator += denominator;
  } else shares.set(key, { numerator, denominator });
}

/** Gathers the changes of one batch, so that a counter which many events move is written once. */
export class FigureChanges {
  readonly #days = new Map<FigureLevel, Map<string, Map<string, DayChanges>>>();
  readonly #seen = new Map<FigureLevel, Map<string, Map<string, number>>>();

  on(level: FigureLevel, place: string, day: string): DayChanges {
    const days = daysOf(this.#days, level, place);
    let changes = days.get(day);
    if (!changes) days.set(day, (changes = new DayChanges()));
    return changes;
  }

  /** One resident more (1) or fewer (-1) seen at the place in the period. */
  seen(level: FigureLevel, place: string, period: string, residents: 1 | -1): void {
    const periods = daysOf(this.#seen, level, place);
    periods.set(period, (periods.get(period) ?? 0) + residents);
  }

  async write(view: ViewTransaction): Promise<void> {
    const figures: SqlValue[][] = [];
    const diagnoses: SqlValue[][] = [];
    for (const [level, place, day, changes] of each(this.#days)) {
      for (const [measure, { numerator, denominator }] of changes.figures) {
        if (numerator !== 0 || denominator !== 0) figures.push([measure, level, place, day, numerator, denominator]);
      }
      for (const [code, { numerator: insured, denominator: visits }] of changes.diagnoses) {
        if (insured !== 0 || visits !== 0) diagnoses.push([level, place, day, code, insured, visits]);
      }
    }
    const seen: SqlValue[][] = [];
    for (const [level, place, period, residents] of each(this.#seen)) {
      if (residents !== 0) seen.push([level, place, period, residents]);
    }
    await addToFigures.run(view, figures);
    await addToDiagnoses.run(view, diagnoses);
    await addToSeen.run(view, seen);
  }
}

/** Nested rather than one map with joined keys: joining them costs more than all the rest of counting. */
type ByPlace<Change> = Map<FigureLevel, Map<string, Map<string, Change>>>;

function daysOf<Change>(changes: ByPlace<Change>, level: FigureLevel, place: string): Map<string, Change> {
  let places = changes.get(level);
  if (!places) changes.set(level, (places = new Map<string, Map<string, Change>>()));
  let days = places.get(place);
  if (!days) places.set(place, (days = new Map<string, Change>()));
  return days;
}

function* each<Change>(
  changes: ByPlace<Change>,
): Iterable<readonly [level: FigureLevel, place: string, day: string, change: Change]> {
  for (const [level, places] of changes)
    for (const [place, days] of places) for (const [day, change] of days) yield [level, place, day, change];
}
