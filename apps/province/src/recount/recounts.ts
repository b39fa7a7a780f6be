import { Inject, Injectable } from '@nestjs/common';
import { FigurePlaces } from '#domain/indicators/figure-places.js';
import type { PlaceRegister } from '#domain/places/place-register.js';
import type { EventStore } from '#event-store/event-store.js';
import { Problem } from '#platform/http/problem.js';
import { EVENT_STORE, PLACE_REGISTER, STOPPING } from '#platform/injection.js';
import type { FigurePlaceKey } from '../statistics/figure-place-key.js';
import { type Recount, recount, type RecountQuestion } from './recount.js';

/** A recount reads the whole log: one at a time, and few may wait. */
const mostWaiting = 4;

@Injectable()
export class Recounts {
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();
  readonly #places: FigurePlaces;

  constructor(
    @Inject(EVENT_STORE) private readonly log: EventStore,
    @Inject(PLACE_REGISTER) register: PlaceRegister,
    @Inject(STOPPING) private readonly stopping: AbortSignal,
  ) {
    this.#places = new FigurePlaces(register);
  }

  /**
   * Counts again from the log.
   * @param places absent: every place that has figures
   * @throws Problem 503 when too many wait already
   */
  async count(
    places: readonly FigurePlaceKey[] | undefined,
    question: Pick<RecountQuestion, 'period' | 'today' | 'bound'>,
    gone?: AbortSignal,
  ): Promise<Recount> {
    if (this.#waiting >= mostWaiting) throw tooMany();
    const signal = gone ? AbortSignal.any([gone, this.stopping]) : this.stopping;
    this.#waiting += 1;
    const turn = this.#last.then(() => {
      signal.throwIfAborted();
      return recount(this.log, this.#places, { ...question, ...(places && { places }), signal });
    });
    this.#last = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      this.#waiting -= 1;
    }
  }
}

const tooMany = (): Problem =>
  new Problem(
    503,
    'recounts-waiting',
    { vi: 'Đang có nhiều lượt đếm lại khác', en: 'Other recounts are waiting' },
    { headers: { 'retry-after': '10' } },
  );
