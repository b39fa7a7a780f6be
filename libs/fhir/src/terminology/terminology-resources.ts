/** Shipped code systems and value sets as FHIR resources. */
import type { CodeSystem, CodeSystemConcept, CodeSystemProperty, ValueSet } from '@medplum/fhirtypes';
import { given } from '../elements.js';
import { type Concept, displayOf, type ShippedCodeSystem } from './code-system.js';
import type { ShippedValueSet } from './value-set.js';

/** Concepts that stand in one another are nested, as FHIR has it. Names in other languages are told by `$lookup` and `$expand`. */
export function codeSystemResource(system: ShippedCodeSystem): CodeSystem {
  const { id, url, version, name, title, complete, copyright, properties = [], concepts } = system;
  const known = concepts();
  const all = [...known.values()];
  const narrower = Map.groupBy(all, ({ parent = '' }) => (known.has(parent) ? parent : ''));
  const nested = (concept: Concept): CodeSystemConcept =>
    given<CodeSystemConcept>({
      code: concept.code,
      display: displayOf(concept, system),
      property: concept.properties?.map(propertyValue),
      concept: narrower.get(concept.code)?.map(nested),
    });
  const hierarchical = all.some(({ parent }) => parent !== undefined);
  return given<CodeSystem>({
    resourceType: 'CodeSystem',
    id,
    url,
    version,
    name: machineName(name),
    title,
    status: 'active',
    experimental: false,
    copyright,
    caseSensitive: true,
    hierarchyMeaning: hierarchical ? 'is-a' : undefined,
    content: complete ? 'complete' : 'fragment',
    count: complete ? all.length : undefined,
    property: properties.map(({ code, type }): CodeSystemProperty => ({
      code,
      type: type === 'date' ? 'dateTime' : type,
    })),
    concept: (narrower.get('') ?? []).map(nested),
  });
}

export function valueSetResource({ id, url, version, name, title, includes }: ShippedValueSet): ValueSet {
  return {
    resourceType: 'ValueSet',
    id,
    url,
    version,
    name: machineName(name),
    title,
    status: 'active',
    experimental: false,
    compose: {
      include: includes.map(({ system, codes }) => ({
        system,
        ...(codes && { concept: codes.map((code) => ({ code })) }),
      })),
    },
  };
}

function propertyValue({ code, value, kind }: NonNullable<Concept['properties']>[number]) {
  return {
    code,
    ...(kind === 'code' ? { valueCode: value } : kind === 'date' ? { valueDateTime: value } : { valueString: value }),
  };
}

/** Invariant csd-0: begins with a capital, letters, digits and underscores alone. */
function machineName(name: string): string {
  const letters = name.replace(/[^A-Za-z0-9_]+/g, '');
  return letters.charAt(0).toUpperCase() + letters.slice(1);
}
