/** What can be searched and in which order: one table that drives parsing, SQL and the CapabilityStatement. */
import type { ResourceType } from '@medplum/fhirtypes';
import { searchParametersOf } from '#fhir/search-parameters/search-parameters.js';
import { keptTypes } from '#fhir/kept-types.js';
import { isResourceType } from '#fhir/structure/element-tables.js';
import { allergyIntoleranceDefinition } from './definitions/allergy-intolerance.js';
import { conditionDefinition } from './definitions/condition.js';
import { consentDefinition } from './definitions/consent.js';
import { diagnosticReportDefinition } from './definitions/diagnostic-report.js';
import { documentReferenceDefinition } from './definitions/document-reference.js';
import { encounterDefinition } from './definitions/encounter.js';
import { familyMemberHistoryDefinition } from './definitions/family-member-history.js';
import { immunizationDefinition } from './definitions/immunization.js';
import { locationDefinition } from './definitions/location.js';
import { medicationRequestDefinition } from './definitions/medication-request.js';
import { observationDefinition } from './definitions/observation.js';
import { organizationDefinition } from './definitions/organization.js';
import { patientDefinition } from './definitions/patient.js';
import { procedureDefinition } from './definitions/procedure.js';
import { provenanceDefinition } from './definitions/provenance.js';
import { selfDescribedDefinition } from './definitions/self-described.js';
import { serviceRequestDefinition } from './definitions/service-request.js';
import { taskDefinition } from './definitions/task.js';
import type { TypeDefinition } from './definitions/type-definition.js';

/** Types that have a table of their own, the usual first. */
const listed: readonly TypeDefinition[] = [
  patientDefinition,
  encounterDefinition,
  conditionDefinition,
  observationDefinition,
  medicationRequestDefinition,
  procedureDefinition,
  allergyIntoleranceDefinition,
  familyMemberHistoryDefinition,
  consentDefinition,
  immunizationDefinition,
  serviceRequestDefinition,
  taskDefinition,
  diagnosticReportDefinition,
  organizationDefinition,
  locationDefinition,
  provenanceDefinition,
  documentReferenceDefinition,
];

export const definitions: ReadonlyMap<string, TypeDefinition> = new Map(
  listed.map((definition) => [definition.type, definition]),
);

/** A resource type that may be searched, with every table that holds rows of it. */
export interface SearchedType {
  readonly type: ResourceType;
  readonly sources: readonly [TypeDefinition, ...TypeDefinition[]];
}

const searchedTypes = new Map<string, SearchedType>();

/** `undefined` for what is no resource type of R4. */
export function searchedType(type: string): SearchedType | undefined {
  const known = searchedTypes.get(type);
  if (known) return known;
  if (!isResourceType(type) || searchParametersOf(type).size === 0) return undefined;
  const own = definitions.get(type);
  const made: SearchedType = { type, sources: own ? [own, ...besides(own)] : [selfDescribedDefinition(type)] };
  searchedTypes.set(type, made);
  return made;
}

/** Patients are indexed by what they say, whoever sent them. */
function besides(own: TypeDefinition): readonly TypeDefinition[] {
  return own.type === 'Patient' ? [] : [selfDescribedDefinition(own.type)];
}

/** Every type that is served under its own name: those with tables of their own, and those that are kept as they were sent. */
export const servedTypes: readonly SearchedType[] = [...new Set([...definitions.keys(), ...keptTypes])].flatMap(
  (type) => searchedType(type) ?? [],
);
