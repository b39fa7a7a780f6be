/**
 * Who is who. A number alone proves nothing: numbers are mistyped, reissued and borrowed, so whoever is found by one must
 * also look like the person in the message; and people without numbers are found by name, birth date, sex and commune.
 */
import type { Sex } from '../codes.js';
import { foldName, namesAgree } from './names.js';
import type { IdentifierSystem, ResidentDetails, ResidentIdentifier } from './resident-content.js';

/** Systems in the order in which they are trusted. */
export const identifierStrength: readonly IdentifierSystem[] = [
  'national-id',
  'insurance-number',
  'citizen-id',
  'passport',
  'facility-patient-number',
];

/** Numbers of which one person has one at a time: two different ones speak against two records being one person. */
const exclusiveSystems: readonly IdentifierSystem[] = ['national-id', 'insurance-number'];

export interface KnownPerson {
  readonly details: ResidentDetails;
  readonly identifiers: readonly ResidentIdentifier[];
}

/** A record found by a shared number is somebody else when at least two of name, birth date and sex disagree. */
export function contradicts(known: ResidentDetails, observed: ResidentDetails): boolean {
  const disagreements = [
    !namesAgree(known.name, observed.name),
    !birthDatesAgree(known.birthDate, observed.birthDate),
    !sexesAgree(known.sex, observed.sex),
  ];
  return disagreements.filter(Boolean).length >= 2;
}

/** Whether a record found by name, birth date, sex and commune alone may be the same person: no exclusive number differs. */
export function mayBeSamePerson(known: KnownPerson, observed: KnownPerson): boolean {
  return exclusiveSystems.every((system) => {
    const knownValues = valuesOf(known.identifiers, system);
    const observedValues = valuesOf(observed.identifiers, system);
    return (
      knownValues.length === 0 ||
      observedValues.length === 0 ||
      observedValues.some((value) => knownValues.includes(value))
    );
  });
}

/**
 * What stands for a person without numbers: folded name, birth date as far as it is known (of many old people only the year
 * is), sex and commune of residence. `undefined` when one of them is missing: less than that would join strangers.
 */
export function demographicKey(details: ResidentDetails): string | undefined {
  const commune = details.residence?.communeCode;
  if (details.birthDate === undefined || commune === undefined || details.sex === 'unknown') return undefined;
  return [foldName(details.name), details.birthDate, details.sex, commune].join('|');
}

export function sortByStrength(identifiers: readonly ResidentIdentifier[]): readonly ResidentIdentifier[] {
  return identifiers.toSorted((a, b) => identifierStrength.indexOf(a.system) - identifierStrength.indexOf(b.system));
}

function birthDatesAgree(a: string | undefined, b: string | undefined): boolean {
  return a === undefined || b === undefined || a.startsWith(b) || b.startsWith(a);
}

function sexesAgree(a: Sex, b: Sex): boolean {
  return a === b || a === 'unknown' || b === 'unknown';
}

function valuesOf(identifiers: readonly ResidentIdentifier[], system: IdentifierSystem): readonly string[] {
  return identifiers.filter((identifier) => identifier.system === system).map((identifier) => identifier.value);
}
