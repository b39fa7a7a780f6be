/** How long, and how often, an endpoint that fails is tried. Pure. */

const firstPauseMs = 1_000;
const longestPauseMs = 5 * 60_000;

/**
 * Twice as long after each failure, at most five minutes; half of it by chance, so that many that failed together do not all
 * come back together.
 * @param failures so far, one at least
 * @param random from 0 to 1
 */
export function pauseAfter(failures: number, random: number): number {
  const longest = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(failures - 1, 20));
  return Math.round(longest * (0.5 + random / 2));
}

/** An endpoint that has failed for so long is given up; what it missed can be fetched, and waits for it when it is renewed. */
export const giveUpAfterMs = 7 * 24 * 3_600_000;
