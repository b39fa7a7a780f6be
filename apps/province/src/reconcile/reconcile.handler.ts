import { Inject } from '@nestjs/common';
import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { indicators } from '#domain/indicators/indicator.js';
import type { Period } from '#domain/indicators/period.js';
import type { View } from '#projections/view-host.js';
import { Recounts } from '../recount/recounts.js';
import { type FigurePlaceKey, placeKey, placeText } from '../statistics/figure-place-key.js';
import { FigureReader, type Figures, type FigureSnapshot } from '../statistics/figure-reader.js';
import { FIGURES_VIEW } from '../statistics/figures-view.js';
import { Parameters } from '../statistics/parameters.js';
import { atOneMoment } from './at-one-moment.js';
import { Reconcile, type ReconciledFigure, type Reconciliation } from './reconcile.query.js';

@QueryHandler(Reconcile)
export class ReconcileHandler implements IQueryHandler<Reconcile> {
  readonly #reader: FigureReader;

  constructor(
    @Inject(FIGURES_VIEW) private readonly view: View,
    private readonly parameters: Parameters,
    private readonly recounts: Recounts,
  ) {
    this.#reader = new FigureReader(view.database);
  }

  async execute({ place, period, signal }: Reconcile): Promise<Reconciliation> {
    const { today } = this.parameters;
    const live = await atOneMoment(this.view, async () =>
      place
        ? placed(place, await this.#reader.read(place, period, today))
        : await this.#reader.readEvery(period, today),
    );
    // The log is counted up to where the view was when it was read, however far both have gone on meanwhile.
    const bound = { position: live.position };
    const again = await this.recounts.count(place && [place], { period, today, bound }, signal);
    const keptOf = new Map(live.places.map((each) => [placeKey(each.place), each]));
    const countedOf = new Map(again.places.map((each) => [placeKey(each.place), each]));
    const figures = [...new Map([...countedOf, ...keptOf]).entries()].flatMap(([key, { place: where }]) =>
      comparedPlace(where, period, keptOf.get(key)?.figures, countedOf.get(key)?.figures),
    );
    return { position: live.position, figures };
  }
}

const placed = (
  place: FigurePlaceKey,
  { position, figures }: { position: number; figures: Figures },
): FigureSnapshot => ({
  position,
  places: [{ place, figures }],
});

function comparedPlace(
  place: FigurePlaceKey,
  period: Period,
  kept: Figures | undefined,
  counted: Figures | undefined,
): readonly ReconciledFigure[] {
  return indicators.map(({ code, form }) => {
    const nothing = { numerator: 0, denominator: form === 'count' ? null : 0 };
    const live = kept?.get(code) ?? nothing;
    const recounted = counted?.get(code) ?? nothing;
    return {
      indicator: code,
      place: placeText(place),
      period: period.text,
      ...compared(live.numerator, recounted.numerator),
      denominator:
        live.denominator === null || recounted.denominator === null
          ? null
          : compared(live.denominator, recounted.denominator),
    };
  });
}

const compared = (live: number, recount: number) => ({ live, recount, difference: live - recount });
