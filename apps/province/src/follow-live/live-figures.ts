import { Inject, Injectable } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { Period } from '#domain/indicators/period.js';
import { eventFrame } from '#platform/http/event-streams.js';
import { News, pause } from '#platform/http/news.js';
import { STOPPING } from '#platform/injection.js';
import type { View } from '#projections/view-host.js';
import type { IndicatorsAnswer } from '../show-indicators/indicator-answer.js';
import { ShowIndicators } from '../show-indicators/show-indicators.query.js';
import type { FigurePlaceKey } from '../statistics/figure-place-key.js';
import { FIGURES_VIEW } from '../statistics/figures-view.js';
import { changedSince } from './changed-figures.js';

/** Commits that come close together are told as one. */
const gatherMs = 100;
const heartbeatMs = 10_000;
/** A reader must show its token again from time to time; `EventSource` does so by itself. */
const longestMs = 30 * 60_000;

interface SharedAnswer {
  readonly version: number;
  readonly answer: Promise<IndicatorsAnswer>;
}

/** Figures as `text/event-stream` (WHATWG HTML §9.2): all of them first, then after each change those that changed. */
@Injectable()
export class LiveFigures {
  /** Counts the commits of the view. */
  #version = 0;
  readonly #shared = new Map<string, SharedAnswer>();
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly queries: QueryBus,
    @Inject(FIGURES_VIEW) view: View,
    @Inject(STOPPING) private readonly stopping: AbortSignal,
  ) {
    const stop = view.onAdvanced(() => {
      this.#version += 1;
      for (const listener of this.#listeners) listener();
    });
    stopping.addEventListener('abort', stop, { once: true });
  }

  /**
   * Ends when the reader has gone, the service stops, or the time is over. Pulled: for a slow reader nothing is kept, it gets
   * the figures as they are when it is ready again.
   * @param seen position of the last event the reader got: nothing is told until there is something newer
   */
  async *follow(
    place: FigurePlaceKey,
    period: Period,
    seen: number | undefined,
    gone: AbortSignal,
  ): AsyncGenerator<string> {
    const ended = AbortSignal.any([gone, this.stopping, AbortSignal.timeout(longestMs)]);
    const news = new News();
    const listener = () => news.bring();
    this.#listeners.add(listener);
    try {
      yield 'retry: 1000\n\n';
      let told: IndicatorsAnswer | undefined;
      while (!ended.aborted) {
        const answer = await this.#answer(place, period);
        // A reader that comes back has these figures; one from another log has not.
        if (!told && seen === answer.position) told = answer;
        const changed = changedSince(told, answer);
        yield changed.indicators.length > 0 || !told
          ? eventFrame('figures', answer.position, changed)
          : eventFrame('position', answer.position, { position: answer.position, delayMs: answer.delayMs });
        told = answer;
        if (await news.within(heartbeatMs, ended)) await pause(gatherMs, ended);
      }
    } finally {
      this.#listeners.delete(listener);
    }
  }

  /** However many follow the same place and period, it is read once for each commit. */
  #answer(place: FigurePlaceKey, period: Period): Promise<IndicatorsAnswer> {
    const key = `${place.level} ${place.code} ${period.text}`;
    const shared = this.#shared.get(key);
    if (shared?.version === this.#version) return shared.answer;
    const answer = this.queries.execute(new ShowIndicators(place, period));
    if (this.#shared.size > 500) this.#shared.clear();
    this.#shared.set(key, { version: this.#version, answer });
    answer.catch(() => this.#shared.delete(key));
    return answer;
  }
}
