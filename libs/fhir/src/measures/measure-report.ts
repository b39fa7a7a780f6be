import type { MeasureReport, MeasureReportGroupPopulation, Quantity } from '@medplum/fhirtypes';
import type { Bilingual } from '#domain/bilingual.js';
import type { LocalDate } from '#domain/dates.js';
import { given } from '../elements.js';
import { codeSystems, indicatorMeasure } from '../systems.js';

/** An indicator with its figure. */
export interface MeasuredIndicator {
  readonly code: string;
  readonly version: number;
  readonly name: Bilingual;
  readonly numerator: number;
  /** `null` for a count. */
  readonly denominator: number | null;
  /** In the unit; `null` for a share of nothing. */
  readonly value: number | null;
  /** `%`, `hours`, or what is counted. */
  readonly unit: string;
}

/** Of which place and time the figures are. */
export interface MeasuredAt {
  /** Code of a place or facility, or `all`. */
  readonly place: string;
  readonly placeName: string;
  readonly level: 'all' | 'province' | 'district' | 'commune' | 'facility';
  /** As written: `2026-10`. */
  readonly period: string;
  /** Both inclusive; absent where there is no bound. */
  readonly from?: LocalDate;
  readonly to?: LocalDate;
  /** The moment the figures are known at, ISO 8601. */
  readonly asOf: string;
}

const ucum: Readonly<Record<string, string>> = { '%': '%', hours: 'h' };

/** A figure as a summary report. The same question has the same id. */
export function measureReportOf(indicator: MeasuredIndicator, at: MeasuredAt): MeasureReport {
  const { code, version, value, name } = indicator;
  return given<MeasureReport>({
    resourceType: 'MeasureReport',
    id: [code, at.place, at.period].join('.').slice(0, 64),
    status: 'complete',
    type: 'summary',
    measure: `${indicatorMeasure(code)}|${version}`,
    subject: subjectOf(at),
    date: at.asOf,
    // Everything up to the moment it is known at, where no bound is asked for.
    period: given({ start: at.from, end: at.to ?? at.asOf.slice(0, 10) }),
    group: [
      given({
        code: { coding: [{ system: codeSystems.indicator, code, display: name.vi }], text: name.vi },
        population: populations(indicator),
        measureScore: value === null ? undefined : score(value, indicator.unit),
      }),
    ],
  });
}

/** Facilities are Locations of the record; other places are known by their codes. */
function subjectOf({ place, placeName, level }: MeasuredAt): MeasureReport['subject'] {
  if (level === 'all') return undefined;
  if (level === 'facility') return { reference: `Location/${place}`, display: placeName };
  return { type: 'Location', identifier: { system: codeSystems.place, value: place }, display: placeName };
}

/** What a mean is of is counted once; other figures are counted above and below the line. */
function populations({ unit, numerator, denominator }: MeasuredIndicator): MeasureReportGroupPopulation[] {
  if (unit === 'hours') return [population('measure-population', 'Measure Population', denominator ?? 0)];
  return [
    population('numerator', 'Numerator', numerator),
    ...(denominator === null ? [] : [population('denominator', 'Denominator', denominator)]),
  ];
}

const population = (code: string, display: string, count: number): MeasureReportGroupPopulation => ({
  code: { coding: [{ system: codeSystems.measurePopulation, code, display }] },
  count,
});

function score(value: number, unit: string): Quantity {
  const code = Object.hasOwn(ucum, unit) ? ucum[unit] : undefined;
  return code === undefined ? { value, unit } : { value, unit, system: codeSystems.ucum, code };
}
