import { describe, expect, it } from '@jest/globals';
import type { ResidentId } from '../../ids.js';
import {
  decideDismissal,
  decideSuggestion,
  evolveMatchReview,
  initialMatchReview,
  type MatchReviewState,
  type SuggestMatch,
} from './match-review.js';
import type { Weighed } from './weigh.js';

const residents = ['a', 'b'] as unknown as readonly [ResidentId, ResidentId];
const weighed = (weights: Readonly<Record<string, number>>): Weighed => ({
  weight: Object.values(weights).reduce((sum, weight) => sum + weight, 0),
  fields: Object.entries(weights).map(([field, weight]) => ({ field: field as 'name', agreement: 'same', weight })),
  contradictions: [],
});
const suggestion = (changes: Partial<SuggestMatch> = {}): SuggestMatch => ({
  review: 'r',
  residents,
  reason: 'likeness',
  weighed: weighed({ name: 12, sex: 1 }),
  ...changes,
});
const suggested = decideSuggestion(suggestion(), initialMatchReview).reduce(evolveMatchReview, initialMatchReview);
const dismissed: MatchReviewState = decideDismissal({ review: 'r', residents, reason: '' }, suggested).reduce(
  evolveMatchReview,
  suggested,
);

describe('a pair for review', () => {
  it('is suggested once, and dismissed once', () => {
    expect(suggested.status).toBe('suggested');
    expect(decideSuggestion(suggestion(), suggested)).toEqual([]);
    expect(dismissed.status).toBe('dismissed');
    expect(decideDismissal({ review: 'r', residents, reason: '' }, dismissed)).toEqual([]);
  });

  it('once dismissed comes back for new facts alone', () => {
    expect(decideSuggestion(suggestion(), dismissed)).toEqual([]);
    expect(decideSuggestion(suggestion({ weighed: weighed({ name: 12, sex: 1, phone: -0.5 }) }), dismissed)).toEqual(
      [],
    );
    expect(decideSuggestion(suggestion({ weighed: weighed({ name: 12, phone: 7 }) }), dismissed)).toHaveLength(1);
    expect(decideSuggestion(suggestion({ reason: 'shared-number' }), dismissed)).toHaveLength(1);
  });
});
