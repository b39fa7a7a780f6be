/**
 * HL7's code systems that the record or required bindings use, and the value sets of these bindings, from data/r4-*.tsv (made of HL7's
 * definitions by scripts/fhir-elements.mjs).
 */
import { readTable } from '../tables.js';
import { byCode, type Concept, once, type ShippedCodeSystem } from './code-system.js';
import type { ShippedValueSet } from './value-set.js';

const conceptsOfAll = once(() => {
  const bySystem = new Map<string, Concept[]>();
  for (const { system = '', code = '', display = '', parent = '' } of readTable('r4-concepts.tsv')) {
    const concept: Concept = { code, en: display, ...(parent !== '' && { parent }) };
    const known = bySystem.get(system);
    if (known) known.push(concept);
    else bySystem.set(system, [concept]);
  }
  return new Map([...bySystem].map(([system, concepts]) => [system, byCode(concepts)]));
});

export const hl7CodeSystems = once((): readonly ShippedCodeSystem[] =>
  readTable('r4-code-systems.tsv').map(({ id = '', url = '', name = '', title = '', version = '' }) => ({
    id,
    url,
    name,
    title,
    version,
    language: 'en',
    complete: true,
    copyright: 'HL7; published with FHIR R4 (CC0).',
    concepts: () => conceptsOfAll().get(id) ?? new Map<string, Concept>(),
  })),
);

export const hl7ValueSets = once((): readonly ShippedValueSet[] => {
  const rows = Map.groupBy(readTable('r4-value-sets.tsv'), (row) => row['id'] ?? '');
  return [...rows].map(([id, includes]) => ({
    id,
    url: includes[0]?.['url'] ?? '',
    name: includes[0]?.['name'] ?? '',
    title: includes[0]?.['title'] ?? '',
    version: includes[0]?.['version'] ?? '',
    includes: includes.map(({ system = '', codes = '' }) => ({
      system,
      ...(codes !== '' && { codes: codes.split(' ') }),
    })),
  }));
});
