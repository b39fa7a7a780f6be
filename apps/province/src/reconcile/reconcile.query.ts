import { Query } from '@nestjs/cqrs';
import type { Period } from '#domain/indicators/period.js';
import type { FigurePlaceKey } from '../statistics/figure-place-key.js';

export interface ReconciledFigure {
  readonly indicator: string;
  readonly place: string;
  readonly period: string;
  /** Numerator in the view. */
  readonly live: number;
  /** Numerator counted again from the log. */
  readonly recount: number;
  readonly difference: number;
  /** The same for what a share or mean is of; null for a count. */
  readonly denominator: { readonly live: number; readonly recount: number; readonly difference: number } | null;
}

export interface Reconciliation {
  /** Both counts include everything up to here and nothing after. */
  readonly position: number;
  readonly figures: readonly ReconciledFigure[];
}

/** Every indicator of a place, or of every place, in a period: as the view has it, and counted again from the log. */
export class Reconcile extends Query<Reconciliation> {
  constructor(
    /** Absent: every place that has figures. */
    readonly place: FigurePlaceKey | undefined,
    readonly period: Period,
    readonly signal?: AbortSignal,
  ) {
    super();
  }
}
