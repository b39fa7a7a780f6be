import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type {
  Bundle,
  CapabilityStatement,
  OperationOutcome,
  Provenance,
  Resource,
  Condition,
} from '@medplum/fhirtypes';
import type { Client } from 'fhir-kit-client';
import type { PartialDate } from '#domain/dates.js';
import type { EpisodeNumber, ResidentId } from '#domain/ids.js';
import type { ImmunizationContent } from '#domain/immunizations/immunization-content.js';
import { immunizationStream, residentStream } from '#domain/streams.js';
import { faultsOf } from '#fhir/validation.js';
import { fromXml } from '#fhir/xml/read-xml.js';
import { searchParametersOf } from '#fhir/search-parameters/search-parameters.js';
import { definitions, servedTypes } from '../src/search/definitions.js';
import { terminologyTypes } from '../src/terminology/terminology-search.js';
import { type FhirServer, type Identity, startFhirServer } from './fhir-server.js';
import { at, day, EventLog, facility, paper, visitContent } from './recorded-events.js';

const nationalId = 'http://fhir.ehealth.gov.vn/core/sid/national_id';
const icd10 = 'http://terminology.hl7.org/CodeSystem/icd10';
const clinician: Identity = { kind: 'clinician' };

let server: FhirServer;
let client: Client;
let log: EventLog;
let binh: ResidentId;
let huong: ResidentId;

/** A small province: a station's hypertensive resident referred to the hospital, another station's resident with many visits. */
function world(): EventLog {
  const made = new EventLog();
  made.facility({
    code: facility('08Z01'),
    name: 'Trung tâm Y tế Lâm Bình (giả lập)',
    kind: 'district-health-centre',
    careLevel: 'basic',
  });
  made.facility({ code: facility('08Z11'), name: 'Trạm Y tế Xã Phúc Yên (giả lập)' });
  made.facility({ code: facility('08Z12'), name: 'Trạm Y tế Xã Xuân Lập (giả lập)' });
  binh = made.resident(
    'Chẩu Văn Bình',
    '08Z11',
    { phone: '0930 280 156', residence: { text: 'Thôn Nà Mèn', provinceCode: '08', communeCode: '02266' } },
    [
      { system: 'national-id', value: '008051828479' },
      { system: 'facility-patient-number', value: 'R0006', facility: facility('08Z11') },
    ],
  );
  made.record(
    residentStream(binh),
    {
      type: 'HealthHistoryRecorded',
      data: {
        resident: binh,
        history: {
          diseases: [{ code: '2', display: 'Tăng huyết áp', present: true }],
          allergies: [{ code: '1', display: 'Penicillin', present: true }],
          riskFactors: [{ kind: 'tobacco', status: 'no' }],
          reproductive: { livingChildren: 2 },
          familyDiseases: [{ code: '3', display: 'Đái tháo đường', present: true, relative: 'Mẹ' }],
          relatives: [{ relation: 'Mẹ', name: 'Nông Thị Ẩn' }],
        },
        changed: ['history'],
        observedOn: day('2026-10-28'),
      },
    },
    '08Z11',
  );
  made.visit(
    binh,
    visitContent('08Z11', 'E1', '2026-09-05T08:00:00+07:00', {
      end: at('2026-09-05T09:00:00+07:00'),
      diagnoses: [
        { code: 'I10', display: 'Tăng huyết áp vô căn', role: 'main' },
        { code: 'E11.9', display: 'Đái tháo đường', role: 'comorbidity' },
      ],
      vitals: { systolic: 131, diastolic: 79, pulse: 76, temperature: 36.8 },
      vitalsSource: 'note',
      medications: [{ code: '40.30.501', display: 'Amlodipin 5mg', quantity: 30, unit: 'viên' }],
      services: [
        { code: '02.1895', display: 'Khám bệnh', group: '13', supply: false },
        { code: '23.0075.1494', display: 'Định lượng Glucose [Máu]', group: '1', supply: false },
      ],
      results: [
        {
          serviceCode: '23.0075.1494',
          code: '23.0075.1494',
          name: 'Glucose máu lúc đói',
          value: '6,4',
          unit: 'mmol/L',
        },
      ],
      practitioner: '000123/TQ-CCHN',
    }),
  );
  made.visit(
    binh,
    visitContent('08Z01', 'H1', '2026-10-14T07:30:00+07:00', {
      careType: '03',
      diagnoses: [{ code: 'L30.9', role: 'main' }],
    }),
  );
  const referral = made.referral(binh, paper('08Z11', '08Z01', '08Z11-CT-1', '2026-10-11T12:00:00+07:00'));
  const step = { referral, resident: binh, at: at('2026-10-14T07:30:00+07:00'), by: facility('08Z01') };
  made.step({ type: 'PatientArrived', data: { ...step, episode: 'H1' as EpisodeNumber, late: false } });
  made.step({
    type: 'ReferralAnswered',
    data: {
      ...step,
      answer: {
        episode: 'H1' as EpisodeNumber,
        diagnoses: [{ code: 'L30.9', display: 'Viêm da', role: 'main' }],
        summary: 'Đã khám',
      },
    },
  });
  huong = made.resident('Lê Thị Thu Hương', '08Z12', { sex: 'female', birthDate: '2012-03' as PartialDate });
  for (let month = 1; month <= 9; month += 1) {
    for (const date of ['03', '17', '28']) {
      made.visit(
        huong,
        visitContent('08Z12', `W${month}-${date}`, `2025-0${month}-${date}`, {
          diagnoses: [{ code: 'J06.9', role: 'main' }],
          vitals: { weight: 40 },
        }),
      );
    }
  }
  made.screening(huong, {
    facility: facility('08Z12'),
    at: at('2026-03-01'),
    vitals: { systolic: 150 },
    findings: [{ code: 'I10' }],
  });
  made.immunization(huong, '08Z12', {
    vaccineCode: 'HPV4',
    vaccineName: 'Gardasil',
    vaccineGroup: 'HPV',
    givenOn: at('2026-04-02'),
    doseNumber: 1,
  });
  const mistaken = made.immunization(huong, '08Z12', { vaccineName: 'Cúm mùa', givenOn: at('2026-05-02') });
  const { immunization } = (mistaken.data as { readonly immunization: ImmunizationContent }).immunization;
  made.record(
    immunizationStream(immunization),
    { type: 'ImmunizationRetracted', data: { resident: huong, immunization, reason: 'not given' } },
    '08Z12',
  );
  return made;
}

beforeAll(async () => {
  log = world();
  server = await startFhirServer(log.events);
  client = await server.client(clinician);
});
afterAll(async () => {
  await server.close();
});

const search = async (
  resourceType: string,
  searchParams: Record<string, string | string[]>,
  by: Client = client,
): Promise<Bundle> => (await by.search({ resourceType, searchParams })) as unknown as Bundle;
const matchesOf = (bundle: Bundle): readonly Resource[] =>
  (bundle.entry ?? []).flatMap((entry) => (entry.search?.mode === 'match' && entry.resource ? [entry.resource] : []));
const includedIn = (bundle: Bundle): readonly string[] =>
  (bundle.entry ?? []).flatMap((entry) =>
    entry.search?.mode === 'include' ? [`${entry.resource?.resourceType}`] : [],
  );
const found = async (type: string, parameters: Record<string, string | string[]>): Promise<number> =>
  matchesOf(await search(type, parameters)).length;
const ask = async (
  path: string,
  identity: Identity | undefined = clinician,
  init: RequestInit = {},
): Promise<Response> =>
  fetch(path === '' ? server.base : `${server.base}/${path}`, {
    ...init,
    headers: {
      ...(identity && { authorization: `Bearer ${await server.token(identity)}` }),
      ...(init.headers as Record<string, string> | undefined),
    },
  });
const outcomeOf = async (answer: Response): Promise<OperationOutcome> => {
  expect(answer.headers.get('content-type')).toBe('application/fhir+json; charset=utf-8');
  const outcome = (await answer.json()) as OperationOutcome;
  expect(outcome.resourceType).toBe('OperationOutcome');
  return outcome;
};
/** Every page of a search, as a client follows them. */
async function allPages(type: string, parameters: Record<string, string>): Promise<readonly Resource[]> {
  const resources: Resource[] = [];
  let page: Bundle | undefined = await search(type, parameters);
  for (let pages = 0; page && pages < 100; pages += 1) {
    resources.push(...matchesOf(page));
    const next: string | undefined = page.link?.find((link) => link.relation === 'next')?.url;
    page = next === undefined ? undefined : ((await (await ask(next.slice(server.base.length + 1))).json()) as Bundle);
  }
  return resources;
}

describe('read', () => {
  it('gives the resource with its version and answers If-None-Match', async () => {
    const patient = await client.read({ resourceType: 'Patient', id: binh });
    expect(patient).toMatchObject({
      id: binh,
      meta: { versionId: '2' },
      name: [{ text: 'Chẩu Văn Bình', family: 'Chẩu', given: ['Văn', 'Bình'] }],
      managingOrganization: { display: 'Trạm Y tế Xã Phúc Yên (giả lập)' },
    });
    const answer = await ask(`Patient/${binh}`);
    expect(answer.headers.get('etag')).toBe('W/"2"');
    const again = await ask(`Patient/${binh}`, clinician, { headers: { 'if-none-match': 'W/"2"' } });
    expect([again.status, await again.text()]).toEqual([304, '']);
  });

  it('knows no ids but its own', async () => {
    for (const path of [
      'Patient/00000000-0000-4000-8000-000000000000',
      `Encounter/${binh}`,
      `Observation/${binh}-v-bp`,
      'Organization/99999',
    ]) {
      const answer = await ask(path);
      expect([path, answer.status]).toEqual([path, 404]);
      expect((await outcomeOf(answer)).issue?.[0]?.code).toBe('not-found');
    }
    expect((await ask('Patient/a%20b')).status).toBe(400);
    expect((await ask('Immunization/1')).status).toBe(404);
  });

  it('serves facilities and every part of a visit', async () => {
    expect(await client.read({ resourceType: 'Organization', id: '08Z11' })).toMatchObject({
      name: 'Trạm Y tế Xã Phúc Yên (giả lập)',
    });
    const encounter = matchesOf(
      await search('Encounter', { identifier: 'urn:lien-tuyen:sid:episode-number:08Z11|E1' }),
    )[0];
    const pressure = await client.read({ resourceType: 'Observation', id: `${encounter?.id}-v-bp` });
    expect(pressure).toMatchObject({
      component: [{ valueQuantity: { value: 131, code: 'mm[Hg]' } }, { valueQuantity: { value: 79 } }],
      method: { coding: [{ code: 'read-from-note' }] },
    });
  });
});

describe('search', () => {
  const cases: readonly (readonly [type: string, parameters: Record<string, string | string[]>, expected: number])[] = [
    ['Patient', { identifier: `${nationalId}|008051828479` }, 1],
    ['Patient', { identifier: '008051828479' }, 1],
    ['Patient', { identifier: '|008051828479' }, 0],
    ['Patient', { identifier: 'http://other|008051828479' }, 0],
    ['Patient', { name: 'chau van binh' }, 1],
    ['Patient', { name: 'Bình' }, 1],
    ['Patient', { name: 'BIN' }, 1],
    ['Patient', { name: 'van' }, 1],
    ['Patient', { name: 'Hương,Bình' }, 2],
    ['Patient', { name: 'chau binh' }, 0],
    ['Patient', { family: 'chẩu' }, 1],
    ['Patient', { family: 'binh' }, 0],
    ['Patient', { given: 'thu' }, 1],
    ['Patient', { given: 'chau' }, 0],
    ['Patient', { birthdate: '1951-08-02' }, 1],
    ['Patient', { birthdate: 'ge2012' }, 1],
    ['Patient', { birthdate: 'lt2012-03' }, 1],
    ['Patient', { birthdate: '2012' }, 1],
    ['Patient', { gender: 'female' }, 1],
    ['Patient', { phone: '0930280156' }, 1],
    ['Patient', { organization: 'Organization/08Z12' }, 1],
    ['Patient', { name: 'binh', gender: 'female' }, 0],
    ['Encounter', { patient: 'binh' }, 2],
    ['Encounter', { subject: 'Patient/binh' }, 2],
    ['Encounter', { patient: 'binh,huong', _count: '100' }, 30],
    ['Encounter', { patient: 'nobody' }, 0],
    ['Encounter', { patient: 'binh', date: '2026-09-05' }, 1],
    ['Encounter', { patient: 'binh', date: 'gt2026-09-05' }, 1],
    ['Encounter', { patient: 'binh', date: ['ge2026-09-01', 'lt2026-10-01'] }, 1],
    ['Encounter', { date: '2025-01' }, 3],
    ['Encounter', { date: 'ne2026-09-05', patient: 'binh' }, 1],
    // H1 has no end: it goes on.
    ['Encounter', { date: 'ge2027-01-01' }, 1],
    ['Encounter', { class: 'IMP' }, 1],
    ['Encounter', { type: '03' }, 1],
    ['Encounter', { status: 'in-progress' }, 1],
    ['Encounter', { 'service-provider': '08Z01' }, 1],
    ['Encounter', { identifier: 'E1' }, 1],
    ['Condition', { code: 'I10', _count: '100' }, 2],
    ['Condition', { code: `${icd10}|I10` }, 2],
    ['Condition', { code: 'I10,E11.9' }, 3],
    ['Condition', { code: 'http://other|I10' }, 0],
    ['Condition', { code: 'I10', patient: 'binh' }, 1],
    ['Condition', { category: 'problem-list-item' }, 1],
    ['Condition', { 'clinical-status': 'active', patient: 'binh' }, 4],
    ['Condition', { 'verification-status': 'provisional' }, 1],
    ['Condition', { 'recorded-date': '2026-09-05' }, 2],
    ['Condition', { encounter: 'E1' }, 2],
    ['Observation', { code: '85354-9' }, 2],
    ['Observation', { code: 'http://loinc.org|14771-0' }, 1],
    ['Observation', { code: '23.0075.1494' }, 1],
    ['Observation', { patient: 'binh', category: 'vital-signs' }, 3],
    ['Observation', { patient: 'binh', category: 'laboratory', date: 'ge2026-09-01' }, 1],
    ['Observation', { patient: 'binh', code: '72166-2' }, 1],
    ['Observation', { encounter: 'E1', status: 'final' }, 4],
    ['Observation', { status: 'preliminary' }, 0],
    ['MedicationRequest', { patient: 'binh', status: 'completed', intent: 'order' }, 1],
    ['MedicationRequest', { code: '40.30.501', authoredon: '2026-09-05' }, 1],
    ['Procedure', { patient: 'binh', status: 'completed' }, 1],
    ['Procedure', { code: '02.1895' }, 0],
    ['AllergyIntolerance', { patient: 'binh', 'clinical-status': 'active' }, 1],
    ['FamilyMemberHistory', { patient: 'binh', status: 'partial', date: '2026-10-28' }, 1],
    ['Observation', { patient: 'binh', category: 'survey', code: '11638-4' }, 1],
    ['Immunization', { patient: 'huong' }, 1],
    ['Immunization', { 'vaccine-code': 'HPV4', date: '2026-04-02' }, 1],
    ['Immunization', { 'vaccine-code': 'urn:lien-tuyen:codesystem:qd831-loai-vac-xin|HPV', status: 'completed' }, 1],
    ['Immunization', { status: 'not-done' }, 0],
    ['Immunization', { performer: '08Z12', date: 'lt2026-04-02' }, 0],
    ['ServiceRequest', { requester: '08Z11', status: 'completed' }, 1],
    ['ServiceRequest', { performer: 'Organization/08Z01' }, 1],
    ['ServiceRequest', { identifier: '08Z11-CT-1' }, 1],
    ['ServiceRequest', { authored: '2026-10-11', code: '3457005' }, 1],
    ['Task', { owner: '08Z01', 'business-status': 'answered' }, 1],
    ['Task', { status: 'requested' }, 0],
    ['Task', { patient: 'binh', modified: 'ge2026-10-14' }, 1],
    ['Organization', { identifier: '08Z11' }, 1],
    ['Organization', { name: 'phuc yen' }, 1],
    ['Organization', { name: 'Trạm' }, 2],
    ['Provenance', { target: 'Patient/binh' }, 2],
    ['Provenance', { patient: 'binh' }, 7],
    ['Provenance', { patient: 'binh', recorded: 'gt2030' }, 0],
    ['Patient', { _id: 'binh,huong' }, 2],
    ['Patient', { _lastUpdated: 'ge2026-11-01' }, 2],
    ['Encounter', { _lastUpdated: 'lt2026-11-01' }, 0],
  ];

  it.each<[string, string, Readonly<Record<string, string>>, number]>([
    ['modifiers', 'Patient', { 'gender:not': 'male' }, 1],
    ['an exact name', 'Patient', { 'name:exact': 'Chẩu' }, 1],
    ['a part of a name', 'Patient', { 'name:contains': 'hau' }, 1],
    ['what is missing', 'Encounter', { 'reason-code:missing': 'false' }, 0],
    ['ICD-10 from the top', 'Condition', { 'code:below': 'E11' }, 1],
    ['a block of ICD-10', 'Condition', { 'code:below': 'E10-E14' }, 1],
    ['a chapter of ICD-10', 'Condition', { 'code:below': 'IV' }, 1],
    ['a block of ICD-10 it is not of', 'Condition', { 'code:below': 'E15-E16' }, 0],
    ['a block, asking the resource', 'Encounter', { 'diagnosis:Condition.code:below': 'E10-E14' }, 1],
    [
      'a number with a unit',
      'Observation',
      { code: '14771-0', 'value-quantity': 'gt1|http://unitsofmeasure.org|umol/L' },
      1,
    ],
    ['a component', 'Observation', { 'component-code-value-quantity': '8480-6$gt10' }, 2],
    ['a chain', 'Observation', { 'subject:Patient.name': 'binh', code: '85354-9' }, 1],
    ['a longer chain', 'Condition', { 'encounter.subject:Patient.family': 'chau', code: 'I10' }, 1],
    ['what refers to it', 'Patient', { '_has:Condition:patient:code': 'I10' }, 2],
  ])('by %s: %s %j', async (_, type, parameters, expected) => {
    expect(await found(type, { ...parameters })).toBe(expected);
  });

  it('sorts by several keys, in whichever order', async () => {
    const sorted = await search('Condition', { patient: binh, _sort: '-recorded-date,code' });
    const keys = matchesOf(sorted).map((one) => {
      const { recordedDate = '', code } = one as Condition;
      return [recordedDate.slice(0, 10), code?.coding?.[0]?.code ?? ''] as const;
    });
    expect(keys).toEqual(keys.toSorted((a, b) => b[0].localeCompare(a[0]) || (a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0)));
    expect(keys.length).toBeGreaterThan(2);
  });

  it('keeps to a compartment, page after page', async () => {
    const whole = matchesOf((await (await ask(`Patient/${binh}/Condition`)).json()) as Bundle);
    expect(whole.length).toBe(await found('Condition', { patient: binh }));
    const first = (await (await ask(`Patient/${binh}/Condition?_count=1`)).json()) as Bundle;
    const next = first.link?.find(({ relation }) => relation === 'next')?.url ?? '';
    expect(next).toContain(`/Patient/${binh}/Condition?_page=`);
    const second = (await client.request(next)) as unknown as Bundle;
    expect(matchesOf(second)[0]?.id).toBe(whole[1]?.id);
    const everything = (await (await ask(`Patient/${binh}/*`)).json()) as Bundle;
    expect(matchesOf(everything).length).toBeGreaterThan(whole.length);
  });

  it('gives a part of each resource, and says that it does', async () => {
    const [part] = matchesOf(await search('Encounter', { patient: binh, _elements: 'period' }));
    expect(Object.keys(part ?? {}).toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
      'class',
      'id',
      'meta',
      'period',
      'resourceType',
      'status',
    ]);
    expect(part?.meta?.tag?.at(-1)?.code).toBe('SUBSETTED');
    const [summary] = matchesOf(await search('Condition', { patient: binh, _summary: 'true' }));
    expect(Object.keys(summary ?? {})).toContain('code');
    expect(Object.keys(summary ?? {})).not.toContain('note');
  });

  /** Names in the cases stand for ids. */
  const resolved = async (value: string): Promise<string> => {
    const named = value.replaceAll('binh', (word, offset: number) =>
      offset === 0 || value[offset - 1] === '/' || value[offset - 1] === ',' ? binh : word,
    );
    return named.replaceAll(/(^|,)huong/g, `$1${huong}`);
  };

  it.each(cases)('%s by %j finds %i', async (type, parameters, expected) => {
    const given: Record<string, string | string[]> = {};
    for (const [name, value] of Object.entries(parameters)) {
      if (name === 'encounter')
        given[name] = matchesOf(await search('Encounter', { identifier: String(value) }))[0]?.id ?? '';
      else if (['patient', 'subject', '_id', 'target'].includes(name)) given[name] = await resolved(String(value));
      else given[name] = value;
    }
    expect(await found(type, given)).toBe(expected);
    // The same by POST, and counted alone.
    const form = new URLSearchParams(
      Object.entries(given).flatMap(([name, value]) => [value].flat().map((one): [string, string] => [name, one])),
    );
    const posted = await ask(`${type}/_search`, clinician, { method: 'POST', body: form });
    expect(matchesOf((await posted.json()) as Bundle)).toHaveLength(expected);
    form.append('_summary', 'count');
    const counted = (await (await ask(`${type}?${form.toString()}`)).json()) as Bundle;
    expect([counted.total, counted.entry]).toEqual([expected, undefined]);
  });

  it('refuses what it does not know, and names it', async () => {
    for (const [query, named] of [
      ['Patient?shoe-size=42', 'shoe-size'],
      ['Patient?name:sounds=x', 'name:sounds'],
      ['Patient?gender:in=http://x', 'gender:in'],
      ['Condition?patient.shoe-size=x', 'patient.shoe-size'],
      ['Condition?code.name=x', 'code.name'],
      ['Patient?_has:Observation:shoe:code=x', '_has:Observation:shoe:code'],
      ['Observation?_sort=shoe', '_sort=shoe'],
      ['Encounter?_include=Encounter:shoe', '_include=Encounter:shoe'],
      ['Encounter?_include=Condition:encounter', '_include=Condition:encounter'],
      ['Patient?_summary=most', '_summary'],
      ['Patient?_text=x', '_text'],
      ['Location?near=1', 'near'],
    ]) {
      const answer = await ask(query ?? '');
      expect(answer.status).toBe(400);
      expect((await outcomeOf(answer)).issue?.[0]?.diagnostics).toContain(named);
    }
    const lenient = await ask('Patient?shoe-size=42', clinician, { headers: { prefer: 'handling=lenient' } });
    const bundle = (await lenient.json()) as Bundle;
    expect(matchesOf(bundle)).toHaveLength(2);
    expect(JSON.stringify(bundle.entry?.at(-1))).toContain('shoe-size');
    expect(bundle.link?.find(({ relation }) => relation === 'self')?.url).toMatch(/\/Patient$/);
  });

  it.each([
    'birthdate=02/08/1951',
    'birthdate=2026-13',
    '_count=many',
    'name=%20',
    'identifier=%7C',
    '_page=abc',
    'birthdate=ge',
  ])('says what is wrong with %s', async (query) => {
    const answer = await ask(`Patient?${query}`);
    expect(answer.status).toBe(400);
    expect((await outcomeOf(answer)).issue?.[0]?.details?.text).toBeTruthy();
  });

  it('refuses more parameters than anybody asks', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const many = await ask('Patient/_search', clinician, {
      method: 'POST',
      headers: form,
      body: 'name=binh&'.repeat(20_000),
    });
    expect([many.status, (await outcomeOf(many)).issue?.[0]?.code]).toEqual([400, 'too-costly']);
  });

  it.each([
    ['Patient?_format=xml', undefined, 'xml'],
    ['Patient?_format=application/fhir%2Bxml', 'application/fhir+json', 'xml'],
    ['Patient?_format=application/fhir%2Bjson', 'application/fhir+xml', 'json'],
    ['Patient', 'application/fhir+xml', 'xml'],
    ['Patient', 'application/xml;q=0.5, application/fhir+json', 'json'],
    ['Patient', 'application/json;q=0.1, text/xml', 'xml'],
    ['Patient', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'json'],
    ['Patient', '*/*', 'json'],
    ['Encounter?nonsense=1', 'application/fhir+xml', 'xml'],
    ['Patient/unknown', 'application/fhir+xml', 'xml'],
  ])('speaks JSON and XML: %s, %s gives %s', async (path, accept, format) => {
    const [asked, plain] = [
      await ask(path, clinician, accept === undefined ? {} : { headers: { accept } }),
      await ask(path.replace(/\?_format.*/, '')),
    ];
    expect([asked.status, asked.headers.get('content-type')]).toEqual([
      plain.status,
      `application/fhir+${format}; charset=utf-8`,
    ]);
    const text = await asked.text();
    const read = format === 'xml' ? fromXml(text) : (JSON.parse(text) as Resource);
    const expected = (await plain.json()) as Bundle;
    expect({ ...read, link: [] }).toEqual({ ...expected, link: [] });
  });

  it.each(['text/csv', 'image/png'])('refuses %s in words', async (accept) => {
    const answer = await ask('Patient', clinician, { headers: { accept } });
    expect([answer.status, (await outcomeOf(answer)).issue?.[0]?.code]).toEqual([406, 'not-supported']);
  });

  it('pages to the end without a gap or a repeat, in either direction', async () => {
    for (const sort of ['date', '-date', '_lastUpdated', '-_lastUpdated', '_id']) {
      const all = await allPages('Encounter', { patient: huong, _count: '4', _sort: sort });
      expect(all).toHaveLength(28);
      expect(new Set(all.map((one) => one.id)).size).toBe(28);
    }
    const ascending = await allPages('Encounter', { 'service-provider': '08Z12', _count: '5', _sort: 'date' });
    const starts = ascending.map((one) => (one.resourceType === 'Encounter' ? one.period?.start : ''));
    expect(starts).toEqual(starts.toSorted((a, b) => (String(a) < String(b) ? -1 : 1)));
    expect(await allPages('Observation', { code: '29463-7,85354-9', _count: '3' })).toHaveLength(29);
    expect(await allPages('Patient', { name: 'h', _count: '1' })).toHaveLength(1);
  });

  it('goes on where it was when more is recorded in between', async () => {
    const parameters = { patient: huong, _count: '10', _sort: '-date' };
    const first = await search('Encounter', parameters);
    log.visit(huong, visitContent('08Z12', 'NEW', '2027-01-01', { diagnoses: [{ code: 'J06.9', role: 'main' }] }));
    await server.apply(log.events.slice(-1));
    const second = (await client.nextPage({ bundle: first as never })) as unknown as Bundle;
    const ids = [...matchesOf(first), ...matchesOf(second)].map((one) => one.id);
    expect(new Set(ids).size).toBe(20);
    expect(await allPages('Encounter', parameters)).toHaveLength(29);
    log.record(
      { category: 'visit', key: '08Z12.NEW' },
      { type: 'VisitRetracted', data: { resident: huong, facility: '08Z12', episode: 'NEW', reason: 'nhầm người' } },
      '08Z12',
    );
    const [retracted] = await allPages('Encounter', parameters);
    await server.apply(log.events.slice(-1));
    expect(await found('Encounter', { ...parameters, _count: '100' })).toBe(28);
    expect((await ask(`Encounter/${retracted?.id}`)).status).toBe(410);
  });

  it('brings along what is referred to and what refers', async () => {
    const bundle = await search('Encounter', {
      identifier: 'E1',
      _include: ['Encounter:patient', 'Encounter:service-provider'],
      _revinclude: ['Condition:encounter', 'Provenance:target'],
    });
    expect(includedIn(bundle).toSorted()).toEqual(['Condition', 'Condition', 'Organization', 'Patient', 'Provenance']);
    expect(includedIn(await search('ServiceRequest', { identifier: '08Z11-CT-1', _revinclude: 'Task:focus' }))).toEqual(
      ['Task'],
    );
    expect(includedIn(await search('Task', { owner: '08Z01', _include: 'Task:focus' }))).toEqual(['ServiceRequest']);
    expect(includedIn(await search('Patient', { _id: binh, _revinclude: 'MedicationRequest:patient' }))).toEqual([
      'MedicationRequest',
    ]);
    expect(includedIn(await search('Observation', { code: '72166-2', _include: 'Observation:subject' }))).toEqual([
      'Patient',
    ]);
  });

  it('links say what was asked', async () => {
    const bundle = await search('Patient', { name: 'Bình', _total: 'accurate' });
    expect(bundle.total).toBe(1);
    expect(bundle.link?.[0]).toEqual({
      relation: 'self',
      url: `${server.base}/Patient?name=B%C3%ACnh&_total=accurate`,
    });
    expect(bundle.entry?.[0]?.fullUrl).toBe(`${server.base}/Patient/${binh}`);
  });
});

describe('$everything', () => {
  const everything = async (query = ''): Promise<Bundle> =>
    (await (await ask(`Patient/${binh}/$everything${query}`)).json()) as Bundle;

  it('is the whole compartment, valid, in pages too', async () => {
    const whole = await everything();
    const types = new Set(whole.entry?.map((entry) => entry.resource?.resourceType));
    // The resident of this $everything has no vaccination, has said nothing of sharing, and nothing refers to a place.
    const missing = new Set(['Immunization', 'Consent', 'Location']);
    const own = [...definitions.values()].filter(({ type }) => !missing.has(type));
    expect(types).toEqual(new Set([...own.map(({ type }) => type), 'EpisodeOfCare']));
    for (const entry of whole.entry ?? []) if (entry.resource) expect(faultsOf(entry.resource)).toEqual([]);
    const matches = matchesOf(whole).map((one) => `${one.resourceType}/${one.id}`);
    const paged: string[] = [];
    let page: Bundle | undefined = await everything('?_count=4');
    while (page) {
      expect(matchesOf(page).length).toBeLessThanOrEqual(4);
      paged.push(...matchesOf(page).map((one) => `${one.resourceType}/${one.id}`));
      const next: string | undefined = page.link?.find((link) => link.relation === 'next')?.url;
      page =
        next === undefined ? undefined : ((await (await ask(next.slice(server.base.length + 1))).json()) as Bundle);
    }
    expect(paged).toEqual(matches);
  });

  it('takes _type and _since, and nothing else', async () => {
    expect(
      new Set((await everything('?_type=Condition,Task')).entry?.map((entry) => entry.resource?.resourceType)),
    ).toEqual(new Set(['Condition', 'Task']));
    expect((await everything('?_since=2030-01-01T00:00:00Z')).entry ?? []).toEqual([]);
    expect((await ask(`Patient/${binh}/$everything?start=2026`)).status).toBe(400);
    expect((await ask(`Patient/${binh}/$everything?_type=Shoe`)).status).toBe(400);
  });
});

describe('metadata', () => {
  it('is valid and says what there is: every parameter it lists is taken', async () => {
    const statement = (await client.capabilityStatement()) as unknown as CapabilityStatement;
    expect(faultsOf({ ...statement, id: 'x' })).toEqual([]);
    const resources = statement.rest?.[0]?.resource ?? [];
    expect(resources.map((one) => one.type)).toEqual([
      ...servedTypes.map(({ type }) => type),
      ...terminologyTypes,
      'Subscription',
    ]);
    const values = {
      token: 'x',
      date: '2026',
      reference: 'Organization/08Z11',
      string: 'x',
      uri: 'http://x',
      quantity: '5',
      number: '5',
      composite: '',
    };
    // Subscriptions are a module of their own, with tests of its own.
    for (const resource of resources.slice(0, -1)) {
      for (const parameter of resource.searchParam ?? []) {
        const known = searchParametersOf(resource.type).get(parameter.name);
        expect(known?.kind).toBe(parameter.type);
        const value =
          known?.kind === 'composite'
            ? known.components.map(({ kind }) => values[kind]).join('$')
            : values[parameter.type as keyof typeof values];
        const answer = await ask(`${resource.type}?${parameter.name}=${encodeURIComponent(value)}`);
        expect([resource.type, parameter.name, answer.status]).toEqual([resource.type, parameter.name, 200]);
      }
      if (!definitions.has(resource.type)) continue;
      for (const include of resource.searchInclude ?? [])
        expect((await ask(`${resource.type}?_count=1&_include=${include}`)).status).toBe(200);
      for (const include of resource.searchRevInclude ?? [])
        expect((await ask(`${resource.type}?_count=1&_revinclude=${include}`)).status).toBe(200);
    }
  });

  it('what is not in it is refused in FHIR words', async () => {
    for (const [path, method, status] of [
      [`Patient/${binh}`, 'POST', 405],
      [`Patient/${binh}`, 'DELETE', 405],
      [`Patient/${binh}`, 'PUT', 405],
      ['', 'PUT', 405],
      ['', 'GET', 404],
      [`Patient/${binh}/Shoe`, 'GET', 404],
      [`Device/${binh}/Condition`, 'GET', 404],
      ['Patient/$match', 'POST', 405],
    ] as const) {
      const answer = await ask(path, clinician, {
        method,
        ...(method !== 'GET' && { headers: { 'content-type': 'application/fhir+json' }, body: '{}' }),
      });
      const { resourceType } = (await answer.json()) as OperationOutcome;
      expect([path, method, answer.status, resourceType]).toEqual([path, method, status, 'OperationOutcome']);
    }
  });
});

describe('who may', () => {
  const station = (code: string): Identity => ({ kind: 'station', facility: facility(code) });

  it('whoever has no token is told what there is, and what goes wrong in the words of FHIR', async () => {
    const statement = await fetch(`${server.base}/metadata`);
    expect([statement.status, ((await statement.json()) as CapabilityStatement).rest?.[0]?.resource?.length]).toEqual([
      200,
      expect.any(Number),
    ]);
    expect((await fetch(`${server.base}/metadata`, { headers: { authorization: 'Bearer x.y.z' } })).status).toBe(401);
    for (const [path, options, status] of [
      ['/Patient/%zz', {}, 400],
      ['/Patient/_search', { method: 'POST', body: 'x'.repeat(300_000) }, 413],
    ] as const) {
      const answer = await fetch(`${server.base}${path}`, { ...options, headers: { accept: 'application/fhir+xml' } });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([
        status,
        expect.stringContaining('application/fhir+'),
      ]);
    }
  });

  it('nobody without a token, nor with one that reads no records', async () => {
    const without = await fetch(`${server.base}/Patient`);
    expect(without.status).toBe(401);
    await outcomeOf(without);
    for (const kind of ['province', 'operator'] as const) {
      for (const path of ['Patient', `Patient/${binh}`, 'metadata', `Patient/${binh}/$everything`])
        expect((await ask(path, { kind })).status).toBe(403);
    }
  });

  it('a station reads the residents it is concerned with, and the others do not exist', async () => {
    const own = await server.client(station('08Z12'));
    expect(matchesOf(await search('Patient', {}, own)).map((one) => one.id)).toEqual([huong]);
    expect(matchesOf(await search('Patient', { name: 'binh' }, own))).toEqual([]);
    expect(matchesOf(await search('Condition', { code: 'I10' }, own))).toHaveLength(1);
    expect(matchesOf(await search('Condition', { patient: binh }, own))).toEqual([]);
    expect(matchesOf(await search('Provenance', { target: `Patient/${binh}` }, own))).toEqual([]);
    expect((await search('Encounter', { _summary: 'count' }, own)).total).toBe(28);
    expect((await ask(`Patient/${binh}`, station('08Z12'))).status).toBe(404);
    expect((await ask(`Patient/${binh}/$everything`, station('08Z12'))).status).toBe(404);
    expect((await ask('Organization/08Z11', station('08Z12'))).status).toBe(200);
  });

  it('a referral opens the record to the hospital, a clinician of it included', async () => {
    for (const identity of [
      { kind: 'hospital', facility: facility('08Z01') },
      { kind: 'clinician', facility: facility('08Z01') },
    ] as const) {
      expect((await ask(`Patient/${binh}`, identity)).status).toBe(200);
      expect((await ask(`Patient/${huong}`, identity)).status).toBe(404);
    }
    const fresh = log.resident('Hoàng Văn Đạt', '08Z12');
    log.referral(fresh, paper('08Z12', '08Z11', '08Z12-CT-9', '2026-11-01'));
    const [registered, issued] = log.events.slice(-2);
    if (!registered || !issued) throw new Error('two events were recorded');
    await server.apply([registered]);
    expect((await ask(`Patient/${fresh}`, station('08Z11'))).status).toBe(404);
    await server.apply([issued]);
    expect((await ask(`Patient/${fresh}`, station('08Z11'))).status).toBe(200);
  });

  it('a resident reads the own record alone', async () => {
    const identity: Identity = { kind: 'resident', resident: huong };
    const own = await server.client(identity);
    expect(matchesOf(await search('Patient', {}, own)).map((one) => one.id)).toEqual([huong]);
    expect(matchesOf(await search('Condition', { code: 'E11.9' }, own))).toEqual([]);
    expect((await search('Encounter', { _summary: 'count' }, own)).total).toBe(28);
    expect((await ask(`Patient/${binh}`, identity)).status).toBe(404);
    expect((await ask(`Patient/${huong}/$everything`, identity)).status).toBe(200);
    expect((await ask('Organization/08Z12', identity)).status).toBe(200);
  });

  it('what was taken for one person’s and is another’s is closed to those who may read the first alone', async () => {
    const mistaken = visitContent('08Z11', 'E-MIX', '2026-10-20');
    const events = [log.visit(binh, mistaken), log.visit(huong, mistaken, 'VisitAmended')];
    await server.apply(events);
    const taken = matchesOf(await search('Provenance', { patient: huong })).find(({ id }) => id === events[1]?.id);
    const encounter = (taken as Provenance).target[0]?.reference ?? '';
    expect(encounter).toMatch(/^Encounter\//);
    for (const reader of [
      { kind: 'hospital', facility: facility('08Z01') },
      { kind: 'resident', resident: binh },
    ] as const) {
      expect((await ask(encounter, reader)).status).toBe(404);
      const told = await ask(`Provenance?patient=${binh}&_include=Provenance:target&_count=500`, reader);
      const text = await told.text();
      expect(told.status).toBe(200);
      expect([text.includes(binh), text.includes(huong), text.includes(encounter)]).toEqual([true, false, false]);
    }
  });

  it('a facility that wrote a visit for the wrong person reads that person no more once it is put right', async () => {
    const stranger = log.resident('Lò Văn Nhầm', '08Z12');
    const right = log.resident('Lò Văn Đúng', '08Z11');
    const mistaken = visitContent('08Z01', 'E-WRONG', '2026-10-21');
    await server.apply([...log.events.slice(-2), log.visit(stranger, mistaken)]);
    const hospital = { kind: 'hospital', facility: facility('08Z01') } as const;
    expect((await ask(`Patient/${stranger}`, hospital)).status).toBe(200);
    await server.apply([log.visit(right, mistaken, 'VisitAmended')]);
    expect((await ask(`Patient/${stranger}`, hospital)).status).toBe(404);
    expect((await ask(`Patient/${right}`, hospital)).status).toBe(200);
    expect((await ask(`Patient/${stranger}`, { kind: 'station', facility: facility('08Z12') })).status).toBe(200);
  });

  it('names nobody in the log', () => {
    const written = server.log.join('\n');
    for (const secret of ['Bình', 'Hương', '008051828479', binh, huong]) expect(written).not.toContain(secret);
    expect(written).toContain('/fhir/:type');
  });
});
