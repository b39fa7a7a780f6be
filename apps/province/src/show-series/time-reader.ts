import type { LocalDate } from '#domain/dates.js';
import type { Figure, Indicator, IndicatorCode } from '#domain/indicators/indicator.js';
import type { ReadDatabase, SqlValue } from '#projections/projection.js';
import { figureReadings } from '../figures/measures.js';
import type { FigurePlaceKey } from '../statistics/figure-place-key.js';
import { newestVisitSql, encounterCondition } from '../statistics/figure-reader.js';
import type { Bucket } from './buckets.js';

interface DaySum {
  readonly day: string;
  readonly numerator: number | bigint;
  readonly denominator: number | bigint;
}

/** Figures of one place over consecutive buckets. */
export class TimeReader {
  readonly #database: ReadDatabase;

  constructor(database: ReadDatabase) {
    this.#database = database;
  }

  /** Day of the first figure. */
  async firstDay(code: IndicatorCode, { level, code: place }: FigurePlaceKey): Promise<LocalDate | undefined> {
    const measure = code === 'residents-seen' ? 'visits-insured' : figureReadings[code].measure;
    const rows = await this.#database.query<{ day: LocalDate }>(
      `select day from figure where measure = ? and level = ? and place = ? and (numerator <> 0 or denominator <> 0) order by day limit 1`,
      [measure, level, place],
    );
    return rows[0]?.day;
  }

  /** Today, or the day of the newest visit where that is later. */
  async lastDay(today: LocalDate): Promise<LocalDate> {
    const newest = (await this.#database.query<{ day: LocalDate }>(newestVisitSql))[0]?.day;
    return newest && newest > today ? newest : today;
  }

  /** One figure for each bucket. */
  async read(
    indicator: Indicator & { readonly code: IndicatorCode },
    place: FigurePlaceKey,
    buckets: readonly Bucket[],
  ): Promise<readonly Figure[]> {
    if (indicator.code === 'residents-seen') return this.#peopleSeen(place, buckets);
    const [first, last] = [buckets[0], buckets.at(-1)];
    if (!first || !last) return [];
    const { measure, whole, scale = 1 } = figureReadings[indicator.code];
    const stock = indicator.kind === 'stock';
    const sums = await this.#database.query<DaySum>(
      // What a stock was before the range is one row: the day before its first.
      `select day, numerator, denominator from figure where measure = ? and level = ? and place = ? and day between ? and ?
       ${stock ? `union all select '', coalesce(sum(numerator), 0), coalesce(sum(denominator), 0) from figure where measure = ? and level = ? and place = ? and day < ?` : ''}
       order by 1`,
      [
        measure,
        place.level,
        place.code,
        first.from,
        last.to,
        ...(stock ? [measure, place.level, place.code, first.from] : []),
      ],
    );
    let next = 0;
    let numerator = 0;
    let denominator = 0;
    return buckets.map(({ to }) => {
      if (!stock) numerator = denominator = 0;
      for (let sum; (sum = sums[next]) && sum.day <= to; next += 1) {
        numerator += Number(sum.numerator);
        denominator += Number(sum.denominator);
      }
      return {
        numerator: (whole ? denominator : numerator) / scale,
        denominator: indicator.form === 'count' ? null : denominator,
      };
    });
  }

  /** Somebody seen in two buckets counts in both, so that each is counted by itself. */
  async #peopleSeen(place: FigurePlaceKey, buckets: readonly Bucket[]): Promise<readonly Figure[]> {
    const figures: Figure[] = [];
    for (const { from, to } of buckets) {
      const parameters: SqlValue[] = [];
      const where = encounterCondition(place, (code) => (parameters.push(code), '?'));
      const rows = await this.#database.query<{ residents: number | bigint }>(
        `select count(distinct resident) as residents from encounter
         where retracted = 0 and form = 'visit' and ${where} and day between ? and ?`,
        [...parameters, from, to],
      );
      figures.push({ numerator: Number(rows[0]?.residents ?? 0), denominator: null });
    }
    return figures;
  }
}
