/** Compartments of R4, from data/r4-compartments.tsv (made of HL7's definitions by scripts/fhir-elements.mjs). */
import { readTable } from '../tables.js';

export type CompartmentType = 'Patient' | 'Encounter';

const parameters = new Map(
  readTable('r4-compartments.tsv').map((row) => [
    `${row['compartment']} ${row['type']}`,
    (row['parameters'] ?? '').split(' '),
  ]),
);

/**
 * Names of the search parameters of a resource type by one of which a resource refers to the one whose compartment it is in; `{def}`
 * where a resource is in its own. None where R4 puts the type in no such compartment.
 */
export const compartmentParameters = (compartment: CompartmentType, type: string): readonly string[] =>
  parameters.get(`${compartment} ${type}`) ?? [];
