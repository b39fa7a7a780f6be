/** Two records that may be one person, for a human to say. In `match-review-{id}`. Holds no name and no number. */
import type { ResidentId } from '../../ids.js';
import type { FieldWeight, Weighed } from './weigh.js';

/** Why the two were put before a human. */
export type ReviewReason =
  /** Likeness between the two thresholds. */
  | 'likeness'
  /** One's number was told of somebody who looks like another. */
  | 'shared-number'
  /** One message named numbers of both. */
  | 'tied-by-message';

/** In ascending order of their ids: a pair has one review, whoever is named first. */
export type ReviewedPair = readonly [ResidentId, ResidentId];

export interface MatchSuggested {
  readonly type: 'MatchSuggested';
  readonly data: {
    readonly review: string;
    readonly residents: ReviewedPair;
    readonly reason: ReviewReason;
    readonly weight: number;
    readonly fields: readonly FieldWeight[];
    readonly contradictions: Weighed['contradictions'];
  };
}

/** The two are not one person. They are suggested again only when something new speaks for it. */
export interface MatchDismissed {
  readonly type: 'MatchDismissed';
  readonly data: { readonly review: string; readonly residents: ReviewedPair; readonly reason: string };
}

export type MatchReviewEvent = MatchSuggested | MatchDismissed;

export interface MatchReviewState {
  readonly status: 'unknown' | 'suggested' | 'dismissed';
  /** The strongest that was put forward so far: reasons, and each field's weight. */
  readonly reasons: readonly ReviewReason[];
  readonly fields: Readonly<Record<string, number>>;
}

export const initialMatchReview: MatchReviewState = { status: 'unknown', reasons: [], fields: {} };

/** How much a field must weigh more than when the pair was dismissed to be a new fact, in bits. */
const newFact = 1;

export interface SuggestMatch {
  readonly review: string;
  readonly residents: ReviewedPair;
  readonly reason: ReviewReason;
  readonly weighed: Weighed;
}

/** One suggestion for a pair, however often it is found; another after a dismissal when there are new facts. */
export function decideSuggestion(
  { review, residents, reason, weighed }: SuggestMatch,
  state: MatchReviewState,
): readonly MatchReviewEvent[] {
  const isNew =
    !state.reasons.includes(reason) ||
    weighed.fields.some(({ field, weight }) => weight >= Math.max(0, state.fields[field] ?? 0) + newFact);
  if (state.status === 'suggested' || (state.status === 'dismissed' && !isNew)) return [];
  const { weight, fields, contradictions } = weighed;
  const rounded = fields.map((field) => ({ ...field, weight: Math.round(field.weight * 10) / 10 }));
  return [
    {
      type: 'MatchSuggested',
      data: { review, residents, reason, weight: Math.round(weight * 10) / 10, fields: rounded, contradictions },
    },
  ];
}

export function decideDismissal(
  dismissal: MatchDismissed['data'],
  state: MatchReviewState,
): readonly MatchReviewEvent[] {
  return state.status === 'dismissed' ? [] : [{ type: 'MatchDismissed', data: dismissal }];
}

export function evolveMatchReview(state: MatchReviewState, event: MatchReviewEvent): MatchReviewState {
  switch (event.type) {
    case 'MatchSuggested': {
      const fields: Record<string, number> = { ...state.fields };
      for (const { field, weight } of event.data.fields) fields[field] = Math.max(weight, fields[field] ?? weight);
      return { status: 'suggested', reasons: [...new Set([...state.reasons, event.data.reason])], fields };
    }
    case 'MatchDismissed':
      return { ...state, status: 'dismissed' };
    default:
      return event satisfies never;
  }
}
