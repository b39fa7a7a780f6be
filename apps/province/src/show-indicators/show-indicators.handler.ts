import { Inject } from '@nestjs/common';
import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { dayOf } from '#domain/dates.js';
import type { View } from '#projections/view-host.js';
import { Labels } from '../labels/labels.js';
import { Recounts } from '../recount/recounts.js';
import { placeText } from '../statistics/figure-place-key.js';
import { FigureReader } from '../statistics/figure-reader.js';
import { FIGURES_VIEW, placeOfView } from '../statistics/figures-view.js';
import { Parameters } from '../statistics/parameters.js';
import type { Targets } from '../targets/targets.js';
import { TARGETS } from '../targets/injection.js';
import { type IndicatorsAnswer, indicatorAnswers } from './indicator-answer.js';
import { ShowIndicators } from './show-indicators.query.js';

@QueryHandler(ShowIndicators)
export class ShowIndicatorsHandler implements IQueryHandler<ShowIndicators> {
  readonly #reader: FigureReader;

  constructor(
    @Inject(FIGURES_VIEW) private readonly view: View,
    @Inject(TARGETS) private readonly targets: Targets,
    private readonly parameters: Parameters,
    private readonly recounts: Recounts,
    private readonly labels: Labels,
  ) {
    this.#reader = new FigureReader(view.database);
  }

  async execute({ place, period, asOf, signal }: ShowIndicators): Promise<IndicatorsAnswer> {
    const today = asOf ? dayOf(asOf.getTime()) : this.parameters.today;
    const mapOf = period.to && period.to < today ? period.to : today;
    const answer = {
      place: placeText(place),
      level: place.level,
      placeName: this.labels.place(place, mapOf),
      within: this.labels.within(place, mapOf),
      period: period.text,
      asOf: this.parameters.shown(asOf),
    };
    if (asOf) {
      const { position, places } = await this.recounts.count(
        [place],
        { period, today, bound: { recordedUpTo: asOf } },
        signal,
      );
      const figures = places[0]?.figures ?? new Map();
      return { ...answer, position, delayMs: 0, indicators: indicatorAnswers(figures, this.targets) };
    }
    const { position, delayMs } = await placeOfView(this.view);
    const snapshot = await this.#reader.read(place, period, today);
    return {
      ...answer,
      position: Math.max(position, snapshot.position),
      delayMs,
      indicators: indicatorAnswers(snapshot.figures, this.targets),
    };
  }
}
