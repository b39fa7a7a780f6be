import type { ComparablePerson } from '#domain/residents/matching/comparable-person.js';
import type { RegisteredResident } from '#domain/residents/resident.js';
import type { ObservedPerson } from '#station-formats/station-message.js';

/** What of a person's details is compared, and nothing else. */
export function comparedDetails({
  name,
  sex,
  birthDate,
  phone,
  residence,
}: ComparablePerson['details']): ComparablePerson['details'] {
  const { provinceCode, communeCode } = residence ?? {};
  return {
    name,
    sex,
    ...(birthDate !== undefined && { birthDate }),
    ...(phone !== undefined && { phone }),
    ...((provinceCode !== undefined || communeCode !== undefined) && {
      residence: {
        ...(provinceCode !== undefined && { provinceCode }),
        ...(communeCode !== undefined && { communeCode }),
      },
    }),
  };
}

/** A record or an observation, to be weighed. */
export function comparable({
  details,
  identifiers,
  cards,
  mother,
}: Pick<RegisteredResident | ObservedPerson, 'details' | 'identifiers' | 'cards' | 'mother'>): ComparablePerson {
  return { details, identifiers, cards, ...(mother && { mother }) };
}
