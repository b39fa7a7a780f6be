import type { SqlValue, ViewTransaction } from '#projections/projection.js';
import type { FigureLevel, Measure } from './measures.js';
import { writeRows } from './rows.js';

interface Change {
  readonly measure: Measure;
  readonly level: FigureLevel;
  readonly place: string;
  readonly day: string;
  numerator: number;
  denominator: number;
}

interface DiagnosisChange {
  readonly level: FigureLevel;
  readonly place: string;
  readonly day: string;
  readonly code: string;
  insured: number;
  visits: number;
}

interface SeenChange {
  readonly level: FigureLevel;
  readonly place: string;
  readonly period: string;
  residents: number;
}

/** Gathers the changes of one batch, so that a counter which many events move is written once. */
export class FigureChanges {
  readonly #changes = new Map<string, Change>();
  readonly #diagnoses = new Map<string, DiagnosisChange>();
  readonly #seen = new Map<string, SeenChange>();

  add(measure: Measure, level: FigureLevel, place: string, day: string, numerator: number, denominator: number): void {
    const key = `${measure}\t${level}\t${place}\t${day}`;
    const change = this.#changes.get(key);
    if (change) {
      change.numerator += numerator;
      change.denominator += denominator;
    } else this.#changes.set(key, { measure, level, place, day, numerator, denominator });
  }

  /** Visits with this main diagnosis. */
  diagnosed(level: FigureLevel, place: string, day: string, code: string, insured: number, visits: number): void {
    const key = `${level}\t${place}\t${day}\t${code}`;
    const change = this.#diagnoses.get(key);
    if (change) {
      change.insured += insured;
      change.visits += visits;
    } else this.#diagnoses.set(key, { level, place, day, code, insured, visits });
  }

  /** One resident more (1) or fewer (-1) seen at the place in the period. */
  seen(level: FigureLevel, place: string, period: string, residents: 1 | -1): void {
    const key = `${level}\t${place}\t${period}`;
    const change = this.#seen.get(key);
    if (change) change.residents += residents;
    else this.#seen.set(key, { level, place, period, residents });
  }

  async write(view: ViewTransaction): Promise<void> {
    const figures: SqlValue[][] = [];
    for (const { measure, level, place, day, numerator, denominator } of this.#changes.values()) {
      if (numerator !== 0 || denominator !== 0) figures.push([measure, level, place, day, numerator, denominator]);
    }
    await writeRows(
      view,
      'figure',
      ['measure', 'level', 'place', 'day', 'numerator', 'denominator'],
      `on conflict (measure, level, place, day) do update set
        numerator = figure.numerator + excluded.numerator, denominator = figure.denominator + excluded.denominator`,
      figures,
    );
    const diagnoses: SqlValue[][] = [];
    for (const { level, place, day, code, insured, visits } of this.#diagnoses.values()) {
      if (insured !== 0 || visits !== 0) diagnoses.push([level, place, day, code, insured, visits]);
    }
    await writeRows(
      view,
      'diagnosis',
      ['level', 'place', 'day', 'code', 'insured', 'visits'],
      `on conflict (level, place, day, code) do update set
        insured = diagnosis.insured + excluded.insured, visits = diagnosis.visits + excluded.visits`,
      diagnoses,
    );
    const seen: SqlValue[][] = [];
    for (const { level, place, period, residents } of this.#seen.values()) {
      if (residents !== 0) seen.push([level, place, period, residents]);
    }
    await writeRows(
      view,
      'seen',
      ['level', 'place', 'period', 'residents'],
      'on conflict (level, place, period) do update set residents = seen.residents + excluded.residents',
      seen,
    );
  }
}
