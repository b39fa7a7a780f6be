/** Search index of a document: one row per resource it becomes. Written by hand from the document; a test holds it to the FHIR made of it. */
import type { Coding, Resource } from '@medplum/fhirtypes';
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
import {
  type EncounterContent,
  encounterContent,
  observationCategories,
  type ObservationPart,
} from '#fhir/encounters/encounter-content.js';
import { measuredValue, ucumUnit } from '#fhir/encounters/laboratory.js';
import { vaccineCodings } from '#fhir/immunizations/immunization-of.js';
import { authoredOn, lastModified, referralStatuses } from '#fhir/referrals/referral-content.js';
import { allergyCategories, conditionClinicalStatus } from '#fhir/residents/history.js';
import { keptPart } from '#fhir/resource-ids.js';
import { consentPart } from '#fhir/residents/consent.js';
import { historyContent, tobaccoStatus } from '#fhir/residents/history-content.js';
import { unnamed } from '#fhir/reading/sent-content.js';
import { resourcesOf } from '#fhir/translation.js';
import type { DocumentBesides } from './told-besides.js';
import { codeSystems } from '#fhir/systems.js';
import type { SqlValue } from '#projections/projection.js';
import { type OverlaidResource, overlaidResources, tokensAt } from './overlaid-resources.js';
import { addPatientRows } from './patient-rows.js';
import { addSelfDescribed } from './self-described-rows.js';
import type { EntryTableName } from './schema.js';
import { endless, type Span, spanOf } from './seconds.js';

/** Columns in the order of the table. */
export type IndexRow = readonly SqlValue[];

export type AddRow = (table: EntryTableName, row: IndexRow) => void;

const keptTables: readonly EntryTableName[] = [
  'kept_entry',
  'kept_value',
  'sensitive_entry',
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
    'consent_entry',
    'kept_entry',
    'kept_value',
    'sensitive_entry',
  ],
  visit: ['encounter_entry', ...keptTables],
  resource: keptTables,
  screening: ['encounter_entry', 'condition_entry', 'observation_entry', 'sensitive_entry'],
  immunization: ['immunization_entry', 'kept_entry', 'kept_value'],
  referral: ['referral_entry', 'kept_entry', 'kept_value', 'sensitive_entry'],
  facility: ['organization_entry'],
  programme: ['kept_entry', 'kept_value'],
  practitioner: ['kept_entry', 'kept_value'],
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
      addSelfDescribed(
        document.kept.type,
        document.kept.resource,
        number,
        '',
        document.resident === undefined ? null : resident,
        add,
      );
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
    addSelfDescribed(resourceType, { resourceType, ...rest }, number, (id ?? '').slice(1), resident, add);
  }
}

function indexEncounter(
  document: VisitDocument | ScreeningDocument,
  number: number,
  resident: number,
  add: AddRow,
): void {
  const content = encounterContent(document);
  const told = new Overlaid(document, number, resident, add);
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
    told.isBeyond('Encounter', '') ? 1 : 0,
  ]);
  for (const { part, coding, role } of content.conditions) {
    if (told.isBeyond('Condition', part)) continue;
    const overlaid = told.of('Condition', part);
    const verification = role === 'finding' ? 'provisional' : 'confirmed';
    add('condition_entry', [
      number,
      part,
      resident,
      began.starts,
      began.ends,
      ...token(overlaid ? tokensAt(overlaid, 'code')[0] : coding),
      'encounter-diagnosis',
      (overlaid && tokensAt(overlaid, 'clinical-status')[0]?.code) ?? 'active',
      (overlaid && tokensAt(overlaid, 'verification-status')[0]?.code) ?? verification,
    ]);
  }
  for (const part of content.observations) {
    if (told.isBeyond('Observation', part.part)) continue;
    const overlaid = told.of('Observation', part.part);
    const [first, second] = overlaid ? tokensAt(overlaid, 'code') : part.codings;
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
      ...amountColumns(part),
    ]);
  }
  for (const { part, line, at } of content.medications) {
    if (told.isBeyond('MedicationRequest', part)) continue;
    const overlaid = told.of('MedicationRequest', part);
    const span = spanAt(at);
    add('medication_request_entry', [
      number,
      part,
      resident,
      span.starts,
      span.ends,
      ...(overlaid ? token(tokensAt(overlaid, 'code')[0]) : ownCode(codeSystems.drug, line.code)),
    ]);
  }
  for (const { part, line, at } of content.procedures) {
    if (told.isBeyond('Procedure', part)) continue;
    const overlaid = told.of('Procedure', part);
    const span = spanAt(at);
    add('procedure_entry', [
      number,
      part,
      resident,
      span.starts,
      span.ends,
      ...(overlaid ? token(tokensAt(overlaid, 'code')[0]) : ownCode(codeSystems.service, line.code)),
    ]);
  }
  for (const { part, service, section, at } of content.reports) {
    if (told.isBeyond('DiagnosticReport', part)) continue;
    const overlaid = told.of('DiagnosticReport', part);
    const span = spanAt(at);
    add('diagnostic_report_entry', [
      number,
      part,
      resident,
      span.starts,
      span.ends,
      ...(overlaid ? token(tokensAt(overlaid, 'code')[0]) : ownCode(codeSystems.service, service ?? '')),
      section,
    ]);
  }
  const kept = document.kind === 'visit' ? document.visit.keptResources : undefined;
  for (const { type, key, resource } of kept ?? [])
    addSelfDescribed(type, resource, number, keptPart(key), resident, add);
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
    new Overlaid(document, number, resident, add).isBeyond('Immunization', '') ? 1 : 0,
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
    new Overlaid(document, number, resident, add).isBeyond('ServiceRequest', '') ? 1 : 0,
  ]);
}

function indexResident(document: ResidentDocument, number: number, resident: number, add: AddRow): void {
  const told = new Overlaid(document, number, resident, add);
  addPatientRows(document, told.of('Patient', ''), number, add);
  for (const statement of document.consents ?? []) {
    const stated = spanOf(statement.statedOn);
    const shared = statement.sharing === 'given' ? 1 : 0;
    const row = [number, consentPart(statement), resident, stated.starts, stated.ends, statement.to ?? '', shared];
    add('consent_entry', row);
  }
  const history = historyContent(document);
  if (!history) return;
  const { starts, ends } = spanOf(history.on);
  for (const { part, list, item } of history.conditions) {
    // Told by itself, it has no date of its own.
    if (told.isBeyond('Condition', part, item.key !== undefined)) continue;
    const overlaid = told.of('Condition', part);
    const system = list === 'disease' ? codeSystems.historyDisease : codeSystems.historyDisability;
    const verification = item.present ? 'confirmed' : 'refuted';
    add('condition_entry', [
      number,
      part,
      resident,
      starts,
      ends,
      ...(overlaid ? token(tokensAt(overlaid, 'code')[0]) : ownCode(system, item.code)),
      'problem-list-item',
      (overlaid && tokensAt(overlaid, 'clinical-status')[0]?.code) ?? conditionClinicalStatus(item),
      (overlaid && tokensAt(overlaid, 'verification-status')[0]?.code) ?? verification,
    ]);
  }
  for (const { part, item } of history.allergies) {
    if (told.isBeyond('AllergyIntolerance', part, item.key !== undefined)) continue;
    const overlaid = told.of('AllergyIntolerance', part);
    add('allergy_intolerance_entry', [
      number,
      part,
      resident,
      starts,
      ends,
      ...(overlaid ? token(tokensAt(overlaid, 'code')[0]) : ownCode(codeSystems.historyAllergy, item.code)),
      conditionClinicalStatus(item),
      allergyCategories.get(item.code) ?? null,
    ]);
  }
  for (const { part, factor } of history.riskFactors) {
    const own = [codeSystems.riskFactor, factor.kind];
    const codes = factor.kind === 'tobacco' ? [codeSystems.loinc, tobaccoStatus.loinc, ...own] : [...own, null, null];
    add('observation_entry', [number, part, resident, starts, ends, ...codes, 'social-history', ...noAmount]);
  }
  for (const { part, codings, category, value } of history.observations) {
    const [first, second] = codings;
    const { value: amount = null, code: unit = null } = value.valueQuantity ?? {};
    const codes = [...token(first), ...token(second)];
    add('observation_entry', [number, part, resident, starts, ends, ...codes, category, amount, amount, unit]);
  }
  for (const { part } of history.relatives) add('family_member_history_entry', [number, part, resident, starts, ends]);
}

/** What its sender laid over the resources of a document. */
class Overlaid {
  readonly #resources: ReadonlyMap<string, OverlaidResource>;

  constructor(
    document: RecordDocument,
    private readonly number: number,
    private readonly resident: number,
    private readonly add: AddRow,
  ) {
    this.#resources = overlaidResources(document);
  }

  /** The resource, where it says other than its content. */
  of(type: string, part: string): Resource | undefined {
    return this.#resources.get(`${type} ${part}`)?.resource;
  }

  /**
   * Whether the columns cannot say what the resource does; it is indexed by itself then.
   * @param anyway they cannot, whatever it says
   */
  isBeyond(type: string, part: string, anyway = false): boolean {
    const overlaid = this.#resources.get(`${type} ${part}`);
    if (!overlaid || !(anyway || overlaid.beyond)) return false;
    addSelfDescribed(type, overlaid.resource, this.number, part, this.resident, this.add);
    return true;
  }
}

const noAmount = [null, null, null] as const;

/** The lowest and highest number of an observation and their unit, where it is a number with a unit. */
function amountColumns(part: ObservationPart): readonly [SqlValue, SqlValue, SqlValue] {
  switch (part.kind) {
    case 'vital':
      return [part.value, part.value, part.sign.ucum];
    case 'blood-pressure': {
      const known = [part.systolic, part.diastolic].filter((one) => one !== undefined);
      return [Math.min(...known), Math.max(...known), 'mm[Hg]'];
    }
    case 'result': {
      const written = text(part.line.value);
      const measured = written === undefined ? undefined : measuredValue(written);
      if (!measured) return noAmount;
      const { value, comparator = '' } = measured;
      const unit = text(part.line.unit);
      return [
        comparator.startsWith('<') ? -unbounded : value,
        comparator.startsWith('>') ? unbounded : value,
        (unit === undefined ? undefined : ucumUnit(unit)) ?? null,
      ];
    }
    case 'note':
      return noAmount;
    default:
      return part satisfies never;
  }
}

/** Beyond every number that is measured. */
const unbounded = 1e300;

function token(coding: Pick<Coding, 'system' | 'code'> | undefined): readonly [SqlValue, SqlValue] {
  return [coding?.system ?? null, coding?.code ?? null];
}

function ownCode(system: string, written: string): readonly [SqlValue, SqlValue] {
  const known = code(written);
  return known === undefined ? [null, null] : [system, known];
}
