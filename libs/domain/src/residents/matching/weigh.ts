/** Two records, weighed against each other (probabilistic record linkage). Pure; symmetric. */
import type { PlaceRegister } from '../../places/place-register.js';
import type { IdentifierSystem } from '../resident-content.js';
import { compareBirthDates } from './compare-birth-dates.js';
import { compareNames, weighNames } from './compare-names.js';
import { compareNumbers, type NumberAgreement } from './compare-numbers.js';
import { comparePhones, comparePlaces } from './compare-places.js';
import { type ComparableMother, type ComparablePerson, numbersOf } from './comparable-person.js';
import { nameBits, type NameFrequencies, publishedFrequencies } from './name-frequencies.js';
import { nameWords } from './name-words.js';
import {
  birthDateWeights,
  motherWeights,
  numberWeights,
  phoneWeights,
  placeWeights,
  sexWeights,
  thresholds,
} from './weights.js';

export type ComparedField = 'name' | 'birth-date' | 'sex' | 'place' | 'phone' | 'mother' | IdentifierSystem;

/** What one field says. Holds no value of either record. */
export interface FieldWeight {
  readonly field: ComparedField;
  /** A level of the field's table in `weights.ts`. */
  readonly agreement: string;
  /** Bits; above 0 for, below 0 against one person. */
  readonly weight: number;
}

/** Why two records may not be joined without a human, whatever their weight. */
export type Contradiction = 'exclusive-number' | 'sex' | 'birth-date' | 'name-unknown';

export interface Weighed {
  /** Bits: the sum of the fields. */
  readonly weight: number;
  readonly fields: readonly FieldWeight[];
  readonly contradictions: readonly Contradiction[];
}

export interface WeighingContext {
  readonly places?: Pick<PlaceRegister, 'successors'>;
  readonly frequencies?: NameFrequencies;
}

export type Verdict = 'same' | 'review' | 'different';

/** Compares field by field; what one of the two does not tell says nothing. */
export function weigh(a: ComparablePerson, b: ComparablePerson, context: WeighingContext = {}): Weighed {
  const fields: FieldWeight[] = [];
  const name = compareNames(a.details.name, b.details.name);
  if (name) {
    const weight = weighNames(name, a.details.name, b.details.name, context.frequencies ?? publishedFrequencies);
    fields.push({ field: 'name', agreement: name, weight });
  }
  const birth = compareBirthDates(a.details.birthDate, b.details.birthDate);
  if (birth) fields.push({ field: 'birth-date', agreement: birth, weight: birthDateWeights[birth] });
  const sex = compareSexes(a, b);
  if (sex) fields.push({ field: 'sex', agreement: sex, weight: sexWeights[sex] });
  const place = comparePlaces(a.details.residence, b.details.residence, context.places);
  if (place) fields.push({ field: 'place', agreement: place, weight: placeWeights[place] });
  const phone = comparePhones(a.details.phone, b.details.phone);
  if (phone) fields.push({ field: 'phone', agreement: phone, weight: phoneWeights[phone] });
  const mother = compareMothers(a.mother, b.mother);
  if (mother) fields.push({ field: 'mother', agreement: mother, weight: motherWeights[mother] });
  const numbers = compareNumbers(numbersOf(a), numbersOf(b));
  for (const { system, agreement, weight } of numbers) fields.push({ field: system, agreement, weight });
  return {
    weight: fields.reduce((sum, field) => sum + field.weight, 0),
    fields,
    contradictions: contradictionsIn(fields, numbers),
  };
}

/**
 * The most that two records can weigh, without looking at their names, which costs the most: what is below the threshold of review
 * even if the names are the same need not be weighed.
 */
export function couldBeOne(
  a: ComparablePerson,
  b: ComparablePerson,
  nameAtMost: number,
  context: WeighingContext = {},
): boolean {
  const birth = compareBirthDates(a.details.birthDate, b.details.birthDate);
  const sex = compareSexes(a, b);
  const place = comparePlaces(a.details.residence, b.details.residence, context.places);
  const phone = comparePhones(a.details.phone, b.details.phone);
  const most =
    nameAtMost +
    (birth ? birthDateWeights[birth] : 0) +
    (sex ? sexWeights[sex] : 0) +
    (place ? placeWeights[place] : 0) +
    (phone ? phoneWeights[phone] : 0) +
    (a.mother && b.mother ? motherWeights['same-number'] : 0);
  if (most >= thresholds.review) return true;
  const numbers =
    a.identifiers.length > 0 && b.identifiers.length > 0 ? compareNumbers(numbersOf(a), numbersOf(b)) : [];
  return most + numbers.reduce((sum, { weight }) => sum + Math.max(0, weight), 0) >= thresholds.review;
}

/** Bits that a person's name can speak for one person at most. */
export const nameBitsOf = (person: ComparablePerson, context: WeighingContext = {}): number =>
  nameBits(nameWords(person.details.name), context.frequencies ?? publishedFrequencies);

/** One person, two, or for a human to say. A contradiction never joins by itself. */
export function judge({ weight, contradictions }: Weighed): Verdict {
  if (weight < thresholds.review) return 'different';
  return weight >= thresholds.same && contradictions.length === 0 ? 'same' : 'review';
}

function compareSexes(a: ComparablePerson, b: ComparablePerson): keyof typeof sexWeights | undefined {
  const [left, right] = [a.details.sex, b.details.sex];
  const told = (sex: string): boolean => sex === 'male' || sex === 'female';
  return told(left) && told(right) ? (left === right ? 'same' : 'different') : undefined;
}

function compareMothers(
  a: ComparableMother | undefined,
  b: ComparableMother | undefined,
): keyof typeof motherWeights | undefined {
  if (!a || !b) return undefined;
  const numbers = compareNumbers(a.identifiers, b.identifiers);
  if (numbers.some(({ agreement }) => agreement === 'same')) return 'same-number';
  const name = a.name !== undefined && b.name !== undefined ? compareNames(a.name, b.name) : undefined;
  if (!name) return undefined;
  return name === 'partly' || name === 'different' ? 'different' : 'same-name';
}

/**
 * Different exclusive numbers, both sexes, two birth dates. Of sex, birth date and name one may be a slip of the pen where an
 * exclusive number is shared: then it alone does not speak against one person.
 */
function contradictionsIn(
  fields: readonly FieldWeight[],
  numbers: readonly NumberAgreement[],
): readonly Contradiction[] {
  const found: Contradiction[] = [];
  const exclusive = numbers.filter(({ system }) => numberWeights[system].exclusive);
  if (exclusive.some(({ agreement }) => agreement !== 'same')) found.push('exclusive-number');
  const says = (field: ComparedField): string | undefined => fields.find((one) => one.field === field)?.agreement;
  const slips = (['sex', 'birth-date', 'name'] as const).filter((field) => says(field) === 'different');
  const shared = exclusive.some(({ agreement }) => agreement === 'same');
  if (!(shared && slips.length === 1)) {
    for (const field of slips) if (field !== 'name') found.push(field);
  }
  // Twins without a name have everything else in common.
  if (says('name') === undefined && !numbers.some(({ agreement }) => agreement === 'same')) found.push('name-unknown');
  return found;
}
