/** Search index of a document: one row per resource it becomes. Written by hand from the document; a test holds it to the FHIR made of it. */
import type { Coding } from '@medplum/fhirtypes';
import { foldName } from '#domain/residents/names.js';
import type {
  ImmunizationDocument,
  RecordDocument,
  ReferralDocument,
  ResidentDocument,
  ScreeningDocument,
  VisitDocument,
} from '#fhir/documents.js';
import { code, text } from '#fhir/elements.js';
import { type EncounterContent, encounterContent, observationCategories } from '#fhir/encounters/encounter-content.js';
import { vaccineCodings } from '#fhir/immunizations/immunization-of.js';
import { authoredOn, lastModified, referralStatuses } from '#fhir/referrals/referral-content.js';
import { allergyCategories, conditionClinicalStatus } from '#fhir/residents/history.js';
import { identifierToken } from '#fhir/residents/patient.js';
import { keptPart } from '#fhir/resource-ids.js';
import { historyContent, tobaccoStatus } from '#fhir/residents/history-content.js';
import { unnamed } from '#fhir/reading/sent-content.js';
import { resourcesOf } from '#fhir/translation.js';
import type { KeptObject } from '#domain/kept-resources/kept-content.js';
import { codeSystems, residentIdentifierSystems } from '#fhir/systems.js';
import type { SqlValue } from '#projections/projection.js';
import type { DocumentBesides } from './told-besides.js';
import { indexKept, isIcd10, keptCode, keptCodings } from './kept-rows.js';
import type { EntryTableName } from './schema.js';
import { endless, type Span, spanOf } from './seconds.js';

/** Columns in the order of the table. */
export type IndexRow = readonly SqlValue[];

export type AddRow = (table: EntryTableName, row: IndexRow) => void;

const keptTables: readonly EntryTableName[] = [
  'kept_entry',
  'kept_identifier',
  'condition_entry',
  'observation_entry',
  'medication_request_entry',
  'procedure_entry',
  'diagnostic_report_entry',
  'allergy_intolerance_entry',
];

/** Tables that hold rows of each kind of document. */
export const tablesOf: Readonly<Record<RecordDocument['kind'], readonly EntryTableName[]>> = {
  resident: [
    'patient_entry',
    'patient_name',
    'patient_identifier',
    'condition_entry',
    'allergy_intolerance_entry',
    'observation_entry',
    'family_member_history_entry',
  ],
  visit: ['encounter_entry', ...keptTables],
  resource: keptTables,
  screening: ['encounter_entry', 'condition_entry', 'observation_entry'],
  immunization: ['immunization_entry'],
  referral: ['referral_entry'],
  facility: ['organization_entry'],
  programme: ['kept_entry', 'kept_identifier'],
  practitioner: ['kept_entry', 'kept_identifier'],
};

/** Stays longer than this are found by the end they have, others by their start: see the date search of encounters. */
export const longStaySeconds = 86_400;

export function indexRows(document: RecordDocument, number: number, resident: number, add: AddRow): void {
  switch (document.kind) {
    case 'resident':
      indexResident(document, number, resident, add);
      return;
    case 'visit':
    case 'screening':
      indexEncounter(document, number, resident, add);
      return;
    case 'immunization':
      indexImmunization(document, number, resident, add);
      return;
    case 'referral':
      indexReferral(document, number, resident, add);
      return;
    case 'resource':
      indexKept(document.kept, number, '', document.resident === undefined ? null : resident, add);
      return;
    case 'facility':
      add('organization_entry', [
        number,
        document.facility.code,
        foldName(text(document.facility.name) ?? document.facility.code),
        document.closedOn === undefined ? 'true' : 'false',
      ]);
      return;
    case 'programme':
    case 'practitioner':
      indexBesides(document, number, document.kind === 'programme' ? resident : null, add);
      return;
    default:
      document satisfies never;
  }
}

/** What is told besides is searched by what its resources say. */
function indexBesides(document: DocumentBesides, number: number, resident: number | null, add: AddRow): void {
  const version = { id: '', version: 1, lastUpdated: '' };
  for (const { resourceType, id, ...rest } of resourcesOf(document, version, unnamed)) {
    const resource = { resourceType, ...rest } as unknown as KeptObject;
    indexKept({ key: '', type: resourceType, resource }, number, (id ?? '').slice(1), resident, add);
  }
}

function indexEncounter(
  document: VisitDocument | ScreeningDocument,
  number: number,
  resident: number,
  add: AddRow,
): void {
  const content = encounterContent(document);
  const began = spanOf(content.start);
  /** Most parts have the time of the visit. */
  const spanAt = (at: string): Span => (at === content.start ? began : spanOf(at));
  const { starts, ends } = encounterSpan(content, began);
  add('encounter_entry', [
    number,
    resident,
    starts,
    ends,
    ends - starts > longStaySeconds ? ends : null,
    content.class,
    code(content.careType) ?? null,
    content.status,
    content.facility,
    document.kind === 'visit' ? document.visit.episode : null,
  ]);
  for (const { part, coding, role, kept } of content.conditions) {
    const verification = role === 'finding' ? 'provisional' : 'confirmed';
    add('condition_entry', [
      number,
      part,
      resident,
      began.starts,
      began.ends,
      ...token(keptCodings(kept)?.find(isIcd10) ?? coding),
      'encounter-diagnosis',
      keptCode(kept, 'clinicalStatus') ?? 'active',
      keptCode(kept, 'verificationStatus') ?? verification,
    ]);
  }
  for (const part of content.observations) {
    const [first, second] = keptCodings(part.kept) ?? part.codings;
    const at = spanAt(part.at);
    add('observation_entry', [
      number,
      part.part,
      resident,
      at.starts,
      at.ends,
      ...token(first),
      ...token(second),
      observationCategories[part.kind],
    ]);
  }
  for (const { part, line, at } of content.medications) {
    const span = spanAt(at);
    add('medication_request_entry', [
      number,
      part,
      resident,
      span.starts,
      span.ends,
      ...(line.code === ''
        ? token(keptCodings(line.kept, 'medicationCodeableConcept')?.[0])
        : ownCode(codeSystems.drug, line.code)),
    ]);
  }
  for (const { part, line, at } of content.procedures) {
    const span = spanAt(at);
    add('procedure_entry', [
      number,
      part,
      resident,
      span.starts,
      span.ends,
      ...(line.code === '' ? token(keptCodings(line.kept)?.[0]) : ownCode(codeSystems.service, line.code)),
    ]);
  }
  for (const { part, service, section, at, kept } of content.reports) {
    const span = spanAt(at);
    add('diagnostic_report_entry', [
      number,
      part,
      resident,
      span.starts,
      span.ends,
      ...(keptCodings(kept) ? token(keptCodings(kept)?.[0]) : ownCode(codeSystems.service, service ?? '')),
      section,
    ]);
  }
  const kept = document.kind === 'visit' ? document.visit.keptResources : undefined;
  for (const one of kept ?? []) indexKept(one, number, keptPart(one.key), resident, add);
}

/** A period without an end has none, in FHIR's reading. */
function encounterSpan({ end }: EncounterContent, began: Span): Span {
  return { starts: began.starts, ends: end === undefined ? endless : spanOf(end).ends };
}

function indexImmunization(document: ImmunizationDocument, number: number, resident: number, add: AddRow): void {
  const { immunization } = document;
  const { starts, ends } = spanOf(immunization.givenOn);
  const [first, second] = vaccineCodings(immunization);
  add('immunization_entry', [
    number,
    resident,
    starts,
    ends,
    ...token(first),
    ...token(second),
    immunization.immunization,
    immunization.facility,
  ]);
}

function indexReferral(document: ReferralDocument, number: number, resident: number, add: AddRow): void {
  const { state } = document;
  const authored = spanOf(authoredOn(document));
  const modified = spanOf(lastModified(document));
  const { request, task } = referralStatuses[state.status];
  add('referral_entry', [
    number,
    resident,
    authored.starts,
    authored.ends,
    modified.starts,
    modified.ends,
    state.referral.number,
    state.referral.from,
    state.to,
    request,
    task,
    state.status,
  ]);
}

function indexResident(document: ResidentDocument, number: number, resident: number, add: AddRow): void {
  const { details } = document;
  const birth = details.birthDate === undefined ? undefined : spanOf(details.birthDate);
  add('patient_entry', [
    number,
    details.sex,
    birth?.starts ?? null,
    birth?.ends ?? null,
    details.phone?.replace(/\D/g, '') ?? null,
    document.registeredBy,
  ]);
  for (const rotation of nameRotations(details.name)) add('patient_name', [number, rotation.text, rotation.position]);
  for (const [system, value] of identifierTokens(document)) add('patient_identifier', [number, system, value]);
  const history = historyContent(document);
  if (!history) return;
  const { starts, ends } = spanOf(history.on);
  for (const { part, list, item } of history.conditions) {
    const system = list === 'disease' ? codeSystems.historyDisease : codeSystems.historyDisability;
    const verification = item.present ? 'confirmed' : 'refuted';
    add('condition_entry', [
      number,
      part,
      resident,
      starts,
      ends,
      ...ownCode(system, item.code),
      'problem-list-item',
      conditionClinicalStatus(item),
      verification,
    ]);
  }
  for (const { part, item } of history.allergies) {
    add('allergy_intolerance_entry', [
      number,
      part,
      resident,
      starts,
      ends,
      ...ownCode(codeSystems.historyAllergy, item.code),
      conditionClinicalStatus(item),
      allergyCategories[item.code] ?? null,
    ]);
  }
  for (const { part, factor } of history.riskFactors) {
    const own = [codeSystems.riskFactor, factor.kind];
    const codes = factor.kind === 'tobacco' ? [codeSystems.loinc, tobaccoStatus.loinc, ...own] : [...own, null, null];
    add('observation_entry', [number, part, resident, starts, ends, ...codes, 'social-history']);
  }
  for (const { part, codings, category } of history.observations) {
    const [first, second] = codings;
    add('observation_entry', [number, part, resident, starts, ends, ...token(first), ...token(second), category]);
  }
  for (const { part } of history.relatives) add('family_member_history_entry', [number, part, resident, starts, ends]);
}

/** `chau van binh`, `van binh chau`, `binh chau van`: the folded name, begun at each of its words; the family name is at 0. */
export function nameRotations(name: string): readonly { readonly text: string; readonly position: number }[] {
  const words = foldName(name)
    .split(' ')
    .filter((word) => word !== '');
  // A name of one word is a given name: see personName.
  const first = words.length === 1 ? 1 : 0;
  return words.map((_, index) => ({
    text: [...words.slice(index), ...words.slice(0, index)].join(' '),
    position: first + index,
  }));
}

function identifierTokens(document: ResidentDocument): readonly (readonly [string, string])[] {
  const tokens = new Map<string, readonly [string, string]>();
  const put = (system: string, written: string): void => {
    const value = text(written);
    if (value !== undefined) tokens.set(`${system}|${value}`, [system, value]);
  };
  for (const identifier of document.identifiers) {
    const { system, value } = identifierToken(identifier);
    put(system, value);
  }
  for (const { number } of document.cards) put(residentIdentifierSystems['insurance-number'], number);
  return [...tokens.values()];
}

function token(coding: Coding | undefined): readonly [SqlValue, SqlValue] {
  return [coding?.system ?? null, coding?.code ?? null];
}

function ownCode(system: string, written: string): readonly [SqlValue, SqlValue] {
  const known = code(written);
  return known === undefined ? [null, null] : [system, known];
}
