import type { LocalDate } from '#domain/dates.js';
import { type Figure, type IndicatorCode, indicators } from '#domain/indicators/indicator.js';
import type { Period } from '#domain/indicators/period.js';
import type { ReadDatabase, SqlValue } from '#projections/projection.js';
import { figureReadings } from '../figures/measures.js';
import { type FigurePlaceKey, figureLevels, placeKey } from './figure-place-key.js';

export type Figures = ReadonlyMap<IndicatorCode, Figure>;

export interface PlaceFigures {
  readonly place: FigurePlaceKey;
  readonly figures: Figures;
}

export interface FigureSnapshot {
  /** Position of the newest fact in these figures. */
  readonly position: number;
  readonly places: readonly PlaceFigures[];
}

interface FigureRow {
  readonly kind: 'position' | 'flow' | 'stock' | 'known' | 'seen';
  readonly level: FigurePlaceKey['level'];
  readonly place: string;
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

/** Day of the newest visit in the view; no row when there is none. */
export const newestVisitSql = `select day from figure
  where measure = 'visits-insured' and level = 'all' and place = '' and denominator > 0 order by day desc limit 1`;

/** Reads every indicator in one statement, hence at one position of the view. */
export class FigureReader {
  readonly #database: ReadDatabase;

  constructor(database: ReadDatabase) {
    this.#database = database;
  }

  /** Figures of one place; zeros where there are none. */
  async read(
    place: FigurePlaceKey,
    period: Period,
    today: LocalDate,
  ): Promise<{ readonly position: number; readonly figures: Figures }> {
    const { position, places } = await this.#snapshot(place, period, today);
    return { position, figures: places[0]?.figures ?? figuresOf([]) };
  }

  /** Figures of every place that has any. */
  readEvery(period: Period, today: LocalDate): Promise<FigureSnapshot> {
    return this.#snapshot(undefined, period, today);
  }

  async #snapshot(place: FigurePlaceKey | undefined, period: Period, today: LocalDate): Promise<FigureSnapshot> {
    const parameters: SqlValue[] = [];
    const bind = binder(parameters);
    const sums = (kind: FigureRow['kind'], measures: readonly string[], days: () => string): string => {
      const where = `measure in (${measures.map(bind).join(', ')}) and ${placeCondition(place, bind)}`;
      return `union all select '${kind}', level, place, measure, sum(numerator), sum(denominator) from figure
        where ${where} ${days()} group by level, place, measure`;
    };
    const sql = [
      `select 'position' as kind, '' as level, '' as place, '' as measure, position as numerator, 0 as denominator from applied`,
      sums(
        'flow',
        flowMeasures,
        () => `and day between ${bind(period.from ?? '0000')} and ${bind(period.to ?? '9999')}`,
      ),
      sums('stock', stockMeasures, () => `and day <= ${stockDaySql(period, today, bind)}`),
      // Everybody in the log is known in the end: `all` has no last day.
      ...(period.to ? [] : [sums('known', [figureReadings['residents-known'].measure], () => '')]),
      ...seenSql(place, period, bind),
    ].join('\n');
    return snapshotOf(await this.#database.query<FigureRow>(sql, parameters));
  }
}

type Bind = (value: SqlValue) => string;

const binder =
  (parameters: SqlValue[]): Bind =>
  (value) => {
    parameters.push(value);
    return '?';
  };

const placeCondition = (place: FigurePlaceKey | undefined, bind: Bind): string =>
  place ? `level = ${bind(place.level)} and place = ${bind(place.code)}` : `level <> 'pair'`;

/** The rule of `stockDay`, where the newest visit is read in the same statement. */
function stockDaySql(period: Period, today: LocalDate, bind: Bind): string {
  if (!period.to || period.to <= today) return bind(period.to ?? today);
  const newest = `coalesce((${newestVisitSql}), '')`;
  return `(select case when ${newest} <= ${bind(today)} then ${bind(today)}
    when ${newest} < ${bind(period.to)} then ${newest} else ${bind(period.to)} end)`;
}

/** People seen are kept by month, quarter, year and altogether; those of one day are counted here. */
function seenSql(place: FigurePlaceKey | undefined, period: Period, bind: Bind): readonly string[] {
  if (period.kind !== 'day') {
    return [
      `union all select 'seen', level, place, '', residents, 0 from seen
        where ${placeCondition(place, bind)} and period = ${bind(period.text)}`,
    ];
  }
  return (place ? [place.level] : figureLevels).map((level) => {
    const column = level === 'all' ? `''` : level;
    const here = place ? encounterCondition(place, bind) : `${column} is not null`;
    return `union all select 'seen', '${level}', ${column}, '', count(distinct resident), 0 from encounter
      where retracted = 0 and form = 'visit' and ${here} and day = ${bind(period.text)} ${level === 'all' ? 'having count(*) > 0' : `group by ${column}`}`;
  });
}

/** Condition on rows of `encounter`. */
export function encounterCondition(place: FigurePlaceKey, bind: Bind): string {
  return place.level === 'all' ? '1 = 1' : `${place.level} = ${bind(place.code)}`;
}

function snapshotOf(rows: readonly FigureRow[]): FigureSnapshot {
  const position = Number(rows.find(({ kind }) => kind === 'position')?.numerator ?? 0);
  const ofPlaces = Map.groupBy(
    rows.filter(({ kind }) => kind !== 'position'),
    ({ level, place }) => placeKey({ level, code: place }),
  );
  const places = [...ofPlaces.values()].map((ofPlace) => {
    const { level, place } = ofPlace[0] as FigureRow;
    return { place: { level, code: place }, figures: figuresOf(ofPlace) };
  });
  return { position, places };
}

function figuresOf(rows: readonly FigureRow[]): Figures {
  const sums = new Map(rows.map((row) => [`${row.kind} ${row.measure}`, row]));
  const sumOf = (kind: FigureRow['kind'], measure: string, part: 'numerator' | 'denominator'): number =>
    Number(sums.get(`${kind} ${measure}`)?.[part] ?? 0);
  return new Map(
    indicators.map(({ code, form, kind }): [IndicatorCode, Figure] => {
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
    }),
  );
}
