/**
 * By which keys records that may be of one person find each other. Each key is selective by itself even for popular names: it
 * joins what is common with a birth date or a commune.
 */
import type { PlaceRegister } from '../../places/place-register.js';
import { type ComparablePerson, numbersOf } from './comparable-person.js';
import { telephone } from './compare-places.js';
import { isProvisionalName, nameWords } from './name-words.js';

export const blockKinds = ['name_year', 'given_day', 'name_place', 'day_place', 'phone', 'mother'] as const;
export type BlockKind = (typeof blockKinds)[number];

/** A hash of 52 bits for every kind that the person has what it takes for. */
export type BlockingKeys = Readonly<Partial<Record<BlockKind, number>>>;

/**
 * - `name_year`: first and last word of the name, birth year; whatever the sex, which may not be known;
 * - `given_day`: all words' first letters and the whole birth date, day and month in any order;
 * - `name_place`: all words of the name in any order, commune;
 * - `day_place`: birth date and commune, whatever the name;
 * - `phone`: the number;
 * - `mother`: her name or strongest number, and the birth date.
 */
export function blockingKeys(person: ComparablePerson, places?: Pick<PlaceRegister, 'successors'>): BlockingKeys {
  const { name, birthDate, phone, residence } = person.details;
  const words = isProvisionalName(name) ? [] : nameWords(name);
  const commune = residence?.communeCode === undefined ? undefined : communeToday(residence.communeCode, places);
  const day = birthDate?.length === 10 ? anyOrder(birthDate) : undefined;
  const outer = [words[0] ?? '', words.at(-1) ?? ''].toSorted().join(' ');
  const number = telephone(phone);
  const mother = motherKey(person);
  return {
    ...(words.length > 0 && birthDate !== undefined && { name_year: hash('n', outer, birthDate.slice(0, 4)) }),
    ...(words.length > 0 && day !== undefined && { given_day: hash('g', initials(words), day) }),
    ...(words.length > 0 && commune !== undefined && { name_place: hash('p', words.toSorted().join(' '), commune) }),
    ...(day !== undefined && commune !== undefined && { day_place: hash('d', day, commune) }),
    ...(number !== undefined && { phone: hash('t', number) }),
    ...(mother !== undefined && birthDate !== undefined && { mother: hash('m', mother, birthDate) }),
  };
}

const initials = (words: readonly string[]): string =>
  words
    .map((word) => word[0] ?? '')
    .toSorted()
    .join('');

const anyOrder = (date: string): string =>
  `${date.slice(0, 4)} ${[date.slice(5, 7), date.slice(8)].toSorted().join(' ')}`;

/** The code under which a commune that went wholly into another is looked for. */
function communeToday(code: string, places: Pick<PlaceRegister, 'successors'> | undefined): string {
  return places?.successors(code).find(({ part }) => part === 'full')?.to ?? code;
}

function motherKey({ mother }: ComparablePerson): string | undefined {
  if (!mother) return undefined;
  if (mother.name !== undefined) return nameWords(mother.name).toSorted().join(' ');
  const [first] = numbersOf({ details: { name: '', sex: 'female' }, identifiers: mother.identifiers });
  return first && `${first.system} ${first.value}`;
}

/** FNV-1a over UTF-16 units, two lanes of 26 bits: fits a number exactly, and an index holds it in eight bytes. */
function hash(...parts: readonly string[]): number {
  const text = parts.join('\u0000');
  let low = 0x811c9dc5;
  let high = 0x9747b28c;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x5bd1e995) ^ (high >>> 15);
  }
  return (high >>> 6) * 0x4000000 + (low >>> 6);
}
