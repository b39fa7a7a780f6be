/**
 * Vietnamese names as people write them: with or without diacritics, in capitals, with stray spaces, in decomposed Unicode.
 */

/** Lower-case letters without diacritics, single spaces: `Đặng Thị  HƯƠNG` → `dang thi huong`. */
export function foldName(name: string): string {
  let folded = '';
  for (let index = 0; index < name.length; index += 1) {
    const code = name.charCodeAt(index);
    if (code >= foldedUnits.length) return foldAnyName(name);
    const unit = foldedUnits[code] ?? unlisted;
    if (unit === unlisted) return foldAnyName(name);
    if (unit === space) {
      if (folded !== '' && !folded.endsWith(' ')) folded += ' ';
    } else folded += String.fromCharCode(unit);
  }
  return folded.endsWith(' ') ? folded.slice(0, -1) : folded;
}

/** What a name is folded to whatever its letters are. */
function foldAnyName(name: string): string {
  return name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[đĐ]/g, 'd')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

const unlisted = 0;
const space = 0x20;

/**
 * What one UTF-16 unit is folded to, for ASCII and the composed letters of Vietnamese: names are folded many times for every
 * message. Units that are not here (combining marks, other scripts) make their name go the long way.
 */
const foldedUnits: Uint8Array = (() => {
  const units = new Uint8Array(0x1f00);
  for (let code = 0; code < units.length; code += 1) {
    const folded = foldAnyName(String.fromCharCode(code));
    if (/^[0-9a-z]$/.test(folded)) units[code] = folded.charCodeAt(0);
    else if (code < 0x80) units[code] = space;
  }
  return units;
})();

/** Of two spellings of one name, the one that says more: diacritics first, then mixed case, then the one already known. */
export function fullerSpelling(known: string, observed: string): string {
  const gain = spelledOut(observed) - spelledOut(known);
  if (gain !== 0) return gain > 0 ? observed : known;
  return isCapitals(known) && !isCapitals(observed) ? observed : known;
}

/** The same name but for case, diacritics, word order, or a slip of at most two letters in a name of eight or more. */
export function namesAgree(a: string, b: string): boolean {
  const left = foldName(a);
  const right = foldName(b);
  if (left === right) return true;
  const sorted = (name: string): string => name.split(' ').toSorted().join(' ');
  if (sorted(left) === sorted(right)) return true;
  return Math.min(left.length, right.length) >= 8 && editDistanceWithin(left, right, 2);
}

function spelledOut(name: string): number {
  return name.normalize('NFD').replace(/[^\p{M}đĐ]/gu, '').length;
}

function isCapitals(name: string): boolean {
  return name === name.toUpperCase();
}

function editDistanceWithin(a: string, b: string, limit: number): boolean {
  if (Math.abs(a.length - b.length) > limit) return false;
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substitution, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    if (Math.min(...row) > limit) return false;
    previous = row;
  }
  return (previous[b.length] ?? limit + 1) <= limit;
}
