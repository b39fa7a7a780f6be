import { nameBits, type NameFrequencies } from './name-frequencies.js';
import { agreeButForGaps, compareMarks, editDistance, isProvisionalName, nameWords } from './name-words.js';
import { nameWeights } from './weights.js';

export type NameAgreement = keyof typeof nameWeights;

/** How two names agree; `undefined` when one of them is no name yet. */
export function compareNames(a: string, b: string): NameAgreement | undefined {
  if (isProvisionalName(a) || isProvisionalName(b)) return undefined;
  const left = nameWords(a);
  const right = nameWords(b);
  if (left.length === 0 || right.length === 0) return undefined;
  const joined = [left.join(' '), right.join(' ')] as const;
  if (joined[0] === joined[1]) {
    const marks = compareMarks(a, b);
    return marks === 'same' ? 'same' : `${marks}-marks`;
  }
  if (agreeButForGaps(a, b)) return 'fewer-marks';
  if (left.toSorted().join(' ') === right.toSorted().join(' ')) return 'reordered';
  if (isShortened(left, right) || isShortened(right, left)) return 'shortened';
  if (isClose(left, right)) return 'close';
  return shareGivenName(left, right) ? 'partly' : 'different';
}

/** Bits for or against one person. What agrees less than wholly counts as the commoner of the two names does. */
export function weighNames(agreement: NameAgreement, a: string, b: string, frequencies: NameFrequencies): number {
  const weight = nameWeights[agreement];
  if ('bits' in weight) return weight.bits;
  return weight.share * Math.min(nameBits(nameWords(a), frequencies), nameBits(nameWords(b), frequencies));
}

/** Family and given name the same, and of the middle names some left out. */
function isShortened(short: readonly string[], long: readonly string[]): boolean {
  if (short.length < 2 || short.length >= long.length) return false;
  if (short[0] !== long[0] || short.at(-1) !== long.at(-1)) return false;
  let next = 0;
  for (const word of long) if (short[next] === word) next += 1;
  return next === short.length;
}

/** A slip in at most two words of four letters or more; or words written together. */
function isClose(a: readonly string[], b: readonly string[]): boolean {
  if (a.join('') === b.join('')) return true;
  if (a.length !== b.length || a.join('').length < 7) return false;
  const differing = a.flatMap((word, index) => (word === b[index] ? [] : [[word, b[index] ?? ''] as const]));
  return (
    differing.length <= 2 &&
    differing.every(([one, other]) => Math.max(one.length, other.length) >= 4 && editDistance(one, other, 1) <= 1)
  );
}

/** The given name and one more word. */
function shareGivenName(a: readonly string[], b: readonly string[]): boolean {
  if (a.at(-1) !== b.at(-1)) return false;
  const others = new Set(b.slice(0, -1));
  return a.slice(0, -1).some((word) => others.has(word));
}
