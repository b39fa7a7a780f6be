import { Query } from '@nestjs/cqrs';
import type { Period } from '#domain/indicators/period.js';
import type { FigurePlaceKey } from '../statistics/figure-place-key.js';
import type { IndicatorsAnswer } from './indicator-answer.js';

/** All indicators of a place in a period, as known now or as known then. */
export class ShowIndicators extends Query<IndicatorsAnswer> {
  constructor(
    readonly place: FigurePlaceKey,
    readonly period: Period,
    /** Absent: now, from the view; given: recounted from what had been recorded by then. */
    readonly asOf?: Date,
    readonly signal?: AbortSignal,
  ) {
    super();
  }
}
