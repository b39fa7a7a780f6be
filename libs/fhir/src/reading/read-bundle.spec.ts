import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { DateTime } from '#domain/dates.js';
import type { FacilityCode } from '#domain/ids.js';
import type { VisitContent } from '#domain/visits/visit-content.js';
import {
  type BundleEntryJson,
  encounterJson,
  observationJson,
  patientJson,
  reference,
  summaryJson,
  transactionJson,
  urn,
} from '../testing/bundles.js';
import type { Json, JsonObject, SentResource } from './json.js';
import { isError, readBundle, type ReadBundle, type ReadRecord } from './read-bundle.js';

const facility = '08Z11' as FacilityCode;
const receivedAt = '2026-11-22T10:00:00+07:00' as DateTime;
const read = (json: Json): ReadBundle => readBundle(Buffer.from(JSON.stringify(json)), { facility, receivedAt });
const errorsOf = (bundle: ReadBundle): readonly string[] =>
  [...bundle.faults, ...bundle.entries.flatMap((entry) => entry.faults)]
    .filter(isError)
    .map(({ path, code }) => `${path} ${code}`);

function recordOf(bundle: ReadBundle): ReadRecord {
  expect(errorsOf(bundle)).toEqual([]);
  const [record] = bundle.records;
  if (!record) throw new Error('no record');
  return record;
}

function visitOf(bundle: ReadBundle): VisitContent {
  const [first] = recordOf(bundle).visits;
  if (!first) throw new Error('no visit');
  return first.visit;
}

/** A patient, an encounter, and what is given. */
const withVisit = (...resources: readonly SentResource[]): readonly BundleEntryJson[] =>
  [patientJson(), encounterJson(reference(1)), ...resources].map((resource, index) => ({
    fullUrl: urn(index + 1),
    resource,
  }));
const about: JsonObject = { subject: reference(1), encounter: reference(2) };

describe('a transaction', () => {
  it('becomes a person and a visit', () => {
    const bundle = read(transactionJson());
    const { person, history, kept } = recordOf(bundle);
    expect(bundle.sender).toBe(facility);
    expect(person).toMatchObject({
      details: { name: 'Nông Thị Thử Nghiệm', sex: 'female', birthDate: '1961-05-11', phone: '0912000001' },
      identifiers: [
        { system: 'national-id', value: '008161000001' },
        { system: 'facility-patient-number', value: 'http://tram.example/benh-nhan|BN-1', facility },
      ],
      observedOn: '2026-10-05',
    });
    expect(history?.allergies).toMatchObject([{ code: '1', display: 'Penicillin', present: true }]);
    expect(kept).toEqual([]);
    expect(visitOf(bundle)).toMatchObject({
      facility,
      episode: 'http://tram.example/luot-kham|LK-2026-1',
      start: '2026-10-05T08:30:00+07:00',
      reason: 'Đau đầu, chóng mặt',
      practitioner: '001234/TQ-CCHN',
      diagnoses: [
        { code: 'I10', role: 'main' },
        { code: 'E11.9', role: 'comorbidity' },
      ],
      vitals: { systolic: 152, diastolic: 94, pulse: 82, temperature: 37, weight: 61.5, height: 156 },
      vitalsSource: 'measured',
      results: [
        { name: 'HbA1c (Hemoglobin A1c/Hemoglobin.total in Blood)', value: '7.4', unit: '%' },
        { value: '8.1', unit: 'mmol/L' },
      ],
      medications: [{ code: '', display: 'Amlodipin 5 mg', dosage: 'Sáng 1 viên', quantity: 30, unit: 'viên' }],
      services: [{ code: '', display: 'Điện tâm đồ', supply: false }],
    });
    expect(visitOf(bundle).keptResources?.map(({ type }) => type)).toEqual([
      'Practitioner',
      'Organization',
      'DiagnosticReport',
      'ServiceRequest',
      'CarePlan',
    ]);
  });

  it('keeps nothing beside content that says it all', () => {
    const body = transactionJson(
      withVisit({
        resourceType: 'Condition',
        clinicalStatus: {
          coding: [
            { system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active', display: 'Active' },
          ],
        },
        verificationStatus: {
          coding: [
            {
              system: 'http://terminology.hl7.org/CodeSystem/condition-ver-status',
              code: 'confirmed',
              display: 'Confirmed',
            },
          ],
        },
        category: [
          {
            coding: [
              {
                system: 'http://terminology.hl7.org/CodeSystem/condition-category',
                code: 'encounter-diagnosis',
                display: 'Encounter Diagnosis',
              },
            ],
          },
        ],
        code: {
          coding: [{ system: 'http://terminology.hl7.org/CodeSystem/icd10', code: 'I10', display: 'THA' }],
          text: 'THA',
        },
        ...about,
        recordedDate: '2026-10-05T08:30:00+07:00',
      }),
    );
    expect(visitOf(read(body)).diagnoses).toEqual([{ code: 'I10', display: 'THA', role: 'main' }]);
  });

  it('gives the same episode when it comes again without a number of its own, another for another beginning', () => {
    const entries = (start: string): readonly BundleEntryJson[] => [
      { fullUrl: urn(1), resource: patientJson() },
      {
        fullUrl: urn(2),
        resource: { ...encounterJson(reference(1)), identifier: [{ value: 'có khoảng trắng' }], period: { start } },
      },
    ];
    const episode = (start: string): string => visitOf(read(transactionJson(entries(start)))).episode;
    expect(episode('2026-10-05T08:30:00+07:00')).toBe(episode('2026-10-05T08:30:00+07:00'));
    expect(episode('2026-10-05T08:30:00+07:00')).not.toBe(episode('2026-10-06T08:30:00+07:00'));
    expect(episode('2026-10-05T08:30:00+07:00')).toMatch(/^fhir-[0-9a-f]{24}$/);
  });
});

describe('measurements', () => {
  const vitalsOf = (...resources: readonly SentResource[]): VisitContent =>
    visitOf(read(transactionJson(withVisit(...resources))));

  it('are converted from the units they come in; unknown units and impossible values are kept as they are', () => {
    const visit = vitalsOf(
      observationJson(about, ['3141-9', 'Body weight', 135.6, 'lbs', '[lb_av]']),
      observationJson(about, ['8302-2', 'Body height', 61, 'in', '[in_i]']),
      observationJson(about, ['8310-5', 'Body temperature', 310, 'K', 'K']),
      observationJson(about, ['8867-4', 'Heart rate', 8200, '/min', '/min']),
    );
    expect(visit.vitals).toEqual({ weight: 61.51, height: 154.94 });
    expect(visit.keptResources?.map(({ resource }) => resource['valueQuantity'])).toMatchObject([
      { value: 310 },
      { value: 8200 },
    ]);
  });

  it('of one kind: the last stands, the others are kept', () => {
    const first = observationJson(about, ['29463-7', 'Body weight', 60, 'kg', 'kg']);
    const second = {
      ...observationJson(about, ['29463-7', 'Body weight', 62, 'kg', 'kg']),
      effectiveDateTime: '2026-10-05T09:00:00+07:00',
    };
    for (const order of [
      [first, second],
      [second, first],
    ]) {
      const visit = vitalsOf(...order);
      expect(visit.vitals).toEqual({ weight: 62 });
      expect(visit.keptResources).toHaveLength(1);
    }
  });

  it('that are not final, and pressures sent one by one', () => {
    const systolic = observationJson(about, ['8480-6', 'Systolic', 150, 'mmHg', 'mm[Hg]']);
    const draft = { ...observationJson(about, ['8867-4', 'Heart rate', 80, '/min', '/min']), status: 'preliminary' };
    const visit = vitalsOf(systolic, draft);
    expect(visit.vitals).toEqual({ systolic: 150 });
    expect(visit.keptResources).toHaveLength(1);
  });
});

describe('a referral', () => {
  const request = (changes: JsonObject = {}): SentResource => ({
    resourceType: 'ServiceRequest',
    identifier: [{ system: 'urn:lien-tuyen:sid:referral-number:08Z11', value: 'CT-7' }],
    status: 'active',
    intent: 'order',
    code: { coding: [{ system: 'http://snomed.info/sct', code: '3457005' }] },
    ...about,
    authoredOn: '2026-10-05T09:05:00+07:00',
    performer: [{ identifier: { system: 'urn:lien-tuyen:sid:facility-code', value: '08Z01' } }],
    reasonCode: [{ coding: [{ system: 'http://hl7.org/fhir/sid/icd-10', code: 'I10' }], text: 'THA độ 3' }],
    ...changes,
  });

  it('is the transfer paper of its visit', () => {
    expect(visitOf(read(transactionJson(withVisit(request())))).transfer).toMatchObject({
      number: 'CT-7',
      from: '08Z11',
      to: '08Z01',
      issuedAt: '2026-10-05T09:05:00+07:00',
      diagnoses: [{ code: 'I10', role: 'main', display: 'THA độ 3' }],
    });
  });

  it('that does not say where to is kept, with a warning', () => {
    const bundle = read(transactionJson(withVisit(request({ performer: [{ display: 'Bệnh viện tỉnh' }] }))));
    expect(visitOf(bundle).transfer).toBeUndefined();
    expect(visitOf(bundle).keptResources?.map(({ type }) => type)).toEqual(['ServiceRequest']);
    expect(bundle.entries[2]?.faults.map(({ code }) => code)).toEqual(['referral-incomplete']);
  });
});

describe('references', () => {
  const observation = (patient: Json): SentResource =>
    observationJson({ subject: patient }, ['29463-7', 'Body weight', 60, 'kg', 'kg']);
  const two = (resource: SentResource, url: string, patient: SentResource = patientJson()): Json =>
    transactionJson([
      { fullUrl: url, resource: patient },
      { fullUrl: url.replace('Patient/p1', 'Observation/o1').replace(/0001$/, '0002'), resource },
    ]);

  it.each([
    ['by urn:uuid', two(observation(reference(1)), urn(1))],
    [
      'relative to the base of the entry',
      two(observation({ reference: 'Patient/p1' }), 'https://tram.example/fhir/Patient/p1'),
    ],
    [
      'absolute',
      two(observation({ reference: 'https://tram.example/fhir/Patient/p1' }), 'https://tram.example/fhir/Patient/p1'),
    ],
    ['by id', two(observation({ reference: 'Patient/p1' }), urn(1), { ...patientJson(), id: 'p1' })],
    [
      'conditional',
      two(
        observation({
          reference: 'Patient?identifier=http%3A%2F%2Ffhir.ehealth.gov.vn%2Fcore%2Fsid%2Fnational_id%7C008161000001',
        }),
        urn(1),
      ),
    ],
    [
      'logical',
      two(
        observation({ type: 'Patient', identifier: { system: 'http://tram.example/benh-nhan', value: 'BN-1' } }),
        urn(1),
      ),
    ],
  ])('lead to the entry: %s', (_, body) => {
    const record = recordOf(read(body));
    expect(record.person?.details.name).toBe('Nông Thị Thử Nghiệm');
    expect(record.kept).toHaveLength(1);
  });

  it('in a ring do no harm', () => {
    const plan = (next: number): SentResource => ({
      resourceType: 'CarePlan',
      status: 'active',
      intent: 'plan',
      ...about,
      partOf: [reference(next)],
    });
    const visit = visitOf(read(transactionJson(withVisit(plan(4), plan(3)))));
    const [first, second] = visit.keptResources ?? [];
    expect(first?.resource['partOf']).toEqual([{ reference: expect.stringContaining(`-x-${second?.key}`) }]);
    expect(second?.resource['partOf']).toEqual([{ reference: expect.stringContaining(`-x-${first?.key}`) }]);
  });

  it('that lead nowhere are faults: of a patient or a promised entry, errors; of others, warnings', () => {
    const dangling = read(transactionJson(withVisit({ ...observation(reference(77)) })));
    expect(errorsOf(dangling)).toEqual(['Bundle.entry[2].resource.subject.reference reference-not-found']);
    const stranger = read(transactionJson(withVisit(observation({ reference: 'Patient/nobody' }))));
    expect(errorsOf(stranger)).toEqual(['Bundle.entry[2].resource.subject patient-not-found']);
    const performer = read(
      transactionJson(withVisit({ ...observation(reference(1)), performer: [{ reference: 'Practitioner/f005' }] })),
    );
    expect(errorsOf(performer)).toEqual([]);
    expect(performer.entries[2]?.faults.map(({ code, severity }) => `${severity} ${code}`)).toEqual([
      'warning reference-not-found',
    ]);
  });
});

describe('what is refused', () => {
  const entry = (resource: JsonObject, changes: JsonObject = {}): Json => ({
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [{ fullUrl: urn(1), resource, request: { method: 'POST', url: 'Patient' }, ...changes }],
  });

  it.each<readonly [string, Json, string]>([
    ['no FHIR', { hello: 'world' }, ' not-fhir'],
    ['an answer', { resourceType: 'Bundle', type: 'searchset' }, 'Bundle.type bundle-type'],
    [
      'a delete',
      entry(patientJson(), { request: { method: 'DELETE', url: 'Patient/1' } }),
      'Bundle.entry[0].request.method method-not-supported',
    ],
    [
      'an entry without a request',
      entry(patientJson(), { request: null as unknown as Json }),
      'Bundle.entry[0].request required',
    ],
    [
      'the url of another type',
      entry(patientJson(), { request: { method: 'POST', url: 'Observation' } }),
      'Bundle.entry[0].request.url request-url',
    ],
    ['an unknown element', entry({ ...patientJson(), hoTen: 'A' }), 'Bundle.entry[0].resource.hoTen unknown-element'],
    ['a wrong type', entry({ ...patientJson(), active: 'true' }), 'Bundle.entry[0].resource.active wrong-type'],
    [
      'a day of no calendar',
      entry({ ...patientJson(), birthDate: '2026-02-30' }),
      'Bundle.entry[0].resource.birthDate wrong-form',
    ],
    [
      'two of a choice',
      entry({ ...patientJson(), deceasedBoolean: false, deceasedDateTime: '2026' }),
      'Bundle.entry[0].resource.deceased more-than-one',
    ],
    ['a code of no list', entry({ ...patientJson(), gender: 'nữ' }), 'Bundle.entry[0].resource.gender unknown-code'],
    ['an empty list', entry({ ...patientJson(), name: [] }), 'Bundle.entry[0].resource.name empty'],
    ['one for a list', entry({ ...patientJson(), name: { text: 'A' } }), 'Bundle.entry[0].resource.name wrong-type'],
    [
      'a document without its Composition',
      { ...summaryJson(), entry: [{ resource: patientJson() }] },
      'Bundle.entry[0] first-entry',
    ],
  ])('%s', (_, body, expected) => {
    expect(errorsOf(read(body))).toEqual([expected]);
  });

  it('two entries of one fullUrl', () => {
    const [patient, encounter] = withVisit();
    if (!patient || !encounter) throw new Error('no entries');
    expect(errorsOf(read(transactionJson([patient, { ...encounter, fullUrl: patient.fullUrl }])))).toEqual([
      'Bundle.entry[1].fullUrl duplicate-full-url',
    ]);
  });

  it('hostile JSON, without harm: too deep, too many, keys of prototypes, numbers beyond numbers, truncated text', () => {
    const raw = (text: string): ReadBundle => readBundle(Buffer.from(text), { facility, receivedAt });
    const deep = `{"resourceType":"Patient","extension":${'[{"url":"u","extension":'.repeat(5_000)}[]${'}]'.repeat(5_000)}}`;
    expect(errorsOf(raw(deep)).at(0)).toMatch(/ too-deep$/);
    const many = transactionJson(
      Array.from({ length: 10_000 }, (_, index) => ({ fullUrl: urn(index), resource: patientJson() })),
    );
    expect(errorsOf(read(many))).toEqual(['Bundle.entry too-many-entries']);
    const polluted = JSON.stringify(patientJson()).replace(
      '{',
      '{"__proto__":{"polluted":true},"constructor":{"prototype":{}},',
    );
    expect(errorsOf(raw(polluted))).toEqual(['Patient unknown-element', 'Patient.constructor unknown-element']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    const huge = JSON.stringify(observationJson({ subject: { reference: 'Patient/1' } }, ['1-1', 'x', 1, 'g', 'g']));
    expect(errorsOf(raw(huge.replace('"value":1', '"value":1e999')))).toContain(
      'Observation.valueQuantity.value not-a-number',
    );
    expect(errorsOf(raw('{"resourceType":"Bundle","type":"trans'))).toEqual([' not-json']);
    expect(errorsOf(raw('\u0000'))).toEqual([' not-json']);
  });

  it('anything a fuzzer makes of a good message: read, or refused with reasons, never a crash', () => {
    const good = JSON.stringify(transactionJson());
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(60), fc.string({ maxLength: 20 }), (at, cut, put) => {
        const text = good.slice(0, at) + put + good.slice(at + cut);
        const bundle = readBundle(Buffer.from(text), { facility, receivedAt });
        expect(bundle.records.length > 0 || errorsOf(bundle).length > 0 || bundle.entries.length === 0).toBe(true);
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 6 }),
        fc.constantFrom('Patient', 'Bundle', 'Observation', 'Encounter'),
        (value, resourceType) => {
          readBundle(Buffer.from(JSON.stringify({ ...(value as object), resourceType })), { facility, receivedAt });
        },
      ),
      { numRuns: 300 },
    );
  });
});
