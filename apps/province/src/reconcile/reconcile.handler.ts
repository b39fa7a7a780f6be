import { Inject } from '@nestjs/common';
import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { indicators } from '#domain/indicators/indicator.js';
import type { View } from '#projections/view-host.js';
import { Recounts } from '../recount/recounts.js';
import { placeText } from '../show-indicators/show-indicators.handler.js';
import { FigureReader } from '../statistics/figure-reader.js';
import { FIGURES_VIEW } from '../statistics/figures-view.js';
import { Parameters } from '../statistics/parameters.js';
import { Reconcile, type Reconciliation } from './reconcile.query.js';

@QueryHandler(Reconcile)
export class ReconcileHandler implements IQueryHandler<Reconcile> {
  readonly #reader: FigureReader;

  constructor(
    @Inject(FIGURES_VIEW) view: View,
    private readonly parameters: Parameters,
    private readonly recounts: Recounts,
  ) {
    this.#reader = new FigureReader(view.database);
  }

  async execute({ place, period, signal }: Reconcile): Promise<Reconciliation> {
    const { today } = this.parameters;
    const live = await this.#reader.read(place, period, today);
    // The log is counted up to where the view was when it was read, however far both have gone on meanwhile.
    const again = await this.recounts.count(place, { period, today, bound: { position: live.position } }, signal);
    const figures = indicators.map(({ code }) => {
      const kept = live.figures.get(code) ?? { numerator: 0, denominator: null };
      const counted = again.figures.get(code) ?? { numerator: 0, denominator: null };
      return {
        indicator: code,
        place: placeText(place),
        period: period.text,
        ...compared(kept.numerator, counted.numerator),
        denominator:
          kept.denominator === null || counted.denominator === null
            ? null
            : compared(kept.denominator, counted.denominator),
      };
    });
    return { position: live.position, figures };
  }
}

const compared = (live: number, recount: number) => ({ live, recount, difference: live - recount });
