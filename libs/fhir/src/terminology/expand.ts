import type { ValueSet, ValueSetExpansionContains } from '@medplum/fhirtypes';
import { foldName } from '#domain/residents/names.js';
import { type Concept, displayOf, type Language } from './code-system.js';
import type { MemberConcept, Terminology } from './terminology.js';
import { valueSetResource } from './terminology-resources.js';
import type { ShippedValueSet } from './value-set.js';

export interface ExpansionRequest {
  /** Words, or beginnings of words, of a display; case and diacritics aside. Or the beginning of a code. */
  readonly filter?: string;
  readonly offset: number;
  readonly count: number;
  readonly designations: boolean;
  readonly language?: Language;
}

/**
 * A value set with its expansion.
 * @param at when, and under which id
 */
export function expanded(
  terminology: Terminology,
  set: ShippedValueSet,
  { filter, offset, count, designations, language }: ExpansionRequest,
  at: { readonly timestamp: string; readonly identifier: string },
): ValueSet {
  const found = [...terminology.members(set)].filter(filterOf(filter));
  const page = found.slice(offset, offset + count);
  const parameters = [
    ...(filter === undefined ? [] : [{ name: 'filter', valueString: filter }]),
    ...(language === undefined ? [] : [{ name: 'displayLanguage', valueCode: language }]),
    ...usedVersions(found),
  ];
  const contains = page.map((one) => containsOf(one, designations, language));
  return {
    ...valueSetResource(set),
    expansion: {
      ...at,
      total: found.length,
      offset,
      ...(parameters.length > 0 && { parameter: parameters }),
      ...(contains.length > 0 && { contains }),
    },
  };
}

function usedVersions(members: readonly MemberConcept[]): { readonly name: string; readonly valueUri: string }[] {
  const systems = new Set(members.map(({ system }) => system));
  return [...systems].map(({ url, version }) => ({ name: 'version', valueUri: `${url}|${version}` }));
}

function containsOf(
  { system, concept }: MemberConcept,
  designations: boolean,
  language?: Language,
): ValueSetExpansionContains {
  const designation = (['vi', 'en'] as const).flatMap((one) => {
    const value = concept[one];
    return value === undefined ? [] : [{ language: one, value }];
  });
  return {
    system: system.url,
    code: concept.code,
    display: displayOf(concept, system, language),
    ...(designations && designation.length > 0 && { designation }),
  };
}

function filterOf(filter: string | undefined): (member: MemberConcept) => boolean {
  const words = foldName(filter ?? '')
    .split(' ')
    .filter(Boolean);
  const start = filter?.trim().toLowerCase() ?? '';
  if (start === '') return () => true;
  return ({ concept }) => concept.code.toLowerCase().startsWith(start) || (words.length > 0 && saysAll(concept, words));
}

/** Whether one of a concept's names has a word that begins with each. */
function saysAll({ vi, en, also = [] }: Concept, words: readonly string[]): boolean {
  return [vi, en, ...also].some((name) => {
    if (name === undefined) return false;
    const folded = ` ${foldName(name)}`;
    return words.every((word) => folded.includes(` ${word}`));
  });
}
