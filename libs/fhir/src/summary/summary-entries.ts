/** What a resource of a summary is about, when, and whether it says the same as another. */
import type { CodeableConcept, Resource } from '@medplum/fhirtypes';
import { foldName } from '#domain/residents/names.js';

/** The concept that says what is told of. */
export function subjectMatter(resource: Resource): CodeableConcept | undefined {
  switch (resource.resourceType) {
    case 'Condition':
    case 'AllergyIntolerance':
    case 'Observation':
    case 'Procedure':
    case 'ServiceRequest':
      return resource.code;
    case 'MedicationRequest':
    case 'MedicationStatement':
      return resource.medicationCodeableConcept ?? named(resource.medicationReference?.display);
    case 'Immunization':
      return resource.vaccineCode;
    case 'CarePlan':
      return named(resource.title) ?? resource.category?.[0];
    case 'ImmunizationRecommendation':
      return resource.recommendation[0]?.vaccineCode?.[0] ?? resource.recommendation[0]?.targetDisease;
    default:
      return undefined;
  }
}

const named = (text: string | undefined): CodeableConcept | undefined => (text === undefined ? undefined : { text });

/** When it was, as FHIR date or dateTime; `undefined` where nobody says. */
export function dayOfResource(resource: Resource): string | undefined {
  switch (resource.resourceType) {
    case 'Condition':
      return resource.onsetDateTime ?? resource.onsetPeriod?.start ?? resource.recordedDate;
    case 'AllergyIntolerance':
      return resource.onsetDateTime ?? resource.recordedDate;
    case 'Observation':
      return resource.effectiveDateTime ?? resource.effectivePeriod?.start ?? resource.effectiveInstant;
    case 'Procedure':
      return resource.performedDateTime ?? resource.performedPeriod?.start;
    case 'MedicationRequest':
      return resource.authoredOn;
    case 'MedicationStatement':
      return resource.effectiveDateTime ?? resource.effectivePeriod?.start ?? resource.dateAsserted;
    case 'Immunization':
      return resource.occurrenceDateTime;
    case 'ServiceRequest':
      return resource.authoredOn ?? resource.occurrenceDateTime;
    case 'CarePlan':
      return resource.period?.start ?? resource.created;
    case 'ImmunizationRecommendation':
      return resource.date;
    default:
      return undefined;
  }
}

/** {@link dayOfResource} in milliseconds since 1970; 0 where nobody says. */
export const epochOfResource = (resource: Resource): number => Date.parse(dayOfResource(resource) ?? '') || 0;

/** The same for resources that tell of one thing: by its code, or by its words where it has none. */
export function matterKey(resource: Resource): string {
  const { coding = [], text = '' } = subjectMatter(resource) ?? {};
  const coded = coding.find(({ code }) => code !== undefined);
  // A kind of history (1: heart) says less than the name beside it.
  const words = foldName(coded?.display ?? text);
  return coded
    ? `${coded.system}|${coded.code}${isKind(coded.system) ? `|${words}` : ''}`
    : `${resource.resourceType}|${words || resource.id}`;
}

const isKind = (system: string | undefined): boolean => system?.includes(':qd831-') === true;
