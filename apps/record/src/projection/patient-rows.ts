import type { Resource } from '@medplum/fhirtypes';
import { foldName } from '#domain/residents/names.js';
import type { ResidentDocument } from '#fhir/documents.js';
import { text } from '#fhir/elements.js';
import { elementsAt } from '#fhir/search-parameters/elements-at.js';
import { searchParametersOf } from '#fhir/search-parameters/search-parameters.js';
import { identifierToken } from '#fhir/residents/patient.js';
import { residentIdentifierSystems } from '#fhir/systems.js';
import { beginningsOf, digitsOf, referenceOf, spansOf, tokensOf } from '../search/matching/element-values.js';
import type { AddRow } from './index-rows.js';
import { type Span, spanOf } from './seconds.js';

/** A beginning of a name: of its family name 0, of a given name 1, of anything else -1. */
export interface NameRow {
  readonly text: string;
  readonly position: -1 | 0 | 1;
}

/** Under which system numbers to call stand among the identifiers of a person. */
export const phoneSystem = 'tel:';

interface PatientRows {
  readonly gender: string | undefined;
  readonly birth: Span | undefined;
  /** Code of the facility. */
  readonly organization: string;
  readonly names: readonly NameRow[];
  readonly identifiers: readonly (readonly [system: string, value: string])[];
}

/** @param overlaid the Patient, where it says other than the document: persons are indexed by what they say */
export function addPatientRows(
  document: ResidentDocument,
  overlaid: Resource | undefined,
  number: number,
  add: AddRow,
): void {
  const rows = overlaid ? rowsOfPatient(overlaid) : rowsOfContent(document);
  add('patient_entry', [
    number,
    rows.gender ?? '',
    rows.birth?.starts ?? null,
    rows.birth?.ends ?? null,
    rows.organization,
  ]);
  for (const { text: beginning, position } of rows.names) add('patient_name', [number, beginning, position]);
  for (const [system, value] of rows.identifiers) add('patient_identifier', [number, system, value]);
}

function rowsOfContent(document: ResidentDocument): PatientRows {
  const { details, registeredBy } = document;
  return {
    gender: details.sex,
    birth: details.birthDate === undefined ? undefined : spanOf(details.birthDate),
    organization: registeredBy,
    names: nameRotations(details.name),
    identifiers: distinct([
      ...document.identifiers.map((one) => {
        const { system, value } = identifierToken(one);
        return [system, text(value)] as const;
      }),
      ...document.cards.map(({ number }) => [residentIdentifierSystems['insurance-number'], text(number)] as const),
      [phoneSystem, details.phone === undefined ? undefined : digitsOf(text(details.phone) ?? '')] as const,
    ]),
  };
}

function rowsOfPatient(patient: Resource): PatientRows {
  const at = (name: string) => elementsAt(patient, searchParametersOf('Patient').get(name)?.paths ?? []);
  const [organization] = at('organization').map(referenceOf);
  const beginnings = (name: string): ReadonlySet<string> => new Set(at(name).flatMap(beginningsOf));
  const family = [...beginnings('family')];
  const given = [...beginnings('given')];
  const positionsOf = (words: string): readonly NameRow['position'][] => {
    const begins = (one: string): boolean => words.startsWith(one);
    const found = [...(family.some(begins) ? [0 as const] : []), ...(given.some(begins) ? [1 as const] : [])];
    return found.length > 0 ? found : [-1];
  };
  return {
    gender: at('gender').flatMap(tokensOf)[0]?.code,
    birth: at('birthdate').flatMap(spansOf)[0],
    organization: organization?.type === 'Organization' ? (organization.id ?? '') : '',
    names: [...beginnings('name')].flatMap((words) =>
      positionsOf(words).map((position) => ({ text: words, position })),
    ),
    identifiers: distinct([
      ...at('identifier')
        .flatMap(tokensOf)
        .map(({ system = '', code }) => [system, code] as const),
      ...at('phone')
        .flatMap(tokensOf)
        .map(({ code }) => [phoneSystem, code] as const),
    ]),
  };
}

/** `chau van binh`, `van binh chau`, `binh chau van`: the folded name, begun at each of its words. */
export function nameRotations(name: string): readonly NameRow[] {
  const words = foldName(name)
    .split(' ')
    .filter((word) => word !== '');
  return words.map((_, index) => ({
    text: [...words.slice(index), ...words.slice(0, index)].join(' '),
    // A name of one word is a given name: see personName.
    position: index === 0 && words.length > 1 ? 0 : 1,
  }));
}

function distinct(pairs: readonly (readonly [string, string | undefined])[]): readonly (readonly [string, string])[] {
  const found = new Map<string, readonly [string, string]>();
  for (const [system, value] of pairs)
    if (value !== undefined && value !== '') found.set(`${system}|${value}`, [system, value]);
  return [...found.values()];
}
