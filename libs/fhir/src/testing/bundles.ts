/** FHIR messages for tests and benchmarks. Everything in them is synthetic. */
import type { Json, JsonObject, SentResource } from '../reading/json.js';

export interface BundleEntryJson extends JsonObject {
  readonly fullUrl: string;
  readonly resource: SentResource;
}

const vnCore = 'http://fhir.ehealth.gov.vn/core/sid';
const loinc = 'http://loinc.org';
const ucum = 'http://unitsofmeasure.org';

/** `urn:uuid:` of a number. */
export const urn = (number: number): string => `urn:uuid:00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

export const reference = (number: number): JsonObject => ({ reference: urn(number) });

const coded = (system: string, code: string, text: string): JsonObject => ({
  coding: [{ system, code, display: text }],
  text,
});

interface PatientChanges {
  readonly citizen?: string;
  readonly name?: string;
  readonly birthDate?: string;
  readonly phone?: string;
}

export function patientJson(changes: PatientChanges = {}): SentResource {
  const name = changes.name ?? 'Nông Thị Thử Nghiệm';
  const [family = '', ...given] = name.split(' ');
  return {
    resourceType: 'Patient',
    identifier: [
      { system: `${vnCore}/national_id`, value: changes.citizen ?? '008161000001' },
      { use: 'usual', system: 'http://tram.example/benh-nhan', value: `BN-${changes.citizen ?? '1'}` },
    ],
    active: true,
    name: [{ use: 'official', text: name, family, given }],
    telecom: [{ system: 'phone', value: changes.phone ?? '0912000001', use: 'mobile' }],
    gender: 'female',
    birthDate: changes.birthDate ?? '1961-05-11',
    maritalStatus: coded('http://terminology.hl7.org/CodeSystem/v3-MaritalStatus', 'M', 'Married'),
    communication: [{ language: coded('urn:ietf:bcp:47', 'tay', 'Tiếng Tày'), preferred: true }],
  };
}

export const encounterJson = (patient: Json, changes: JsonObject = {}): SentResource => ({
  resourceType: 'Encounter',
  identifier: [{ system: 'http://tram.example/luot-kham', value: 'LK-2026-1' }],
  status: 'finished',
  class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB', display: 'ambulatory' },
  subject: patient,
  period: { start: '2026-10-05T08:30:00+07:00', end: '2026-10-05T09:10:00+07:00' },
  reasonCode: [{ text: 'Đau đầu, chóng mặt' }],
  ...changes,
});

export function observationJson(
  about: JsonObject,
  [code, text, value, unit, unitCode]: readonly [code: string, text: string, value: number, unit: string, code: string],
  category = 'vital-signs',
): SentResource {
  return {
    resourceType: 'Observation',
    status: 'final',
    category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: category }] }],
    code: coded(loinc, code, text),
    ...about,
    effectiveDateTime: '2026-10-05T08:40:00+07:00',
    valueQuantity: { value, unit, system: ucum, code: unitCode },
  };
}

function bloodPressureJson(about: JsonObject): SentResource {
  const component = (code: string, text: string, value: number): JsonObject => ({
    code: coded(loinc, code, text),
    valueQuantity: { value, unit: 'mmHg', system: ucum, code: 'mm[Hg]' },
  });
  return {
    resourceType: 'Observation',
    status: 'final',
    category: [
      { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }] },
    ],
    code: coded(loinc, '85354-9', 'Blood pressure panel'),
    ...about,
    effectiveDateTime: '2026-10-05T08:35:00+07:00',
    bodySite: { text: 'Tay trái' },
    component: [component('8480-6', 'Systolic', 152), component('8462-4', 'Diastolic', 94)],
  };
}

/** A visit with nineteen resources: what the domain holds, and what it keeps. */
export function visitEntries(
  patient: SentResource = patientJson(),
  encounter: JsonObject = {},
): readonly BundleEntryJson[] {
  const subject = { subject: reference(1) };
  const about = { ...subject, encounter: reference(2) };
  const resources: readonly SentResource[] = [
    patient,
    encounterJson(reference(1), {
      participant: [{ individual: reference(3) }],
      diagnosis: [{ condition: reference(5), rank: 1 }, { condition: reference(6) }],
      ...encounter,
    }),
    {
      resourceType: 'Practitioner',
      identifier: [{ system: 'urn:lien-tuyen:sid:practising-certificate', value: '001234/TQ-CCHN' }],
      name: [{ text: 'BS Lê Văn Giả Lập' }],
    },
    {
      resourceType: 'Organization',
      identifier: [{ system: 'http://tram.example/don-vi', value: 'T1' }],
      name: 'Trạm Y tế giả lập',
    },
    {
      resourceType: 'Condition',
      clinicalStatus: coded('http://terminology.hl7.org/CodeSystem/condition-clinical', 'active', 'Active'),
      code: {
        coding: [
          { system: 'http://hl7.org/fhir/sid/icd-10', code: 'I10', display: 'Tăng huyết áp vô căn' },
          { system: 'http://snomed.info/sct', code: '59621000', display: 'Essential hypertension' },
        ],
        text: 'Tăng huyết áp',
      },
      ...about,
      onsetDateTime: '2019',
    },
    {
      resourceType: 'Condition',
      clinicalStatus: coded('http://terminology.hl7.org/CodeSystem/condition-clinical', 'active', 'Active'),
      code: coded('http://hl7.org/fhir/sid/icd-10', 'E11.9', 'Đái tháo đường típ 2'),
      ...about,
    },
    bloodPressureJson(about),
    observationJson(about, ['8867-4', 'Heart rate', 82, 'beats/minute', '/min']),
    observationJson(about, ['8310-5', 'Body temperature', 98.6, 'F', '[degF]']),
    observationJson(about, ['29463-7', 'Body weight', 61.5, 'kg', 'kg']),
    observationJson(about, ['8302-2', 'Body height', 1.56, 'm', 'm']),
    observationJson(about, ['4548-4', 'Hemoglobin A1c/Hemoglobin.total in Blood', 7.4, '%', '%'], 'laboratory'),
    observationJson(about, ['14749-6', 'Glucose [Moles/volume] in Serum', 8.1, 'mmol/L', 'mmol/L'], 'laboratory'),
    {
      resourceType: 'DiagnosticReport',
      status: 'final',
      code: coded(loinc, '24331-1', 'Xét nghiệm máu'),
      ...about,
      effectiveDateTime: '2026-10-05T08:50:00+07:00',
      result: [reference(12), reference(13)],
      conclusion: 'Đường huyết chưa kiểm soát',
    },
    {
      resourceType: 'MedicationRequest',
      status: 'active',
      intent: 'order',
      medicationCodeableConcept: coded('http://www.whocc.no/atc', 'C08CA01', 'Amlodipin 5 mg'),
      ...about,
      authoredOn: '2026-10-05T09:00:00+07:00',
      requester: reference(3),
      dosageInstruction: [{ text: 'Sáng 1 viên', timing: { repeat: { frequency: 1, period: 1, periodUnit: 'd' } } }],
      dispenseRequest: { quantity: { value: 30, unit: 'viên' } },
    },
    {
      resourceType: 'Procedure',
      status: 'completed',
      code: coded('http://snomed.info/sct', '29303009', 'Điện tâm đồ'),
      ...about,
      performedDateTime: '2026-10-05T08:55:00+07:00',
    },
    {
      resourceType: 'ServiceRequest',
      status: 'active',
      intent: 'order',
      code: coded(loinc, '24331-1', 'Lipid máu'),
      ...about,
      authoredOn: '2026-10-05T09:00:00+07:00',
    },
    {
      resourceType: 'AllergyIntolerance',
      clinicalStatus: coded('http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', 'active', 'Active'),
      category: ['medication'],
      code: coded('http://snomed.info/sct', '91936005', 'Penicillin'),
      patient: reference(1),
      recordedDate: '2020-01-15',
      reaction: [{ manifestation: [{ text: 'Nổi mề đay' }], severity: 'mild' }],
    },
    {
      resourceType: 'CarePlan',
      status: 'active',
      intent: 'plan',
      title: 'Quản lý tăng huyết áp tại trạm',
      ...subject,
      encounter: reference(2),
      addresses: [reference(5)],
      period: { start: '2026-10-05' },
    },
  ];
  return resources.map((resource, index) => ({ fullUrl: urn(index + 1), resource }));
}

export const transactionJson = (
  entries: readonly BundleEntryJson[] = visitEntries(),
  type = 'transaction',
): JsonObject => ({
  resourceType: 'Bundle',
  type,
  entry: entries.map((entry) => ({
    request: { method: 'POST', url: entry.resource.resourceType },
    ...entry,
  })),
});

export const messageJson = (sender: JsonObject, entries: readonly BundleEntryJson[] = visitEntries()): JsonObject => ({
  resourceType: 'Bundle',
  type: 'message',
  timestamp: '2026-10-05T09:30:00+07:00',
  entry: [
    {
      fullUrl: urn(900),
      resource: {
        resourceType: 'MessageHeader',
        id: 'thong-diep-1',
        eventUri: 'urn:example:luot-kham-ket-thuc',
        sender,
        source: { name: 'Phần mềm trạm giả lập', endpoint: 'http://tram.example/fhir' },
        focus: [{ reference: urn(2) }],
      },
    },
    ...entries,
  ],
});

/** An International Patient Summary: a Composition, and what it is made of. */
export function summaryJson(patient: SentResource = patientJson()): JsonObject {
  const subject = { subject: reference(1) };
  const section = (code: string, title: string, ...entries: readonly number[]): JsonObject => ({
    title,
    code: coded(loinc, code, title),
    text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${title}</div>` },
    entry: entries.map(reference),
  });
  const resources: readonly SentResource[] = [
    patient,
    { resourceType: 'Practitioner', name: [{ family: 'Giả', given: ['Lập'] }] },
    {
      resourceType: 'AllergyIntolerance',
      clinicalStatus: coded('http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', 'active', 'Active'),
      code: coded('http://snomed.info/sct', '91936005', 'Penicillin'),
      patient: reference(1),
    },
    {
      resourceType: 'Condition',
      clinicalStatus: coded('http://terminology.hl7.org/CodeSystem/condition-clinical', 'active', 'Active'),
      category: [
        { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-category', code: 'problem-list-item' }] },
      ],
      code: coded('http://snomed.info/sct', '38341003', 'Hypertension'),
      ...subject,
      onsetDateTime: '2015-03',
    },
    {
      resourceType: 'MedicationStatement',
      status: 'active',
      medicationCodeableConcept: coded('http://www.whocc.no/atc', 'C08CA01', 'Amlodipine'),
      ...subject,
      effectivePeriod: { start: '2015-03' },
    },
    {
      resourceType: 'Immunization',
      status: 'completed',
      vaccineCode: coded('http://www.whocc.no/atc', 'J07BN01', 'Vắc xin COVID-19'),
      patient: reference(1),
      occurrenceDateTime: '2021-09-14',
      lotNumber: 'LOT-SYN-1',
      protocolApplied: [{ doseNumberPositiveInt: 1, targetDisease: [{ text: 'COVID-19' }] }],
    },
  ];
  const composition: JsonObject = {
    resourceType: 'Composition',
    status: 'final',
    type: coded(loinc, '60591-5', 'Patient summary Document'),
    ...subject,
    date: '2026-10-01T08:00:00+07:00',
    author: [reference(2)],
    title: 'Tóm tắt hồ sơ người bệnh (giả lập)',
    section: [
      section('48765-2', 'Dị ứng', 3),
      section('11450-4', 'Vấn đề sức khỏe', 4),
      section('10160-0', 'Thuốc', 5),
      section('11369-6', 'Tiêm chủng', 6),
    ],
  };
  return {
    resourceType: 'Bundle',
    identifier: { system: 'http://tram.example/tom-tat', value: 'IPS-1' },
    type: 'document',
    timestamp: '2026-10-01T08:00:00+07:00',
    entry: [
      { fullUrl: urn(100), resource: composition },
      ...resources.map((resource, index) => ({ fullUrl: urn(index + 1), resource })),
    ],
  };
}
