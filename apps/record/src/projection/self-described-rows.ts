/** Index rows of resources that are searched by what they say themselves, made from R4's search parameters. */
import { foldName } from '#domain/residents/names.js';
import { elementsAt } from '#fhir/search-parameters/elements-at.js';
import { searchParametersOf } from '#fhir/search-parameters/search-parameters.js';
import { beginningsOf, spansOf, tokensOf } from '../search/matching/element-values.js';
import type { AddRow } from './index-rows.js';
import { undated } from './seconds.js';

/** Parameters by whose values such resources are found; what else is asked of them, they are asked one by one. */
export const keptIndexed = ['identifier', 'code', 'vaccine-code', 'name', 'family', 'given', 'url'] as const;

/** Longest text of the index; what is longer is found by its beginning. */
export const longestIndexed = 64;

/** The date by which resources of a type are ordered, as in the table of their type. */
const dateParameters: Readonly<Record<string, string>> = {
  Encounter: 'date',
  Condition: 'recorded-date',
  Observation: 'date',
  MedicationRequest: 'authoredon',
  Procedure: 'date',
  AllergyIntolerance: 'date',
  FamilyMemberHistory: 'date',
  Immunization: 'date',
  ServiceRequest: 'authored',
  Task: 'authored-on',
  DiagnosticReport: 'date',
};

export const dateParameterOf = (type: string): string | undefined =>
  Object.hasOwn(dateParameters, type) ? dateParameters[type] : undefined;

/** @param resident number of the resident; null for what is about nobody */
export function addSelfDescribed(
  type: string,
  resource: unknown,
  number: number,
  part: string,
  resident: number | null,
  add: AddRow,
): void {
  const parameters = searchParametersOf(type);
  const date = dateParameterOf(type);
  const [span] = date === undefined ? [] : elementsAt(resource, parameters.get(date)?.paths ?? []).flatMap(spansOf);
  add('kept_entry', [number, part, resident, type, span?.starts ?? undated, span?.ends ?? undated]);
  for (const name of keptIndexed) {
    const parameter = parameters.get(name);
    if (!parameter) continue;
    const elements = elementsAt(resource, parameter.paths);
    const values =
      parameter.kind === 'token'
        ? elements.flatMap(tokensOf).flatMap(({ code }) => code ?? [])
        : parameter.kind === 'string'
          ? elements.flatMap(beginningsOf)
          : elements.flatMap(({ value }) => (typeof value === 'string' ? value : []));
    for (const value of new Set(values.map((one) => one.slice(0, longestIndexed))))
      add('kept_value', [number, part, type, name, value]);
  }
}

/** As {@link addSelfDescribed} keeps it. */
export const indexedWords = (words: string): string => foldName(words).slice(0, longestIndexed);
