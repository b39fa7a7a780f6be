import type { LocalDate } from '#domain/dates.js';
import type { FacilityRegister } from '#domain/facilities/facility-register.js';
import type { Figure, Indicator, IndicatorCode } from '#domain/indicators/indicator.js';
import type { PlaceRegister } from '#domain/places/place-register.js';
import type { ReadDatabase, SqlValue } from '#projections/projection.js';
import { parsePairKey } from '../figures/counted-at.js';
import { figureReadings } from '../figures/measures.js';
import type { FigurePlaceKey } from '../statistics/figure-place-key.js';
import { encounterCondition } from '../statistics/figure-reader.js';

export interface DayRange {
  readonly from: LocalDate | undefined;
  readonly to: LocalDate | undefined;
}

interface PlaceSum {
  readonly place: string;
  readonly numerator: number | bigint;
  readonly denominator: number | bigint;
}

export interface DiagnosisCount {
  readonly code: string;
  readonly insured: number;
  readonly visits: number;
}

/** Figures of one place split by facility, commune or diagnosis. */
export class PartsReader {
  constructor(
    private readonly database: ReadDatabase,
    private readonly facilities: FacilityRegister,
    private readonly places: PlaceRegister,
  ) {}

  /**
   * Flows split exactly: the parts add up to the whole (people seen excepted, who may be seen in several). Stocks are those of
   * the communes in the place, or of the facilities that stand in it, on the last day.
   */
  async read(
    indicator: Indicator & { readonly code: IndicatorCode },
    place: FigurePlaceKey,
    by: 'facility' | 'commune',
    range: DayRange,
  ): Promise<ReadonlyMap<string, Figure>> {
    if (indicator.code === 'residents-seen') return this.#peopleSeen(place, by, range);
    const reading = figureReadings[indicator.code];
    const rows =
      indicator.kind === 'flow'
        ? await this.#pairs(reading.measure, place, by, range)
        : await this.#stocks(reading.measure, place, by, range.to);
    const figures = new Map<string, { numerator: number; denominator: number }>();
    for (const row of rows) {
      const figure = figures.get(row.place) ?? { numerator: 0, denominator: 0 };
      figure.numerator += Number(row.numerator);
      figure.denominator += Number(row.denominator);
      figures.set(row.place, figure);
    }
    const { whole, scale = 1 } = reading;
    return new Map(
      [...figures]
        .filter(([, { numerator, denominator }]) => numerator !== 0 || denominator !== 0)
        .map(([key, { numerator, denominator }]) => [
          key,
          {
            numerator: (whole ? denominator : numerator) / scale,
            denominator: indicator.form === 'count' ? null : denominator,
          },
        ]),
    );
  }

  async diagnoses(place: FigurePlaceKey, { from, to }: DayRange): Promise<readonly DiagnosisCount[]> {
    const rows = await this.database.query<{ code: string; insured: number | bigint; visits: number | bigint }>(
      `select code, sum(insured) as insured, sum(visits) as visits from diagnosis
       where level = ? and place = ? and day between ? and ? group by code`,
      [place.level, place.code, from ?? '0000', to ?? '9999'],
    );
    return rows
      .map(({ code, insured, visits }) => ({ code, insured: Number(insured), visits: Number(visits) }))
      .filter(({ visits }) => visits > 0);
  }

  async #pairs(
    measure: string,
    place: FigurePlaceKey,
    by: 'facility' | 'commune',
    { from, to }: DayRange,
  ): Promise<readonly PlaceSum[]> {
    const rows = await this.database.query<PlaceSum>(
      `select place, sum(numerator) as numerator, sum(denominator) as denominator from figure
       where measure = ? and level = 'pair' and day between ? and ? group by place`,
      [measure, from ?? '0000', to ?? '9999'],
    );
    return rows.flatMap((row) => {
      const pair = parsePairKey(row.place);
      return place.level === 'all' || pair[place.level] === place.code ? [{ ...row, place: pair[by] }] : [];
    });
  }

  async #stocks(
    measure: string,
    place: FigurePlaceKey,
    by: 'facility' | 'commune',
    to: LocalDate | undefined,
  ): Promise<readonly PlaceSum[]> {
    const day = to ?? ('9999-12-31' as LocalDate);
    const rows = await this.database.query<PlaceSum>(
      `select place, sum(numerator) as numerator, sum(denominator) as denominator from figure
       where measure = ? and level = ? and day <= ? group by place`,
      [measure, by, day],
    );
    return rows.filter((row) =>
      by === 'facility' ? this.#facilityIsIn(row.place, place, day) : this.#communeIsIn(row.place, place, day),
    );
  }

  async #peopleSeen(
    place: FigurePlaceKey,
    by: 'facility' | 'commune',
    { from, to }: DayRange,
  ): Promise<ReadonlyMap<string, Figure>> {
    const parameters: SqlValue[] = [];
    const where = encounterCondition(place, (code) => (parameters.push(code), '?'));
    const rows = await this.database.query<{ key: string | null; residents: number | bigint }>(
      `select ${by} as key, count(distinct resident) as residents from encounter
       where retracted = 0 and form = 'visit' and ${where} and day between ? and ? group by ${by}`,
      [...parameters, from ?? '0000', to ?? '9999'],
    );
    return new Map(rows.map(({ key, residents }) => [key ?? '', { numerator: Number(residents), denominator: null }]));
  }

  #facilityIsIn(code: string, place: FigurePlaceKey, day: LocalDate): boolean {
    switch (place.level) {
      case 'all':
        return true;
      case 'facility':
        return code === place.code;
      case 'province':
        return (this.facilities.get(code)?.provinceCode ?? code.slice(0, 2)) === place.code;
      case 'district':
        return this.facilities.placeOn(code, day)?.districtCode === place.code;
      case 'commune':
        return this.facilities.placeOn(code, day)?.communeCode === place.code;
      default:
        return place.level satisfies never;
    }
  }

  #communeIsIn(code: string, place: FigurePlaceKey, day: LocalDate): boolean {
    if (place.level === 'all' || (place.level === 'commune' && code === place.code)) return true;
    const unit = this.places.on(code, day);
    return place.level === 'province'
      ? unit?.provinceCode === place.code
      : place.level === 'district' && unit?.districtCode === place.code;
  }
}
