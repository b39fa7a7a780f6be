import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Bundle, CodeSystem, OperationOutcome, Parameters, Resource, ValueSet } from '@medplum/fhirtypes';
import { fromXml } from '#fhir/xml/read-xml.js';
import { faultsOf } from '#fhir/validation.js';
import { toXml } from '#fhir/xml/write-xml.js';
import { type FhirServer, type Identity, startFhirServer } from './fhir-server.js';
import { EventLog } from './recorded-events.js';

const icd10 = 'http://terminology.hl7.org/CodeSystem/icd10';
const genders = 'http://hl7.org/fhir/ValueSet/administrative-gender';
const clinician: Identity = { kind: 'clinician' };

let server: FhirServer;
let authorization: string;

beforeAll(async () => {
  server = await startFhirServer(new EventLog().events);
  authorization = `Bearer ${await server.token(clinician)}`;
});
afterAll(async () => server.close());

interface Answer<Body> {
  readonly status: number;
  readonly body: Body;
}

async function get<Body extends Resource = Parameters>(
  path: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Answer<Body>> {
  const answer = await fetch(`${server.base}/${path}?${new URLSearchParams(parameters).toString()}`, {
    headers: { authorization },
  });
  return { status: answer.status, body: (await answer.json()) as Body };
}

async function post<Body extends Resource = Parameters>(
  path: string,
  parameter: Parameters['parameter'],
): Promise<Answer<Body>> {
  const answer = await fetch(`${server.base}/${path}`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/fhir+json' },
    body: JSON.stringify({ resourceType: 'Parameters', parameter }),
  });
  return { status: answer.status, body: (await answer.json()) as Body };
}

const value = (parameters: Parameters, name: string): unknown => {
  const found = parameters.parameter?.find((one) => one.name === name);
  return found && Object.entries(found).find(([key]) => key.startsWith('value'))?.[1];
};

describe('$lookup', () => {
  it('tells a diagnosis in Vietnamese, by query and by Parameters alike', async () => {
    const { status, body } = await get('CodeSystem/$lookup', { system: icd10, code: 'E11.9' });
    expect(status).toBe(200);
    expect(value(body, 'display')).toBe('Đái tháo đường típ 2, không có biến chứng');
    expect(faultsOf({ ...body, id: 'any' })).toEqual([]);
    const coding = { system: icd10, code: 'E11.9' };
    expect(await post('CodeSystem/$lookup', [{ name: 'coding', valueCoding: coding }])).toEqual({ status, body });
    const asUri = [
      { name: 'system', valueUri: icd10 },
      { name: 'code', valueCode: 'E11.9' },
    ];
    expect(await post('CodeSystem/$lookup', asUri)).toEqual({ status, body });
  });

  it('is asked by a FHIR client', async () => {
    const client = await server.client(clinician);
    const input = { system: icd10, code: 'I10' };
    const found = await client.operation({ name: 'lookup', resourceType: 'CodeSystem', method: 'GET', input });
    expect(value(found as Parameters, 'display')).toBe('Tăng huyết áp');
  });

  it('takes and gives XML', async () => {
    const body = toXml({
      resourceType: 'Parameters',
      parameter: [
        { name: 'system', valueUri: 'http://loinc.org' },
        { name: 'code', valueCode: '8480-6' },
        { name: 'displayLanguage', valueCode: 'vi-VN' },
      ],
    });
    const headers = { authorization, 'content-type': 'application/fhir+xml', accept: 'application/fhir+xml' };
    const answer = await fetch(`${server.base}/CodeSystem/$lookup`, { method: 'POST', headers, body });
    expect(value(fromXml(await answer.text()) as Parameters, 'display')).toBe('Huyết áp tâm thu');
  });

  it.each([
    [404, 'not-found', { system: 'urn:unknown', code: 'x' }],
    [404, 'not-found', { system: icd10, code: 'I10', version: '1990' }],
    [404, 'not-found', { system: icd10, code: 'XYZ' }],
    [400, 'invalid', { system: icd10 }],
    [400, 'invalid', { code: 'I10' }],
    [400, 'not-supported', { system: icd10, code: 'I10', date: '2026-01-01' }],
  ])('%d %s: %j', async (status, code, asked) => {
    const answer = await get<OperationOutcome>('CodeSystem/$lookup', asked);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ resourceType: 'OperationOutcome', issue: [{ code }] });
  });

  it.each([
    ['application/fhir+json', '{"resourceType":"Patient"}', 400],
    ['application/fhir+json', '{', 400],
    ['application/fhir+json', '{"resourceType":"Parameters","parameter":{"name":"code"}}', 400],
    ['application/fhir+json', '{"resourceType":"Parameters","parameter":[{"name":"code","valueCoding":{}}]}', 400],
    [
      'application/fhir+json',
      '{"resourceType":"Parameters","parameter":[{"name":"coding","valueCoding":{"code":1}}]}',
      400,
    ],
    ['application/fhir+xml', '<Parameters>', 400],
    ['text/plain', 'code=I10', 415],
  ])('refuses %s %s', async (type, body, status) => {
    const headers = { authorization, 'content-type': type };
    const answer = await fetch(`${server.base}/CodeSystem/$lookup`, { method: 'POST', headers, body });
    expect(answer.status).toBe(status);
    expect(((await answer.json()) as OperationOutcome).resourceType).toBe('OperationOutcome');
  });
});

describe('$validate-code', () => {
  it('of a code system: a code, and its display', async () => {
    const asked = { url: icd10, code: 'I10' };
    expect(value((await get('CodeSystem/$validate-code', asked)).body, 'result')).toBe(true);
    const wrong = (await get('CodeSystem/$validate-code', { ...asked, display: 'Gút' })).body;
    expect([value(wrong, 'result'), value(wrong, 'display')]).toEqual([false, 'Tăng huyết áp']);
    const byId = await get('CodeSystem/icd10/$validate-code', { code: 'không' });
    expect([byId.status, value(byId.body, 'result')]).toEqual([200, false]);
    const coding = { system: 'http://loinc.org', code: '8480-6' };
    const ofAnother = await post('CodeSystem/icd10/$validate-code', [{ name: 'coding', valueCoding: coding }]);
    expect(value(ofAnother.body, 'result')).toBe(false);
    expect((await get('CodeSystem/$validate-code', { url: 'urn:unknown', code: 'x' })).status).toBe(404);
  });

  it('of a value set: code with system, coding, or any of a concept', async () => {
    const system = 'http://hl7.org/fhir/administrative-gender';
    const asked = { url: genders, system, code: 'female' };
    expect(value((await get('ValueSet/$validate-code', asked)).body, 'result')).toBe(true);
    expect((await get('ValueSet/$validate-code', { url: genders, code: 'female' })).status).toBe(400);
    const wrong = { name: 'codeableConcept', valueCodeableConcept: { coding: [{ system, code: 'nữ' }] } };
    const url = { name: 'url', valueUri: genders };
    expect(value((await post('ValueSet/$validate-code', [url, wrong])).body, 'result')).toBe(false);
    wrong.valueCodeableConcept.coding.push({ system, code: 'female' });
    expect(value((await post('ValueSet/$validate-code', [url, wrong])).body, 'result')).toBe(true);
    const unknown = { ...asked, system: 'urn:unknown' };
    const { body } = await get('ValueSet/$validate-code', unknown);
    expect([value(body, 'result'), value(body, 'message')]).toEqual([false, expect.stringContaining('urn:unknown')]);
    expect((await get('ValueSet/$validate-code', { ...asked, url: 'urn:unknown' })).status).toBe(404);
  });
});

describe('$expand', () => {
  it('finds diagnoses by what somebody types, in pages', async () => {
    const asked = { url: 'urn:lien-tuyen:valueset:icd10', filter: 'dai thao duong tip 2', count: '4' };
    const first = (await get<ValueSet>('ValueSet/$expand', asked)).body.expansion;
    const rest = (await get<ValueSet>('ValueSet/$expand', { ...asked, offset: '4', count: '100' })).body.expansion;
    expect(first?.total).toBe(11);
    expect([...(first?.contains ?? []), ...(rest?.contains ?? [])].map(({ code }) => code)).toEqual([
      'E11',
      ...Array.from({ length: 10 }, (_, digit) => `E11.${digit}`),
    ]);
    expect((await get('ValueSet/$expand', { url: 'urn:unknown' })).status).toBe(404);
    expect((await get('ValueSet/$expand', { ...asked, count: '-1' })).status).toBe(400);
  });
});

describe('CodeSystem and ValueSet', () => {
  it('are found and read', async () => {
    const found = (await get<Bundle>('CodeSystem', { url: icd10 })).body;
    expect(found).toMatchObject({ total: 1, entry: [{ resource: { id: 'icd10', content: 'fragment' } }] });
    const read = (await get<CodeSystem>('CodeSystem/icd10')).body;
    expect(read).toEqual(found.entry?.[0]?.resource);
    expect(faultsOf(read)).toEqual([]);
    expect((await get('CodeSystem/khong-co')).status).toBe(404);
    expect(
      (await get<Bundle>('ValueSet', { 'name:contains': 'gender', _summary: 'true' })).body.entry?.[0]?.resource,
    ).toMatchObject({
      url: genders,
      meta: { tag: [{ code: 'SUBSETTED' }] },
    });
    expect((await get('ValueSet', { foo: 'bar' })).status).toBe(400);
    expect((await get('CodeSystem', { 'supplements:CodeSystem.url': 'x' })).status).toBe(400);
  });

  it('are listed in pages that hold each once', async () => {
    const urls: string[] = [];
    let next: string | undefined = `${server.base}/CodeSystem?_count=100&_sort=-name&_elements=url`;
    while (next !== undefined) {
      const page = (await (await fetch(next, { headers: { authorization } })).json()) as Bundle;
      urls.push(...(page.entry ?? []).map(({ resource }) => (resource as CodeSystem).url ?? ''));
      expect(page.total).toBeGreaterThan(200);
      next = page.link?.find(({ relation }) => relation === 'next')?.url;
      if (next === undefined) expect(urls).toHaveLength(page.total ?? 0);
    }
    expect(new Set(urls).size).toBe(urls.length);
  });

  it('by POST _search as by GET', async () => {
    const answer = await fetch(`${server.base}/CodeSystem/_search`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ url: icd10 }),
    });
    expect(await answer.json()).toMatchObject({ total: 1 });
  });

  it('are only for tokens whose scopes of SMART name them', async () => {
    const narrow = { ...clinician, scope: 'record.read user/Observation.rs' };
    const headers = { authorization: `Bearer ${await server.token(narrow)}` };
    expect((await fetch(`${server.base}/CodeSystem/icd10`, { headers })).status).toBe(403);
    expect((await fetch(`${server.base}/CodeSystem/$lookup?system=${icd10}&code=I10`, { headers })).status).toBe(403);
  });
});
