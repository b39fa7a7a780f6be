import { addDays, type LocalDate, type PartialDate } from '../../dates.js';
import type { birthDateWeights } from './weights.js';

export type BirthDateAgreement = keyof typeof birthDateWeights;

/** How two birth dates agree; `undefined` when one is missing. */
export function compareBirthDates(
  a: PartialDate | undefined,
  b: PartialDate | undefined,
): BirthDateAgreement | undefined {
  if (a === undefined || b === undefined) return undefined;
  const left = known(a);
  const right = known(b);
  const precision = Math.min(left.length, right.length);
  if (left.slice(0, precision) === right.slice(0, precision)) {
    return precision === 10 ? 'same' : precision === 7 ? 'same-month' : 'same-year';
  }
  if (precision < 10) {
    if (nearYears(left, right)) return 'near-year';
    return left.slice(0, 4) === right.slice(0, 4) ? 'same-year-other-day' : 'different';
  }
  if (left === `${right.slice(0, 5)}${right.slice(8)}-${right.slice(5, 7)}`) return 'exchanged';
  if (differingDigits(left, right) === 1 || areNeighbours(left, right)) return 'one-digit';
  if (left.slice(5) === right.slice(5) && nearYears(left, right)) return 'near-year';
  return left.slice(0, 4) === right.slice(0, 4) ? 'same-year-other-day' : 'different';
}

/** Software that cannot leave the day out writes 1 January: then only the year is known. */
const known = (date: string): string => (date.endsWith('-01-01') ? date.slice(0, 4) : date);

const nearYears = (a: string, b: string): boolean => Math.abs(Number(a.slice(0, 4)) - Number(b.slice(0, 4))) === 1;

function differingDigits(a: string, b: string): number {
  let count = 0;
  for (let index = 0; index < a.length; index += 1) if (a[index] !== b[index]) count += 1;
  return count;
}

const areNeighbours = (a: string, b: string): boolean =>
  addDays(a as LocalDate, 1) === b || addDays(b as LocalDate, 1) === a;
