/** Random events of a few residents: odd contents, what senders laid over them, and HL7's examples kept as they were sent. All synthetic. */
import * as fc from 'fast-check';
import type { FacilityCode, ResidentId } from '#domain/ids.js';
import type { KeptElements, KeptObject } from '#domain/kept-resources/kept-content.js';
import type { VisitContent } from '#domain/visits/visit-content.js';
import type { RecordedEvent } from '#event-store/event-store.js';
import type { VisitDocument } from '#fhir/documents.js';
import { encounterContent } from '#fhir/encounters/encounter-content.js';
import { keptElements, residentPlaceholder } from '#fhir/kept.js';
import { keptTypes, typesAboutNobody } from '#fhir/kept-types.js';
import { arbitraryDocuments } from '#fhir/testing/arbitrary-documents.js';
import { hl7Examples } from '#fhir/testing/hl7-examples.js';
import { resourcesOf } from '#fhir/translation.js';
import { residentStream, visitStream } from '#domain/streams.js';
import { at, day, EventLog, paper } from '../recorded-events.js';
import type { Random } from './random.js';

const facilities = ['08Z00', '08Z01', '08Z11', '08Z12'] as const;
const surnames = ['Nguyễn', 'Trần', 'Chẩu', 'Đặng'] as const;
const middles = ['Văn', 'Thị', 'Thị Thu'] as const;
const names = ['Bình', 'Hương', 'An', 'Đạt', 'Hòa'] as const;

const { visitDocuments, screeningDocuments, immunizationDocuments, residentDocuments, facilityDocuments } =
  arbitraryDocuments(fc);

const examples = [
  ...new Set([...keptTypes, 'Observation', 'Condition', 'Procedure', 'MedicationRequest', 'Encounter', 'Immunization']),
]
  .flatMap((type) => hl7Examples(type).slice(0, 8))
  .map(({ resource }) => resource)
  .filter((resource) => JSON.stringify(resource).length < 20_000);

export function randomRecord(seed: number, random: Random): readonly RecordedEvent[] {
  const sample = <T>(arbitrary: fc.Arbitrary<T>, count: number): readonly T[] =>
    fc.sample(arbitrary, { seed: seed ^ count, numRuns: count });
  const log = new EventLog(() => random.uuid());
  for (const code of facilities)
    log.facility({ code: code as FacilityCode, name: `Trạm y tế ${code} ${random.pick(names)}` });
  for (const { facility } of sample(facilityDocuments, 3))
    log.facility({ ...facility, code: `12A0${random.below(9)}` as FacilityCode });
  const residents: ResidentId[] = [];
  for (const { details, identifiers, history } of sample(residentDocuments, 8)) {
    const plain = random.chance(0.6);
    const name = `${random.pick(surnames)} ${random.pick(middles)} ${random.pick(names)}`;
    const by = random.pick(facilities);
    const kept = random.chance(0.4) ? { kept: laidOverPatient(name, random) } : {};
    const resident = log.resident(name, by, { ...(plain ? {} : details), name, ...kept }, identifiers);
    residents.push(resident);
    if (history) {
      const observedOn = day('2026-05-04');
      log.record(
        residentStream(resident),
        { type: 'HealthHistoryRecorded', data: { resident, history, observedOn, by: by as FacilityCode } } as never,
        by,
      );
    }
  }
  const visits: { readonly resident: ResidentId; readonly content: VisitContent }[] = [];
  for (const [index, { visit }] of sample(visitDocuments, 22).entries()) {
    const facility = random.pick(facilities) as FacilityCode;
    const told = { ...visit, facility, episode: `E${index}` as VisitContent['episode'] };
    const content = random.chance(0.15) ? ofFewToKnow(told, random) : told;
    const resident = random.pick(residents);
    log.visit(resident, random.chance(0.6) ? laidOverVisit(content, random) : content);
    visits.push({ resident, content });
  }
  for (const { screening } of sample(screeningDocuments, 5))
    log.screening(random.pick(residents), { ...screening, facility: random.pick(facilities) as FacilityCode });
  for (const { immunization } of sample(immunizationDocuments, 6))
    log.immunization(random.pick(residents), random.pick(facilities), immunization);
  for (let number = 0; number < 6; number += 1) {
    const [from, to] = [random.pick(facilities), random.pick(facilities)];
    const issued = `2026-0${1 + random.below(9)}-1${random.below(10)}`;
    const resident = random.pick(residents);
    const key = log.referral(resident, paper(from, to, `CT-${number}`, issued));
    if (random.chance(0.5))
      log.step({
        type: 'ReferralReceived',
        data: { referral: key, resident, at: at(`${issued}T10:00:00+07:00`), by: to as FacilityCode },
      });
  }
  for (let count = 0; count < 45; count += 1) keepExample(log, random, count, residents);
  withdrawConsent(log, random.pick(residents), random);
  for (const { resident, content } of visits) {
    if (random.chance(0.15)) log.visit(resident, { ...content, reason: 'Tái khám' }, 'VisitAmended');
    if (random.chance(0.1)) retract(log, resident, content);
  }
  const [first, second, third, fourth] = residents;
  if (first && second && third && fourth) {
    merge(log, first, second);
    const separate = merge(log, third, fourth);
    if (random.chance(0.5)) separate();
  }
  return log.events;
}

const ofFewToKnow = (content: VisitContent, random: Random): VisitContent => ({
  ...content,
  diagnoses: [{ code: random.pick(['B20', 'F32.1', 'Z21']), role: 'main' }, ...content.diagnoses],
});

function withdrawConsent(log: EventLog, resident: ResidentId, random: Random): void {
  const to = random.chance(0.5) ? { to: random.pick(facilities) as FacilityCode } : {};
  const takenBy = random.pick(facilities) as FacilityCode;
  log.record(
    residentStream(resident),
    { type: 'ConsentWithdrawn', data: { resident, ...to, statedOn: day('2026-10-01'), takenBy } },
    takenBy,
  );
}

function retract(log: EventLog, resident: ResidentId, { facility, episode }: VisitContent): void {
  const data = { resident, reason: 'nhập nhầm', sources: [] };
  log.record(visitStream(facility, episode), { type: 'VisitRetracted', data } as never, facility);
}

/** @returns takes it back */
function merge(log: EventLog, resident: ResidentId, joined: ResidentId): () => void {
  const link = `${resident}.${joined}`;
  const record = (of: ResidentId, type: string, data: object): void => {
    log.record(residentStream(of), { type, data: { resident: of, link, reason: 'trùng', ...data } } as never, '08Z11');
  };
  record(resident, 'ResidentsMerged', { joined });
  record(joined, 'ResidentJoined', { into: resident });
  return () => {
    record(resident, 'ResidentsUnmerged', { separated: joined });
    record(joined, 'ResidentSeparated', { from: resident });
  };
}

function keepExample(log: EventLog, random: Random, count: number, residents: readonly ResidentId[]): void {
  const { id: _, ...example } = random.pick(examples);
  const { resourceType: type } = example;
  const nobody = typesAboutNobody.some((one) => one === type) && random.chance(0.5);
  const resident = nobody ? undefined : random.pick(residents);
  const facility = random.pick(facilities) as FacilityCode;
  // The patients of the examples are not of this record.
  const resource = JSON.parse(
    JSON.stringify(example).replaceAll(
      /"Patient\/[A-Za-z0-9\-.]+"/g,
      `"Patient/${resident ? residentPlaceholder : 'nobody'}"`,
    ),
  ) as KeptObject;
  const key = `k${count}`;
  const owner = resident ?? facility;
  log.record(
    { category: 'resource', key: `${owner}.${key}` },
    { type: 'ResourceKept', data: { ...(resident && { resident }), facility, kept: { key, type, resource } } },
    facility,
  );
}

/** The visit as if its sender had said other things of some of its resources. */
function laidOverVisit(content: VisitContent, random: Random): VisitContent {
  const document: VisitDocument = { kind: 'visit', resident: residentPlaceholder as ResidentId, visit: content };
  const version = { id: '', version: 1, lastUpdated: '' };
  const made = resourcesOf(document, version, { facilityName: () => undefined });
  const parts = encounterContent(document);
  const over = (part: string | undefined): { readonly kept?: KeptElements } => {
    const resource = made.find(({ id }) => id === (part === '' ? '' : `-${part}`));
    if (!resource || part === undefined || random.chance(0.5)) return {};
    const kept = keptElements(saidOtherwise(resource as unknown as KeptObject, random), resource);
    return kept ? { kept } : {};
  };
  const results = parts.observations.filter(({ kind }) => kind === 'result');
  return {
    ...content,
    ...over(''),
    diagnoses: content.diagnoses.map((one, index) => ({ ...one, ...over(parts.conditions[index]?.part) })),
    medications: content.medications.map((one, index) => ({ ...one, ...over(parts.medications[index]?.part) })),
    services: content.services.map((one) => {
      const procedure = parts.procedures.find(({ line }) => line === one);
      return { ...one, ...over(procedure?.part) };
    }),
    results: content.results.map((one, index) => ({ ...one, ...over(results[index]?.part) })),
  };
}

function laidOverPatient(name: string, random: Random): KeptElements {
  const [family = '', ...given] = name.split(' ');
  const elements: KeptElements = {
    name: {
      value: [
        { use: 'official', text: name, family, given: [given.join(' ')], prefix: ['Ông'] },
        { use: 'nickname', text: random.pick(names) },
      ],
    },
    telecom: {
      value: [
        { system: 'phone', value: `0912 34${random.below(10)} 678`, use: 'mobile' },
        { system: 'email', value: 'thu@vidu.example' },
      ],
    },
    gender: { value: 'other' },
    birthDate: { value: '1960-05' },
    address: { value: [{ city: 'Tuyên Quang', line: ['Xã Sơn Dương'], country: 'VN', use: 'home' }] },
    identifier: {
      value: [
        {
          system: 'http://benh-vien.example/so',
          value: `S${random.below(5)}`,
          type: {
            text: 'Số bệnh án',
            coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'MR' }],
          },
        },
      ],
    },
    managingOrganization: { value: { reference: 'Organization/08Z01' } },
    communication: { value: [{ language: { coding: [{ system: 'urn:ietf:bcp:47', code: 'vi' }] } }] },
    deceasedBoolean: { value: random.chance(0.5) },
    maritalStatus: { value: { text: 'đã kết hôn' } },
  };
  return Object.fromEntries(Object.entries(elements).filter(() => random.chance(0.5)));
}

const codings = [
  { system: 'http://loinc.org', code: '2339-0', display: 'Glucose [Mass/volume] in Blood' },
  { system: 'http://snomed.info/sct', code: '38341003', display: 'Tăng huyết áp' },
  { system: 'http://hl7.org/fhir/sid/icd-10', code: 'I10', display: 'Tăng huyết áp vô căn' },
  { system: 'http://hl7.org/fhir/sid/icd-10', code: 'E11.9' },
  { code: 'I10' },
];

const changes: readonly ((resource: Record<string, KeptObject[string]>, random: Random) => void)[] = [
  (resource, random) => {
    const name = 'medicationCodeableConcept' in resource ? 'medicationCodeableConcept' : 'code';
    const concept = (resource[name] ?? {}) as KeptObject;
    const known = Array.isArray(concept['coding']) ? concept['coding'] : [];
    if (resource['resourceType'] !== 'Encounter')
      resource[name] = {
        ...concept,
        coding: random.chance(0.5)
          ? [...(known as readonly KeptObject[]), random.pick(codings)]
          : [random.pick(codings)],
      };
  },
  (resource, random) => {
    if (resource['resourceType'] === 'Encounter')
      resource['status'] = random.pick(['planned', 'finished', 'in-progress']);
    else if (typeof resource['status'] === 'string')
      resource['status'] = random.pick(['final', 'completed', 'amended', 'unknown']);
  },
  (resource) => {
    for (const name of ['effectiveDateTime', 'recordedDate', 'authoredOn', 'performedDateTime'])
      if (name in resource) resource[name] = '2026-03';
  },
  (resource, random) => {
    resource['identifier'] = [{ system: 'http://benh-vien.example/so', value: `S${random.below(5)}` }];
  },
  (resource, random) => {
    if (resource['resourceType'] === 'Observation') {
      for (const name of Object.keys(resource)) if (name.startsWith('value')) delete resource[name];
      resource['valueQuantity'] = {
        value: random.below(100) / 10,
        system: 'http://unitsofmeasure.org',
        code: random.pick(['mmol/L', 'umol/L', 'mg/dL']),
        unit: 'mmol/l',
      };
    }
  },
  (resource, random) => {
    if (resource['resourceType'] === 'Observation')
      resource['component'] = [
        { code: { coding: [random.pick(codings)] }, valueQuantity: { value: random.below(200), unit: 'mmHg' } },
      ];
  },
  (resource, random) => {
    if (resource['resourceType'] === 'Condition') {
      resource['clinicalStatus'] = {
        coding: [
          {
            system: 'http://terminology.hl7.org/CodeSystem/condition-clinical',
            code: random.pick(['resolved', 'inactive']),
          },
        ],
      };
      resource['onsetDateTime'] = '2025-11';
    }
  },
  (resource) => {
    if (resource['resourceType'] === 'Encounter') {
      resource['type'] = [{ coding: [{ system: 'http://snomed.info/sct', code: '185349003' }], text: 'Khám định kỳ' }];
      resource['period'] = { start: '2026-02-01', end: '2026-02-20' };
    }
  },
  (resource) => {
    resource['category'] = [{ text: 'khác' }];
  },
  (resource) => {
    resource['note'] = [{ text: 'Ghi chú' }];
  },
];

function saidOtherwise(made: KeptObject, random: Random): KeptObject {
  const said = structuredClone(made) as Record<string, KeptObject[string]>;
  for (let count = 1 + random.below(3); count > 0; count -= 1) random.pick(changes)(said, random);
  return said;
}
