import type { IdentifierSystem } from '../resident-content.js';
import type { ComparableNumber } from './comparable-person.js';
import { numberWeights } from './weights.js';

export interface NumberAgreement {
  readonly system: IdentifierSystem;
  readonly agreement: 'same' | 'close' | 'different';
  /** Bits. */
  readonly weight: number;
}

/**
 * How two people's numbers agree, system by system. People have several numbers of a kind and keep old ones: one in common is
 * an agreement, whatever the others are. Facilities number patients for themselves: only numbers of one facility are compared.
 */
export function compareNumbers(
  a: readonly ComparableNumber[],
  b: readonly ComparableNumber[],
): readonly NumberAgreement[] {
  const found: NumberAgreement[] = [];
  for (const system of Object.keys(numberWeights) as IdentifierSystem[]) {
    const left = a.filter((one) => one.system === system);
    const right = b.filter((one) => one.system === system);
    const pairs = left.flatMap((one) =>
      right.filter((other) => one.facility === other.facility).map((other) => [one, other] as const),
    );
    if (pairs.length === 0) continue;
    const weights = numberWeights[system];
    const same = pairs.filter(([one, other]) => one.value === other.value);
    if (same.length > 0) {
      const weight = Math.max(...same.map(([one, other]) => weights.same * freshness(system, one, other)));
      found.push({ system, agreement: 'same', weight });
    } else if (weights.close > 0 && pairs.some(([one, other]) => isSlip(one.value, other.value))) {
      found.push({ system, agreement: 'close', weight: weights.close });
    } else {
      found.push({ system, agreement: 'different', weight: weights.different });
    }
  }
  return found;
}

function freshness(system: IdentifierSystem, a: ComparableNumber, b: ComparableNumber): number {
  const { halvedAfterYears } = numberWeights[system];
  if (halvedAfterYears === undefined || a.seenOn === undefined || b.seenOn === undefined) return 1;
  const years = Math.abs(Date.parse(a.seenOn) - Date.parse(b.seenOn)) / (365.25 * 86_400_000);
  return years > halvedAfterYears ? 0.5 : 1;
}

/** One character wrong, or two neighbours exchanged, in numbers of one length. */
function isSlip(a: string, b: string): boolean {
  if (a.length !== b.length || a.length < 6) return false;
  const wrong: number[] = [];
  for (let index = 0; index < a.length; index += 1) if (a[index] !== b[index]) wrong.push(index);
  const [first, second] = wrong;
  if (wrong.length === 1) return true;
  return (
    wrong.length === 2 &&
    first !== undefined &&
    second === first + 1 &&
    a[first] === b[second] &&
    a[second] === b[first]
  );
}
