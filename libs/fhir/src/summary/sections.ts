/** Sections of an International Patient Summary (HL7 IPS 2.0), and which resources of a record belong in each. */
import type { CodeableConcept, Condition, Observation, Resource } from '@medplum/fhirtypes';
import type { Bilingual } from '#domain/bilingual.js';
import { isChronicDisease } from '#domain/indicators/clinical-definitions.js';
import { icd10Systems } from '../reading/read-condition.js';
import { referralCode } from '../referrals/referral.js';
import { dayOfResource, epochOfResource, matterKey } from './summary-entries.js';

export interface SummarySection {
  /** LOINC. */
  readonly code: string;
  readonly display: string;
  readonly title: Bilingual;
  /** Given even where there is nothing to tell. */
  readonly required?: true;
  /** Entries of one key are told by the newest of them. */
  readonly key: (resource: Resource) => string;
  /** @param at the moment of the summary, in milliseconds since 1970 */
  readonly holds: (resource: Resource, at: number) => boolean;
  /** Says that there is none, where somebody has asked. */
  readonly denies?: (resource: Resource) => boolean;
}

const dayMs = 86_400_000;
/** A diagnosis that is no chronic disease is a problem for so long. */
const problemDays = 90;
/** Medicines are dispensed for a month or three; what was not given for a year is not taken. */
const medicationDays = 365;

export const summarySections: readonly SummarySection[] = [
  {
    code: '48765-2',
    display: 'Allergies and adverse reactions Document',
    title: { vi: 'Dị ứng và phản ứng có hại', en: 'Allergies and intolerances' },
    required: true,
    key: matterKey,
    holds: (one) =>
      one.resourceType === 'AllergyIntolerance' && isTrue(one.verificationStatus) && isActive(one.clinicalStatus),
    denies: (one) => one.resourceType === 'AllergyIntolerance' && has(one.verificationStatus, 'refuted'),
  },
  {
    code: '10160-0',
    display: 'History of Medication use Narrative',
    title: { vi: 'Thuốc đã và đang dùng', en: 'Medication summary' },
    required: true,
    key: matterKey,
    holds: (one, at) =>
      (one.resourceType === 'MedicationRequest' || one.resourceType === 'MedicationStatement') &&
      !['entered-in-error', 'cancelled', 'not-taken', 'draft'].includes(one.status ?? '') &&
      isWithin(one, at, medicationDays),
  },
  {
    code: '11450-4',
    display: 'Problem list - Reported',
    title: { vi: 'Vấn đề sức khỏe', en: 'Problems' },
    required: true,
    key: matterKey,
    holds: (one, at) => one.resourceType === 'Condition' && isTrue(one.verificationStatus) && isProblem(one, at),
    denies: (one) => one.resourceType === 'Condition' && has(one.verificationStatus, 'refuted'),
  },
  {
    code: '11348-0',
    display: 'History of Past illness note',
    title: { vi: 'Bệnh đã mắc', en: 'Past problems' },
    key: matterKey,
    holds: (one, at) => one.resourceType === 'Condition' && isTrue(one.verificationStatus) && !isProblem(one, at),
  },
  {
    code: '11369-6',
    display: 'History of Immunization note',
    title: { vi: 'Tiêm chủng', en: 'Immunizations' },
    key: ({ id }) => id ?? '',
    holds: (one) => one.resourceType === 'Immunization' && one.status === 'completed',
  },
  {
    code: '8716-3',
    display: 'Vital signs note',
    title: { vi: 'Dấu hiệu sinh tồn', en: 'Vital signs' },
    key: matterKey,
    holds: (one) => isObserved(one, 'vital-signs'),
  },
  {
    code: '30954-2',
    display: 'Relevant diagnostic tests/laboratory data note',
    title: { vi: 'Kết quả cận lâm sàng', en: 'Results' },
    key: matterKey,
    holds: (one) => isObserved(one, 'laboratory') || isObserved(one, 'imaging'),
  },
  {
    code: '47519-4',
    display: 'History of Procedures Document',
    title: { vi: 'Thủ thuật, phẫu thuật, dịch vụ kỹ thuật', en: 'History of procedures' },
    key: matterKey,
    holds: (one) =>
      one.resourceType === 'Procedure' &&
      (one.status === 'completed' || one.status === 'in-progress') &&
      dayOfResource(one) !== undefined,
  },
  {
    code: '18776-5',
    display: 'Plan of care note',
    title: { vi: 'Kế hoạch chăm sóc', en: 'Plan of care' },
    key: ({ resourceType, id }) => `${resourceType}/${id}`,
    holds: (one) =>
      one.resourceType === 'ImmunizationRecommendation' || (one.resourceType === 'CarePlan' && one.status === 'active'),
  },
  {
    // Plan of care of IPS takes no ServiceRequest.
    code: '57133-1',
    display: 'Referral note',
    title: { vi: 'Chuyển tuyến chưa kết thúc', en: 'Open referrals' },
    key: ({ id }) => id ?? '',
    holds: (one) =>
      one.resourceType === 'ServiceRequest' &&
      (one.status === 'active' || one.status === 'on-hold') &&
      (one.category ?? []).some((category) => has(category, referralCode.code)),
  },
  {
    code: '29762-2',
    display: 'Social history note',
    title: { vi: 'Lối sống, yếu tố nguy cơ', en: 'Social history' },
    key: matterKey,
    holds: (one) => isObserved(one, 'social-history'),
  },
];

/** Resource types that some section may hold. */
export const summarizedTypes: ReadonlySet<string> = new Set([
  'AllergyIntolerance',
  'MedicationRequest',
  'MedicationStatement',
  'Condition',
  'Immunization',
  'Observation',
  'Procedure',
  'ImmunizationRecommendation',
  'CarePlan',
  'ServiceRequest',
]);

const has = (concept: CodeableConcept | undefined, ...codes: readonly string[]): boolean =>
  concept?.coding?.some(({ code }) => code !== undefined && codes.includes(code)) === true;

const isTrue = (verification: CodeableConcept | undefined): boolean =>
  !has(verification, 'refuted', 'entered-in-error');
const isActive = (clinical: CodeableConcept | undefined): boolean =>
  !has(clinical, 'inactive', 'resolved', 'remission');

/** Told as a problem, chronic, or of late. */
function isProblem(condition: Condition, at: number): boolean {
  if (!isActive(condition.clinicalStatus) || condition.abatementDateTime !== undefined) return false;
  const told = condition.category?.some((category) => has(category, 'problem-list-item')) === true;
  const chronic = condition.code?.coding?.some(
    ({ system, code }) => code !== undefined && icd10Systems.includes(system ?? '') && isChronicDisease(code),
  );
  return told || chronic === true || isWithin(condition, at, problemDays);
}

/** IPS wants to know when, and by whom, a result was found. */
function isObserved(resource: Resource, category: string): resource is Observation {
  if (resource.resourceType !== 'Observation') return false;
  const { category: categories = [], status, performer = [] } = resource;
  return (
    categories.some((one) => has(one, category)) &&
    ['final', 'amended', 'corrected', 'preliminary'].includes(status) &&
    dayOfResource(resource) !== undefined &&
    (performer.length > 0 || category === 'social-history') &&
    (resource.component !== undefined || Object.keys(resource).some((name) => name.startsWith('value')))
  );
}

const isWithin = (resource: Resource, at: number, days: number): boolean =>
  epochOfResource(resource) > at - days * dayMs;
