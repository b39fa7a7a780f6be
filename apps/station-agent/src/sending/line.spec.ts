import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AttemptResult } from './answers.js';
import { decideAttempt, decideToken, evolve, failuresOf, initialLine, type LineState, waitOf } from './line.js';
import { busy, tokenRefused } from './troubles.js';

const answered: AttemptResult = { kind: 'answered', verdict: 'accepted', answer: '{}' };
const failed: AttemptResult = { kind: 'try-again', trouble: busy };
const held: AttemptResult = { kind: 'held', trouble: tokenRefused };

/** The line after these results, one each second from second 1 on. */
const after = (results: readonly AttemptResult[], from: LineState = initialLine): LineState =>
  results.reduce(
    (state, result, index) =>
      evolve(state, decideAttempt(result, state, { at: (index + 1) * 1000, random: 1, token: 'first' })),
    from,
  );

describe('the line', () => {
  it('is good since the first answer, whatever the answer was', () => {
    expect(after([answered, answered])).toEqual({ status: 'open', since: 1000 });
    expect(after([failed, { ...answered, verdict: 'refused' }])).toEqual({ status: 'open', since: 2000 });
  });

  it('rests longer with each failure, and from the start again after an answer', () => {
    expect(after([failed, failed, failed])).toMatchObject({ status: 'resting', failures: 3, until: 7000 });
    expect(after([failed, failed, answered, failed])).toMatchObject({ failures: 1, until: 5000 });
  });

  it('rests at least as long as the server asks', () => {
    expect(after([{ ...failed, afterMs: 60_000 }])).toMatchObject({ until: 61_000 });
  });

  it('tries at once when a person asks, and does not forget the failures for it', () => {
    const asked = evolve(after([failed, failed]), { type: 'SendingAsked' });
    expect(waitOf(asked, 0)).toBe(0);
    expect(after([failed], asked)).toMatchObject({ failures: 3 });
  });

  it('waits for another token when one is refused, however long it takes', () => {
    const state = after([held]);
    expect(waitOf(state, Number.MAX_SAFE_INTEGER)).toBe(Number.POSITIVE_INFINITY);
    expect(decideToken(state, 'first')).toEqual([]);
    expect(decideToken(state, undefined)).toEqual([]);
    expect(decideToken(state, 'second').reduce(evolve, state)).toEqual(initialLine);
  });

  it('may always be tried again some time, unless the token is refused', () => {
    const result = fc.constantFrom(answered, failed, held, { ...failed, afterMs: 1e9 });
    fc.assert(
      fc.property(fc.array(result, { maxLength: 40 }), (results) => {
        const state = after(results);
        const wait = waitOf(state, results.length * 1000);
        return results.at(-1) === held
          ? wait === Number.POSITIVE_INFINITY
          : wait <= 3_600_000 && failuresOf(state) <= results.length;
      }),
    );
  });
});
