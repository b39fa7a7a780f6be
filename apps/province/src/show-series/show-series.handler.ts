import { Inject } from '@nestjs/common';
import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import type { FacilityRegister } from '#domain/facilities/facility-register.js';
import { type Figure, valueOf } from '#domain/indicators/indicator.js';
import type { PlaceRegister } from '#domain/places/place-register.js';
import { FACILITY_REGISTER, PLACE_REGISTER } from '#platform/injection.js';
import type { View } from '#projections/view-host.js';
import { Labels } from '../labels/labels.js';
import { FIGURES_VIEW } from '../statistics/figures-view.js';
import { Parameters, wrongParameter } from '../statistics/parameters.js';
import { type Bucket, type BucketKind, bucketsOf } from './buckets.js';
import { PartsReader } from './parts-reader.js';
import { type SeriesAnswer, type SeriesPoint, ShowSeries } from './show-series.query.js';
import { TimeReader } from './time-reader.js';

/** Ten years of days. People counted once need a count of their own for each bucket, so fewer. */
const mostBuckets = { additive: 3_700, counted: 400 } as const;

interface Part {
  readonly key: string;
  readonly label: string;
  readonly figure: Figure;
}

@QueryHandler(ShowSeries)
export class ShowSeriesHandler implements IQueryHandler<ShowSeries> {
  readonly #time: TimeReader;
  readonly #parts: PartsReader;

  constructor(
    @Inject(FIGURES_VIEW) view: View,
    @Inject(FACILITY_REGISTER) facilities: FacilityRegister,
    @Inject(PLACE_REGISTER) places: PlaceRegister,
    private readonly parameters: Parameters,
    private readonly labels: Labels,
  ) {
    this.#time = new TimeReader(view.database);
    this.#parts = new PartsReader(view.database, facilities, places);
  }

  async execute(asked: ShowSeries): Promise<SeriesAnswer> {
    const { indicator, by } = asked;
    const parts = await this.#partsOf(asked);
    const points = parts.map(({ key, label, figure }): SeriesPoint => ({
      key,
      label,
      numerator: figure.numerator,
      denominator: figure.denominator,
      value: valueOf(indicator, figure),
    }));
    return { indicator: indicator.code, by, points };
  }

  async #partsOf(asked: ShowSeries): Promise<readonly Part[]> {
    const { by } = asked;
    switch (by) {
      case 'day':
      case 'week':
      case 'month':
        return this.#overTime(asked, by);
      case 'facility':
        return this.#byPlace(asked, by, (code) => this.labels.facility(code));
      case 'commune': {
        const day = asked.to ?? this.parameters.today;
        return this.#byPlace(asked, by, (code) => this.labels.unit(code, day));
      }
      case 'diagnosis':
        return this.#byDiagnosis(asked);
      default:
        return by satisfies never;
    }
  }

  async #overTime({ indicator, place, from, to }: ShowSeries, kind: BucketKind): Promise<readonly Part[]> {
    const first = from ?? (await this.#time.firstDay(indicator.code, place));
    const last = to ?? (await this.#time.lastDay(this.parameters.today));
    if (!first || last < first) return [];
    const buckets: Bucket[] = [];
    for (const bucket of bucketsOf(kind, first, last)) {
      buckets.push(bucket);
      if (buckets.length > mostBuckets[indicator.additive ? 'additive' : 'counted'])
        throw tooLong(from ? 'to' : 'from');
    }
    const figures = await this.#time.read(indicator, place, buckets);
    return buckets.map(({ key, label }, index) => ({
      key,
      label,
      figure: figures[index] ?? { numerator: 0, denominator: null },
    }));
  }

  async #byPlace(
    asked: ShowSeries,
    by: 'facility' | 'commune',
    labelOf: (code: string) => string,
  ): Promise<readonly Part[]> {
    const { indicator, place } = asked;
    if (indicator.kind === 'stock' && by === 'commune' && place.level === 'facility') {
      throw wrongParameter('by', {
        vi: 'Chỉ số tồn của một cơ sở không chia được theo xã.',
        en: 'A stock of one facility cannot be split by commune.',
      });
    }
    const range = {
      from: asked.from,
      to: asked.to ?? (indicator.kind === 'stock' ? this.parameters.today : undefined),
    };
    const figures = await this.#parts.read(indicator, place, by, range);
    return bySize([...figures].map(([key, figure]) => ({ key, label: labelOf(key), figure })));
  }

  async #byDiagnosis({ indicator, place, from, to }: ShowSeries): Promise<readonly Part[]> {
    if (indicator.code !== 'visits' && indicator.code !== 'visits-insured') {
      throw wrongParameter('by', {
        vi: 'Chỉ lượt khám (visits, visits-insured) chia được theo chẩn đoán.',
        en: 'Only visits and visits-insured can be split by diagnosis.',
      });
    }
    const counts = await this.#parts.diagnoses(place, { from, to });
    return bySize(
      counts.map(({ code, insured, visits }) => ({
        key: code,
        label: this.labels.diagnosis(code),
        figure:
          indicator.code === 'visits'
            ? { numerator: visits, denominator: null }
            : { numerator: insured, denominator: visits },
      })),
    );
  }
}

function bySize(parts: readonly Part[]): readonly Part[] {
  return parts.toSorted(
    (a, b) => b.figure.numerator - a.figure.numerator || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0),
  );
}

const tooLong = (parameter: 'from' | 'to') =>
  wrongParameter(parameter, {
    vi: 'Khoảng thời gian quá dài cho cách chia này; hãy thu hẹp from và to, hoặc chia theo tháng.',
    en: 'The range is too long for this split; narrow from and to, or split by month.',
  });
