/** Vietnamese names as words that can be compared, whatever keyboard, code page or order they went through. */
import { foldName } from '../names.js';

/**
 * Folded words of a name, with what input methods leave behind taken out: digits of VNI (`Nguye64n`), letters of Telex
 * (`Nguyeenx`, `Vawn`), question marks where a code page had no letter (`Nguy?n`). After its first vowel a Vietnamese syllable
 * has none of s, f, r, x, j, w, z, so that nothing of an honest name is lost but to both sides alike.
 */
export function nameWords(name: string): readonly string[] {
  return foldName(withoutGaps(name, ''))
    .split(' ')
    .map(untyped)
    .filter((word) => word !== '');
}

/** Whether two names are the same where a code page left question marks for letters in one of them. */
export function agreeButForGaps(a: string, b: string): boolean {
  if (!/[?\uFFFD]/.test(a + b)) return false;
  const [left, right] = [a, b].map((name) => foldName(withoutGaps(name, gap)));
  if (left === undefined || right === undefined || left.length !== right.length) return false;
  return left.split('').every((letter, index) => letter === right[index] || letter === gap || right[index] === gap);
}

/** A letter that no name has. */
const gap = 'ʔ';

function withoutGaps(name: string, instead: string): string {
  return name.normalize('NFC').replace(/(?<=\p{L})[?\uFFFD]+|[?\uFFFD]+(?=\p{L})/gu, instead);
}

/** A name given until there is one: `Con bà …`, `CB …`, `Bé trai`, `Trẻ sơ sinh`. */
export function isProvisionalName(name: string): boolean {
  return /^(con (ba|me|chi|cua)|cb|be (trai|gai)|tre so sinh|so sinh|bs)\b/.test(foldName(name));
}

function untyped(word: string): string {
  const letters = word.replace(/\d/g, '').replace(/^dd/, 'd');
  const vowel = letters.search(/[aeiouy]/);
  if (vowel < 0) return letters;
  const tail = letters.slice(vowel).replace(/[sfrxjwz]/g, '');
  return letters.slice(0, vowel) + tail.replace(/([aeo])\1/g, '$1');
}

/**
 * How the diacritics of two spellings of the same letters agree. `same` also where one has none at all: it tells nothing.
 * `fewer` where one may have lost some on its way (`Nguyên` for `Nguyễn`), or is another name (`Hương`, `Hường`).
 */
export function compareMarks(a: string, b: string): 'same' | 'fewer' | 'other' {
  const left = markedWords(a);
  const right = markedWords(b);
  if (left.every((marks) => marks === '') || right.every((marks) => marks === '')) return 'same';
  if (left.length !== right.length) return 'fewer';
  const within = (one: readonly string[], other: readonly string[]): boolean =>
    one.every((marks, index) => marks.split('').every((mark) => other[index]?.includes(mark)));
  const [there, back] = [within(left, right), within(right, left)];
  return there && back ? 'same' : there || back ? 'fewer' : 'other';
}

function markedWords(name: string): readonly string[] {
  return name
    .normalize('NFD')
    .toLowerCase()
    .split(/[^\p{L}\p{M}]+/u)
    .filter((word) => word !== '')
    .map((word) => word.replace(/[^\p{M}đ]/gu, ''));
}

/** Levenshtein distance, or `limit + 1` when it is more than the limit. */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j += 1) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const cost = Math.min(substitution, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      row.push(cost);
      least = Math.min(least, cost);
    }
    if (least > limit) return limit + 1;
    previous = row;
  }
  return Math.min(previous[b.length] ?? limit + 1, limit + 1);
}
