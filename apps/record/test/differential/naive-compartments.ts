/** Compartments by HL7's own definitions of them (npm `hl7.fhir.r4.examples`). */
import { createRequire } from 'node:module';
import type { CompartmentDefinition, Resource } from '@medplum/fhirtypes';
import type { NaiveSearch } from './naive-search.js';

const read = createRequire(import.meta.url);

const parametersOf = (name: string): ReadonlyMap<string, readonly string[]> => {
  const { resource = [] } = read(`hl7.fhir.r4.examples/CompartmentDefinition-${name}.json`) as CompartmentDefinition;
  return new Map(resource.flatMap(({ code, param }) => (code && param ? [[code, param]] : [])));
};

export const compartments = { Patient: parametersOf('patient'), Encounter: parametersOf('encounter') } as const;

/** Whether a resource of the compartment's types refers to the one whose compartment it is, or is that one. */
export function isWithin(
  naive: NaiveSearch,
  resource: Resource,
  compartment: { readonly type: keyof typeof compartments; readonly id: string },
): boolean {
  const name = `${compartment.type}/${compartment.id}`;
  if (`${resource.resourceType}/${resource.id}` === name) return true;
  const parameters = compartments[compartment.type].get(resource.resourceType) ?? [];
  return parameters.some((key) => key !== '{def}' && naive.fits(resource, { key, value: name }));
}
