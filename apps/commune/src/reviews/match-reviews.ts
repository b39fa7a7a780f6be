import type { ResidentId } from '#domain/ids.js';
import {
  decideDismissal,
  decideSuggestion,
  evolveMatchReview,
  initialMatchReview,
  type MatchReviewEvent,
  type MatchReviewState,
  type ReviewedPair,
  type ReviewReason,
} from '#domain/residents/matching/match-review.js';
import type { Weighed } from '#domain/residents/matching/weigh.js';
import { matchReviewStream } from '#domain/streams.js';
import { decideAndAppend } from '#event-store/decide-and-append.js';
import {
  streamName,
  type EventStore,
  type NewEvent,
  type Revision,
  type StreamName,
} from '#event-store/event-store.js';
import { derivedUuid } from '../derived-ids.js';

/** Makes the events of one step, with ids that follow from it. */
export type MakeEvents = (
  stream: StreamName,
  revision: Revision,
  events: readonly MatchReviewEvent[],
) => readonly NewEvent[];

export const pairOf = (a: ResidentId, b: ResidentId): ReviewedPair => (a < b ? [a, b] : [b, a]);

/** A pair has one review, whoever finds it, and however often. */
export const reviewOf = (pair: ReviewedPair): string => derivedUuid('match-review', ...pair);

/** Puts pairs before a human, and takes them away. */
export class MatchReviews {
  constructor(private readonly store: EventStore) {}

  /** Does nothing when the pair is there already, or was dismissed and nothing new is known. */
  async suggest(
    suggestion: {
      readonly residents: ReviewedPair;
      readonly reason: ReviewReason;
      readonly weighed: Weighed;
    },
    make: MakeEvents,
  ): Promise<void> {
    const review = reviewOf(suggestion.residents);
    await this.#decide(review, make, (state) => decideSuggestion({ review, ...suggestion }, state));
  }

  idOf(residents: ReviewedPair): string {
    return reviewOf(residents);
  }

  async dismiss(residents: ReviewedPair, reason: string, make: MakeEvents): Promise<void> {
    const review = reviewOf(residents);
    await this.#decide(review, make, (state) => decideDismissal({ review, residents, reason }, state));
  }

  async #decide(
    review: string,
    make: MakeEvents,
    decide: (state: MatchReviewState) => readonly MatchReviewEvent[],
  ): Promise<void> {
    const { category, key } = matchReviewStream(review);
    const stream = streamName(category, key);
    await decideAndAppend<MatchReviewState, void>(this.store, {
      stream,
      initialState: initialMatchReview,
      evolve: (state, event) => evolveMatchReview(state, event as MatchReviewEvent),
      decide: ({ state, revision }) => ({ outcome: undefined, events: make(stream, revision, decide(state)) }),
    });
  }
}
