import type { LocalDate } from '#domain/dates.js';
import { type Figure, type IndicatorCode, indicators } from '#domain/indicators/indicator.js';
import type { Period } from '#domain/indicators/period.js';
import type { ReadDatabase, SqlValue } from '#projections/projection.js';
import { figureReadings } from '../figures/measures.js';
import type { FigurePlaceKey } from './figure-place-key.js';

export interface FigureSnapshot {
  /** Position of the last fact in these figures: all of them are of this one moment. */
  readonly position: number;
  readonly figures: ReadonlyMap<IndicatorCode, Figure>;
}

interface FigureRow {
  readonly kind: 'position' | 'flow' | 'stock' | 'known' | 'seen';
  readonly measure: string;
  readonly numerator: number | bigint;
  readonly denominator: number | bigint;
}

const measuresOf = (kind: 'flow' | 'stock'): readonly string[] => [
  ...new Set(
    indicators.flatMap((indicator) =>
      indicator.kind === kind && indicator.code !== 'residents-seen' ? [figureReadings[indicator.code].measure] : [],
    ),
  ),
];
const flowMeasures = measuresOf('flow');
const stockMeasures = measuresOf('stock');
const marks = (values: readonly unknown[]): string => values.map(() => '?').join(', ');

/** Day of the newest visit in the view; no row when there is none. */
export const newestVisitSql = `select day from figure
  where measure = 'visits-insured' and level = 'all' and place = '' and denominator > 0 order by day desc limit 1`;

/** Reads every indicator of one place and period in one statement, hence at one position of the view. */
export class FigureReader {
  readonly #database: ReadDatabase;

  constructor(database: ReadDatabase) {
    this.#database = database;
  }

  async read(place: FigurePlaceKey, period: Period, today: LocalDate): Promise<FigureSnapshot> {
    const parameters: SqlValue[] = [];
    const at = (measures: readonly string[]): string => {
      parameters.push(...measures, place.level, place.code);
      return `measure in (${marks(measures)}) and level = ? and place = ?`;
    };
    const sql = [
      `select 'position' as kind, '' as measure, position as numerator, 0 as denominator from applied`,
      `union all select 'flow', measure, sum(numerator), sum(denominator) from figure
        where ${at(flowMeasures)} and day between ${bind(parameters, period.from ?? '0000')} and ${bind(parameters, period.to ?? '9999')} group by measure`,
      `union all select 'stock', measure, sum(numerator), sum(denominator) from figure
        where ${at(stockMeasures)} and day <= ${this.#stockDay(period, today, parameters)} group by measure`,
      // Everybody in the log is known in the end: `all` has no last day.
      ...(period.to
        ? []
        : [
            `union all select 'known', measure, sum(numerator), sum(denominator) from figure
              where ${at([figureReadings['residents-known'].measure])} group by measure`,
          ]),
      `union all select 'seen', '', ${this.#seen(place, period, parameters)}`,
    ].join('\n');
    return snapshotOf(await this.#database.query<FigureRow>(sql, parameters));
  }

  /** The rule of {@link stockDay}, where the newest visit is read in the same statement. */
  #stockDay(period: Period, today: LocalDate, parameters: SqlValue[]): string {
    if (!period.to || period.to <= today) return bind(parameters, period.to ?? today);
    const newest = `coalesce((${newestVisitSql}), '')`;
    return `(select case when ${newest} <= ${bind(parameters, today)} then ${bind(parameters, today)}
      when ${newest} < ${bind(parameters, period.to)} then ${newest} else ${bind(parameters, period.to)} end)`;
  }

  #seen(place: FigurePlaceKey, period: Period, parameters: SqlValue[]): string {
    if (period.kind !== 'day') {
      parameters.push(place.level, place.code, period.text);
      return 'coalesce((select residents from seen where level = ? and place = ? and period = ?), 0), 0';
    }
    const where = placeCondition(place, parameters);
    return `count(distinct resident), 0 from encounter where retracted = 0 and form = 'visit' and ${where} and day = ${bind(parameters, period.text)}`;
  }
}

/** Condition on rows of `encounter`. */
export function placeCondition(place: FigurePlaceKey, parameters: SqlValue[]): string {
  return place.level === 'all' ? '1 = 1' : `${place.level} = ${bind(parameters, place.code)}`;
}

function bind(parameters: SqlValue[], value: SqlValue): string {
  parameters.push(value);
  return '?';
}

function snapshotOf(rows: readonly FigureRow[]): FigureSnapshot {
  const sums = new Map(rows.map((row) => [`${row.kind} ${row.measure}`, row]));
  const sumOf = (kind: FigureRow['kind'], measure: string, part: 'numerator' | 'denominator'): number =>
    Number(sums.get(`${kind} ${measure}`)?.[part] ?? 0);
  const figures = indicators.map(({ code, form, kind }): [IndicatorCode, Figure] => {
    if (code === 'residents-seen') return [code, { numerator: sumOf('seen', '', 'numerator'), denominator: null }];
    const { measure, whole, scale = 1 } = figureReadings[code];
    const source = code === 'residents-known' && sums.has(`known ${measure}`) ? 'known' : kind;
    return [
      code,
      {
        numerator: sumOf(source, measure, whole ? 'denominator' : 'numerator') / scale,
        denominator: form === 'count' ? null : sumOf(source, measure, 'denominator'),
      },
    ];
  });
  return { position: sumOf('position', '', 'numerator'), figures: new Map(figures) };
}
