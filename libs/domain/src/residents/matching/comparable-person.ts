import type { LocalDate } from '../../dates.js';
import type { InsuranceCard, ResidentDetails, ResidentIdentifier } from '../resident-content.js';

/** A number somebody is known by, and when it was last told. */
export interface ComparableNumber extends ResidentIdentifier {
  /** Day of the newest statement that named it; absent when not known. */
  readonly seenOn?: LocalDate;
}

/** The mother of a newborn, as far as a record names her. */
export interface ComparableMother {
  readonly name?: string;
  readonly identifiers: readonly ResidentIdentifier[];
}

/** What of a person is compared: a record we hold, or what a message says. */
export interface ComparablePerson {
  readonly details: Pick<ResidentDetails, 'name' | 'sex' | 'birthDate' | 'phone' | 'residence'>;
  readonly identifiers: readonly ComparableNumber[];
  readonly cards?: readonly Pick<InsuranceCard, 'number'>[];
  readonly mother?: ComparableMother;
}

/** The last ten characters of a card of 15 are the insurance number (QĐ 1351/QĐ-BHXH 2015); cards change, it stays. */
export function numbersOf({ identifiers, cards = [] }: ComparablePerson): readonly ComparableNumber[] {
  const onCards = cards.flatMap(({ number }): readonly ComparableNumber[] => {
    const value = number.length === 15 ? number.slice(5) : number;
    return /^\d{10}$/.test(value) ? [{ system: 'insurance-number', value }] : [];
  });
  const known = (one: ComparableNumber): boolean =>
    identifiers.some(({ system, value }) => system === one.system && value === one.value);
  return [...identifiers, ...onCards.filter((one) => !known(one))];
}
