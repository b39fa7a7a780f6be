import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Bundle, Composition, OperationOutcome, Resource } from '@medplum/fhirtypes';
import type { PartialDate } from '#domain/dates.js';
import type { ResidentId } from '#domain/ids.js';
import { residentStream } from '#domain/streams.js';
import { testValidator } from '#deploy/local/src/fhir-validator.js';
import { faultsOf } from '#fhir/validation.js';
import { fromXml } from '#fhir/xml/read-xml.js';
import { type FhirServer, type Identity, startFhirServer } from './fhir-server.js';
import { day, EventLog, facility, paper, visitContent } from './recorded-events.js';

const clinician: Identity = { kind: 'clinician' };
const nationalId = 'http://fhir.ehealth.gov.vn/core/sid/national_id';

let server: FhirServer;
let log: EventLog;
let full: ResidentId;
let empty: ResidentId;
let joined: ResidentId;

const recently = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

beforeAll(async () => {
  log = new EventLog();
  log.facility({ code: facility('08Z01'), name: 'Trung tâm Y tế (giả lập)', kind: 'district-health-centre' });
  log.facility({ code: facility('08Z11'), name: 'Trạm Y tế <Phúc & Yên> (giả lập)' });
  full = log.resident('Chẩu Văn Bình', '08Z11', {}, [{ system: 'national-id', value: '008051828479' }]);
  empty = log.resident('Ma Thị Không', '08Z11', { birthDate: '1990' as PartialDate });
  joined = log.resident('Ma Thị Không', '08Z11', {}, [{ system: 'national-id', value: '008090000123' }]);
  const merge = { link: 'link-1', reason: 'trùng' };
  log.record(residentStream(empty), { type: 'ResidentsMerged', data: { resident: empty, joined, ...merge } }, '08Z11');
  log.record(
    residentStream(joined),
    { type: 'ResidentJoined', data: { resident: joined, into: empty, ...merge } },
    '08Z11',
  );
  log.record(
    residentStream(full),
    {
      type: 'HealthHistoryRecorded',
      data: {
        resident: full,
        history: {
          diseases: [
            { code: '2', display: 'Tăng huyết áp', present: true },
            { code: '6', display: 'Hen', present: false },
          ],
          allergies: [{ code: '1', display: '<b>Penicillin</b> & "họ hàng"', present: true }],
          riskFactors: [{ kind: 'tobacco', status: 'no' }],
        },
        changed: ['history'],
        observedOn: day('2026-08-28'),
      },
    },
    '08Z11',
  );
  log.visit(
    full,
    visitContent('08Z11', 'E0', '2019-01-05T08:00:00+07:00', {
      diagnoses: [
        { code: 'J02.9', display: 'Viêm họng', role: 'main' },
        { code: 'E11.9', display: 'Đái tháo đường', role: 'comorbidity' },
      ],
      vitals: { systolic: 150, diastolic: 90, weight: 60 },
      medications: [{ code: '40.1', display: 'Thuốc cũ' }],
    }),
  );
  log.visit(
    full,
    visitContent('08Z11', 'E1', `${recently(5)}T08:00:00+07:00`, {
      diagnoses: [
        { code: 'I10', display: 'Tăng huyết áp vô căn', role: 'main' },
        { code: 'L30.9', display: 'Viêm da', role: 'comorbidity' },
      ],
      vitals: { systolic: 131, diastolic: 79 },
      medications: [{ code: '40.30.501', display: 'Amlodipin 5mg', dosage: 'sáng 1 viên' }],
      services: [{ code: '23.0075.1494', display: 'Định lượng Glucose [Máu]', group: '1', supply: false }],
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
  // A visit for HIV: nothing of it shows to others.
  log.visit(
    full,
    visitContent('08Z01', 'H2', `${recently(3)}T08:00:00+07:00`, {
      diagnoses: [{ code: 'B24', display: 'Bệnh HIV', role: 'main' }],
      vitals: { systolic: 99, diastolic: 66 },
    }),
  );
  log.referral(full, paper('08Z11', '08Z01', '08Z11-CT-1', `${recently(4)}T12:00:00+07:00`));
  server = await startFhirServer(log.events);
});
afterAll(async () => server.close());

async function ask(
  path: string,
  identity: Identity = clinician,
  init: { readonly headers?: Readonly<Record<string, string>>; readonly method?: string; readonly body?: string } = {},
): Promise<Response> {
  const headers = { authorization: `Bearer ${await server.token(identity)}`, ...init.headers };
  return fetch(`${server.base}/${path}`, { ...init, headers });
}

async function summary(resident: ResidentId, query = '', identity: Identity = clinician): Promise<Bundle> {
  const answer = await ask(`Patient/${resident}/$summary${query}`, identity);
  expect(answer.status).toBe(200);
  return (await answer.json()) as Bundle;
}

const compositionOf = (bundle: Bundle): Composition => bundle.entry?.[0]?.resource as Composition;
const resources = (bundle: Bundle): readonly Resource[] =>
  (bundle.entry ?? []).flatMap(({ resource }) => resource ?? []);

/** What a section tells, as the words of its narrative; its code alone where it is not there. */
function told(bundle: Bundle, code: string): readonly string[] {
  const found = compositionOf(bundle).section?.find((one) => one.code?.coding?.[0]?.code === code);
  return [...(found?.text?.div ?? '').matchAll(/<(?:li|p)>(.*?)<\/(?:li|p)>/g)].map(([, words = '']) => words);
}

describe('the summary', () => {
  it('tells the main of a record, section by section, in Vietnamese', async () => {
    const bundle = await summary(full);
    expect(told(bundle, '11450-4').map((line) => line.replace(/^[\d/]+: /, ''))).toEqual([
      'Tăng huyết áp vô căn [I10]',
      'Viêm da [L30.9]',
      'Tăng huyết áp',
      'Đái tháo đường [E11.9]',
    ]);
    expect(told(bundle, '11348-0')).toEqual(['05/01/2019: Viêm họng [J02.9]']);
    expect(told(bundle, '48765-2')).toEqual([
      expect.stringContaining('&lt;b&gt;Penicillin&lt;/b&gt; &amp; &quot;họ hàng&quot;'),
    ]);
    expect(told(bundle, '10160-0')).toEqual([expect.stringContaining('Amlodipin 5mg: sáng 1 viên')]);
    expect(told(bundle, '8716-3')).toEqual([
      expect.stringContaining('Huyết áp tâm thu 131 mmHg, Huyết áp tâm trương 79 mmHg'),
      '05/01/2019: Cân nặng [29463-7]: 60 kg',
    ]);
    expect(told(bundle, '30954-2')).toEqual([expect.stringContaining('6,4 mmol/L')]);
    expect(told(bundle, '57133-1')).toEqual([expect.stringContaining('Trung tâm Y tế (giả lập)')]);
    expect(told(bundle, '29762-2')).toEqual([expect.stringContaining('Không')]);
    expect(told(bundle, '18776-5')).toEqual([]);
  });

  it('of a record that says nothing says so', async () => {
    const bundle = await summary(empty);
    const sections = compositionOf(bundle).section ?? [];
    expect(
      sections.map(({ code, emptyReason, entry }) => [code?.coding?.[0]?.code, emptyReason?.coding?.[0]?.code, entry]),
    ).toEqual([
      ['48765-2', 'unavailable', undefined],
      ['10160-0', 'unavailable', undefined],
      ['11450-4', 'unavailable', undefined],
    ]);
    expect(faultsOf(bundle)).toEqual([]);
  });

  it('is a document: composition first, every reference of it and every custodian inside', async () => {
    const bundle = await summary(full);
    expect([bundle.type, bundle.entry?.[0]?.resource?.resourceType]).toEqual(['document', 'Composition']);
    const inside = new Set(bundle.entry?.map(({ fullUrl }) => fullUrl));
    expect(inside.size).toBe(bundle.entry?.length);
    const { subject, author, custodian, section = [] } = compositionOf(bundle);
    const references = [subject, ...author, custodian, ...section.flatMap(({ entry = [] }) => entry)];
    for (const one of references) expect(inside).toContain(`${server.base}/${one?.reference}`);
    for (const one of resources(bundle)) expect([one.resourceType, faultsOf(one)]).toEqual([one.resourceType, []]);
  });

  it('is the same as long as the record is the same', async () => {
    const first = await summary(full);
    expect(await summary(full)).toEqual(first);
    expect(first.identifier?.value).toBe(`urn:uuid:${first.id}`);
    const newest = resources(first)
      .map(({ meta }) => meta?.lastUpdated ?? '')
      .toSorted()
      .at(-1);
    expect(first.timestamp).toBe(newest);
    expect((await summary(empty)).id).not.toBe(first.id);
  });

  it('shows no more than the caller may see', async () => {
    const text = JSON.stringify(await summary(full));
    expect(text).not.toContain('B24');
    expect(text).not.toContain('"value":99');
    const own = JSON.stringify(await summary(full, '', { kind: 'resident', resident: full }));
    expect(own).toContain('B24');
    expect(compositionOf(JSON.parse(own) as Bundle).confidentiality).toBe('R');
    expect((await ask(`Patient/${full}/$summary`, { kind: 'resident', resident: empty })).status).toBe(404);
    expect((await ask(`Patient/${full}/$summary`, { kind: 'province' })).status).toBe(403);
    const narrow = { ...clinician, scope: 'record.read user/Patient.rs user/Condition.rs' };
    const some = await summary(full, '', narrow);
    expect(new Set(resources(some).map(({ resourceType }) => resourceType))).toEqual(
      new Set(['Composition', 'Patient', 'Condition', 'Device']),
    );
    expect(
      (await ask(`Patient/${full}/$summary`, { ...clinician, scope: 'record.read user/Condition.rs' })).status,
    ).toBe(403);
  });

  it('as of a moment tells what was known then', async () => {
    const registered = log.events.find(({ stream }) => stream.includes(full))?.recordedAt ?? '';
    const moment = new Date(Date.parse(registered) + 500).toISOString();
    const bundle = await summary(full, `?asOf=${encodeURIComponent(moment)}`);
    expect(told(bundle, '11450-4')).toEqual([expect.stringContaining('no information')]);
    expect(bundle.timestamp).toBe(registered);
    expect((await ask(`Patient/${full}/$summary?asOf=hôm+qua`)).status).toBe(400);
  });

  it('is found by a number', async () => {
    const found = (await (await ask(`Patient/$summary?identifier=${nationalId}|008051828479`)).json()) as Bundle;
    expect(found).toEqual(await summary(full));
    const body = JSON.stringify({
      resourceType: 'Parameters',
      parameter: [{ name: 'identifier', valueString: '008051828479' }],
    });
    const headers = { 'content-type': 'application/fhir+json' };
    expect(await (await ask('Patient/$summary', clinician, { method: 'POST', headers, body })).json()).toEqual(found);
    expect((await ask('Patient/$summary?identifier=000000000000')).status).toBe(404);
    expect((await ask('Patient/$summary')).status).toBe(400);
    expect((await ask('Patient/$summary?foo=1')).status).toBe(400);
    expect((await ask(`Patient/${full}/$summary?profile=urn:other`)).status).toBe(400);
  });

  it('is found by the number of a record that was joined to another', async () => {
    const found = (await (await ask('Patient/$summary?identifier=008090000123')).json()) as Bundle;
    expect(found).toEqual(await summary(empty));
    // Both are answered to a search.
    expect(await (await ask('Patient?identifier=008090000123')).json()).toMatchObject({ total: 2 });
  });

  it('is asked by a FHIR client', async () => {
    const client = await server.client(clinician);
    const found = await client.operation({ name: 'summary', resourceType: 'Patient', id: full, method: 'GET' });
    expect(found).toEqual(await summary(full));
  });

  it('is written in XML, too', async () => {
    const answer = await ask(`Patient/${full}/$summary`, clinician, { headers: { accept: 'application/fhir+xml' } });
    expect(answer.headers.get('content-type')).toContain('application/fhir+xml');
    expect(fromXml(await answer.text())).toEqual(await summary(full));
  });

  it('is written to the audit trail with the resident it shows', async () => {
    await summary(full);
    const { entry = [] } = (await (
      await ask(`AuditEvent?patient=${full}&_count=1`, { kind: 'resident', resident: full })
    ).json()) as Bundle;
    expect(JSON.stringify(entry[0])).toContain(`Patient/${full}/$summary`);
  });

  it('of nobody is not found', async () => {
    const answer = await ask('Patient/00000000-0000-4000-8000-000000000000/$summary');
    expect([answer.status, ((await answer.json()) as OperationOutcome).resourceType]).toEqual([
      404,
      'OperationOutcome',
    ]);
  });
});

const validator = await testValidator("HL7's validator of patient summaries");
afterAll(async () => validator?.stop());

(validator ? describe : describe.skip)("HL7's own validator, with the profiles of IPS 2.0,", () => {
  const errorsOf = async (bundle: Bundle): Promise<readonly string[]> =>
    ((await validator?.validate(bundle)) ?? [])
      .filter(({ severity }) => severity === 'error' || severity === 'fatal')
      .map(({ path, text }) => `${path}: ${text}`);

  it('finds no error in summaries that tell much, little, and as of a moment', async () => {
    expect(await errorsOf(await summary(full))).toEqual([]);
    expect(await errorsOf(await summary(full, '', { kind: 'resident', resident: full }))).toEqual([]);
    expect(await errorsOf(await summary(empty))).toEqual([]);
    expect(await errorsOf(await summary(empty, '?asOf=2030-01-01'))).toEqual([]);
  }, 120_000);

  it('sees where one is not as IPS wants it', async () => {
    const [composition, patient] = resources(await summary(full));
    const wrong = await summary(full);
    const unborn: object = { ...patient, birthDate: undefined };
    const silent = { ...composition, section: (composition as Composition).section?.slice(1) };
    wrong.entry?.splice(
      0,
      2,
      { fullUrl: 'urn:uuid:1', resource: silent as Composition },
      { resource: unborn as Resource },
    );
    const errors = (await errorsOf(wrong)).join('\n');
    expect(errors).toMatch(/Bundle.entry:patient/);
    expect(errors).toMatch(/sectionAllergies/);
  }, 120_000);
});
