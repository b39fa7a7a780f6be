import { Query } from '@nestjs/cqrs';
import type { LocalDate } from '#domain/dates.js';
import type { IndicatorCode, Indicator } from '#domain/indicators/indicator.js';
import type { FigurePlaceKey } from '../statistics/figure-place-key.js';

export const seriesKinds = ['day', 'week', 'month', 'facility', 'commune', 'diagnosis'] as const;
export type SeriesKind = (typeof seriesKinds)[number];

export interface SeriesPoint {
  readonly key: string;
  readonly label: string;
  readonly numerator: number;
  readonly denominator: number | null;
  readonly value: number | null;
}

export interface SeriesAnswer {
  readonly indicator: string;
  readonly by: SeriesKind;
  /** Days and longer in order; places and diagnoses by size. */
  readonly points: readonly SeriesPoint[];
}

/** One indicator of a place over time, or split by who, where and what. A stock stands at the end of each bucket, or on the last day. */
export class ShowSeries extends Query<SeriesAnswer> {
  constructor(
    readonly indicator: Indicator & { readonly code: IndicatorCode },
    readonly place: FigurePlaceKey,
    readonly by: SeriesKind,
    /** Absent: since the first figure. */
    readonly from?: LocalDate,
    /** Absent: until today, or the newest visit if that is later. */
    readonly to?: LocalDate,
  ) {
    super();
  }
}
