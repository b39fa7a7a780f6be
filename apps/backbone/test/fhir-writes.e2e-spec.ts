/** Writing by FHIR itself: what is posted to `/fhir` is taken by intake and answered as the record shows it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type {
  AuditEvent,
  Bundle,
  BundleEntry,
  CapabilityStatement,
  OperationOutcome,
  Resource,
} from '@medplum/fhirtypes';
import { Client } from 'fhir-kit-client';
import { parseFacilityCode, type ResidentId } from '#domain/ids.js';
import type { JsonObject, SentResource } from '#fhir/reading/json.js';
import {
  encounterJson,
  messageJson,
  observationJson,
  patientJson,
  reference,
  summaryJson,
  transactionJson,
  urn,
  visitEntries,
} from '#fhir/testing/bundles.js';
import { checkResource } from '#fhir/structure/check-resource.js';
import { invaliditiesOf } from '#fhir/validation.js';
import { fromXml } from '#fhir/xml/read-xml.js';
import { toXml } from '#fhir/xml/write-xml.js';
import type { CallerKind } from '#security/caller.js';
import { openSecrets } from '#security/secrets.js';
import { TokenIssuer } from '#security/token-issuer.js';
import { type OwnServer, startServer } from '../src/verify/own-server.js';

const station = '08Z13';
const nationalId = 'http://fhir.ehealth.gov.vn/core/sid/national_id';
let folder: string;
let server: OwnServer;
let issuer: TokenIssuer;
let client: Client;
let token: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lien-tuyen-writes-'));
  const secretsFile = join(folder, 'secrets', 'keys.json');
  server = await startServer({ DATA_DIR: join(folder, 'data'), SECRETS_FILE: secretsFile }, ['--empty']);
  issuer = new TokenIssuer(openSecrets(secretsFile));
  token = await tokenOf('station');
  client = new Client({ baseUrl: `${server.origin}/fhir`, bearerToken: token });
}, 60_000);

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function tokenOf(kind: CallerKind, scope?: string): Promise<string> {
  const facility = kind === 'station' ? parseFacilityCode(station) : undefined;
  return issuer.issue({ kind, hours: 1, ...(facility && { facility }), ...(scope !== undefined && { scope }) });
}

interface Answer<Body = OperationOutcome> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** Every answer to a write, for the last test. */
const said: Resource[] = [];

async function send<Body = OperationOutcome>(
  path: string,
  body: object | string,
  headers: Record<string, string> = {},
  method = 'POST',
): Promise<Answer<Body>> {
  const answer = await fetch(`${server.origin}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await answer.text();
  const isJson = answer.headers.get('content-type')?.includes('json') === true;
  if (isJson && path.startsWith('/fhir')) said.push(JSON.parse(text) as Resource);
  return { status: answer.status, headers: answer.headers, body: (isJson ? JSON.parse(text) : text) as Body };
}

async function get(path: string): Promise<Answer<Resource>> {
  const answer = await fetch(`${server.origin}${path}`, { headers: { authorization: `Bearer ${token}` } });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Resource };
}

const patient = (citizen: string): string => `Patient?identifier=${nationalId}|${citizen}`;
const weight = (citizen: string, kilograms: number): SentResource =>
  observationJson({ subject: { reference: patient(citizen) } }, ['29463-7', 'Body weight', kilograms, 'kg', 'kg']);
const statuses = (bundle: Bundle): readonly (string | undefined)[] =>
  (bundle.entry ?? []).map(({ response }) => response?.status);
const bundle = (type: string, entry: readonly object[]): object => ({ resourceType: 'Bundle', type, entry });

describe('a resource alone', () => {
  it('is created by a FHIR client, and can be read at once, in the version that the answer names', async () => {
    const created = (await client.create({
      resourceType: 'Patient',
      body: patientJson({ citizen: '008161000201' }),
    })) as Resource;
    expect(created).toMatchObject({ resourceType: 'Patient', meta: { versionId: '1' } });
    const observed = await send<Resource>('/fhir/Observation', weight('008161000201', 61));
    expect(observed.status).toBe(201);
    const { body } = observed;
    expect(body).toMatchObject({ valueQuantity: { value: 61 }, subject: { reference: `Patient/${created.id}` } });
    expect(observed.headers.get('location')).toBe(
      `${server.origin}/fhir/Observation/${body.id}/_history/${body.meta?.versionId}`,
    );
    expect(observed.headers.get('etag')).toBe(`W/"${body.meta?.versionId}"`);
    expect(observed.headers.get('last-modified')).toBe(new Date(body.meta?.lastUpdated ?? '').toUTCString());
    const [, receipt = ''] = /<(.*)>; rel="describedby"/.exec(observed.headers.get('link') ?? '') ?? [];
    expect((await get(new URL(receipt).pathname)).body).toMatchObject({ status: 'accepted', format: 'fhir' });
    expect((await get(new URL(observed.headers.get('location') ?? '').pathname)).body).toEqual(body);
  });

  it('is answered as the client prefers', async () => {
    await send('/fhir/Patient', patientJson({ citizen: '008161000202' }));
    const minimal = await send<string>('/fhir/Observation', weight('008161000202', 51), { prefer: 'return=minimal' });
    expect([minimal.status, minimal.body]).toEqual([201, '']);
    const told = await send('/fhir/Observation', weight('008161000202', 52), { prefer: 'return=OperationOutcome' });
    expect(told).toMatchObject({
      status: 201,
      body: { resourceType: 'OperationOutcome', issue: [{ severity: 'information' }] },
    });
  });

  it('is taken once: sent again it is answered again, with 200', async () => {
    const first = await send<Resource>('/fhir/Patient', patientJson({ citizen: '008161000203' }));
    const again = await send<Resource>('/fhir/Patient', patientJson({ citizen: '008161000203' }));
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body).toEqual(first.body);
    const intake = await send('/intake/messages', patientJson({ citizen: '008161000203' }), {
      accept: 'application/json',
    });
    expect(intake).toMatchObject({ status: 200, body: { status: 'duplicate' } });
  });

  it('is refused under an Idempotency-Key that another had', async () => {
    const key = { 'idempotency-key': 'mot-lan-1' };
    expect((await send('/fhir/Patient', patientJson({ citizen: '008161000204' }), key)).status).toBe(201);
    const other = await send('/fhir/Patient', patientJson({ citizen: '008161000205' }), key);
    expect(other).toMatchObject({ status: 409, body: { resourceType: 'OperationOutcome' } });
  });

  it('is not created where If-None-Exist finds it, and is where it does not', async () => {
    const condition = { 'if-none-exist': `identifier=${nationalId}|008161000206` };
    const first = await send<Resource>('/fhir/Patient', patientJson({ citizen: '008161000206' }), condition);
    expect(first.status).toBe(201);
    const changed = { ...patientJson({ citizen: '008161000206' }), active: false };
    const second = await send<Resource>('/fhir/Patient', changed, condition);
    expect(second).toMatchObject({ status: 200, body: { id: first.body.id, active: true } });
    await send('/fhir/Observation', weight('008161000206', 50));
    await send('/fhir/Observation', weight('008161000206', 51));
    const several = await send('/fhir/Observation', weight('008161000206', 52), {
      'if-none-exist': `subject=Patient/${first.body.id}`,
    });
    expect(several).toMatchObject({ status: 412, body: { issue: [{ code: 'multiple-matches' }] } });
    const wrong = await send('/fhir/Observation', weight('008161000206', 52), { 'if-none-exist': 'shoe-size=42' });
    expect(wrong).toMatchObject({ status: 400, body: { resourceType: 'OperationOutcome' } });
  });

  it('is taken in XML and answered in XML; its original is kept as it was sent', async () => {
    const xml = toXml(patientJson({ citizen: '008161000207' }) as unknown as Resource);
    const answer = await send<string>('/fhir/Patient', xml, {
      'content-type': 'application/fhir+xml',
      accept: 'application/fhir+xml',
    });
    expect(answer.status).toBe(201);
    expect(fromXml(answer.body)).toMatchObject({ resourceType: 'Patient', birthDate: '1961-05-11' });
    const [, receipt = ''] = /<(.*)>; rel="describedby"/.exec(answer.headers.get('link') ?? '') ?? [];
    const original = await fetch(`${receipt}/original`, { headers: { authorization: `Bearer ${token}` } });
    expect(await original.text()).toBe(xml);
  });

  it.each([
    ['of another type than the address names', '/fhir/Condition', patientJson(), 400, 'invalid'],
    ['of a type that FHIR does not know', '/fhir/Krankheit', { resourceType: 'Krankheit' }, 404, 'not-supported'],
    [
      'of a type that the server alone writes',
      '/fhir/AuditEvent',
      { resourceType: 'AuditEvent' },
      405,
      'not-supported',
    ],
    ['of terminology', '/fhir/ValueSet', { resourceType: 'ValueSet', status: 'draft' }, 405, 'not-supported'],
    ['with a wrong code', '/fhir/Patient', { ...patientJson(), gender: 'x' }, 422, 'code-invalid'],
    ['of somebody who is not known', '/fhir/Observation', weight('008199999999', 1), 422, 'not-found'],
    ['that is a Bundle', '/fhir/Bundle', transactionJson(), 405, 'not-supported'],
    ['that is no JSON', '/fhir/Patient', '{"resourceType": "Patient"', 400, 'structure'],
    ['that is empty', '/fhir/Patient', '', 400, 'structure'],
  ] as const)('is refused %s', async (_, path, body, status, code) => {
    const answer = await send(path, body);
    expect(answer).toMatchObject({
      status,
      body: { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code }] },
    });
  });

  it('is refused by its size, its format and its sender', async () => {
    const large = { ...patientJson(), text: { status: 'generated', div: 'x'.repeat(17 * 1024 * 1024) } };
    expect(await send('/fhir/Patient', large)).toMatchObject({
      status: 413,
      body: { resourceType: 'OperationOutcome' },
    });
    const form = await send('/fhir/Patient', 'a=1', { 'content-type': 'application/x-www-form-urlencoded' });
    expect(form).toMatchObject({ status: 415, body: { resourceType: 'OperationOutcome' } });
    const clinician = await send('/fhir/Patient', patientJson(), {
      authorization: `Bearer ${await tokenOf('clinician')}`,
    });
    expect(clinician).toMatchObject({ status: 403, body: { issue: [{ code: 'forbidden' }] } });
    const reading = await tokenOf('station', 'system/*.rs');
    const readOnly = await send('/fhir/Patient', patientJson(), { authorization: `Bearer ${reading}` });
    expect(readOnly).toMatchObject({ status: 403, body: { issue: [{ code: 'forbidden' }] } });
    const elsewhere = encounterJson(
      { reference: patient('008161000201') },
      { serviceProvider: { identifier: { system: 'urn:lien-tuyen:sid:facility-code', value: '08Z14' } } },
    );
    expect(await send('/fhir/Encounter', elsewhere)).toMatchObject({
      status: 403,
      body: { issue: [{ code: 'forbidden' }] },
    });
  });

  it.each(['PUT', 'PATCH', 'DELETE'])('is not %s, and the refusal says what to do instead', async (method) => {
    const answer = await send('/fhir/Patient/x', patientJson(), {}, method);
    expect(answer).toMatchObject({ status: 405, body: { issue: [{ code: 'not-supported' }] } });
    expect(answer.body.issue?.[0]?.diagnostics).toMatch(method === 'DELETE' ? /entered-in-error/ : /same identifier/);
  });
});

describe('writing', () => {
  it('is in the audit trail of whom it was about, and so is what a batch reads', async () => {
    const { body } = await send<Resource>('/fhir/Patient', patientJson({ citizen: '008161000208' }));
    const weighed = weight('008161000208', 64);
    await send('/fhir/Observation', weighed, { prefer: 'return=minimal' });
    await send(
      '/fhir',
      bundle('batch', [
        { resource: weight('008161000208', 65), request: { method: 'POST', url: 'Observation' } },
        { request: { method: 'GET', url: `Patient/${body.id}` } },
      ]),
    );
    const own = await issuer.issue({ kind: 'resident', resident: body.id as ResidentId, hours: 1 });
    const trail = new Client({ baseUrl: `${server.origin}/fhir`, bearerToken: own });
    const found = (await trail.request(`AuditEvent?patient=${body.id}`)) as unknown as Bundle;
    const interactions = (found.entry ?? []).map(({ resource }) => (resource as AuditEvent).subtype?.[0]?.code ?? '');
    expect(interactions.filter((one) => one !== 'search-type').toSorted((a, b) => a.localeCompare(b))).toEqual([
      'batch',
      'create',
      'create',
      'read',
    ]);
  });

  it('can be checked before by a FHIR client, which stores nothing', async () => {
    const wrong = { ...patientJson({ citizen: '008161000209' }), gender: 'x' };
    const outcome = await client.operation({
      name: 'validate',
      resourceType: 'Patient',
      input: { resourceType: 'Parameters', parameter: [{ name: 'resource', resource: wrong }] },
    });
    expect(outcome).toMatchObject({ issue: [{ severity: 'error', expression: ['Patient.gender'] }] });
    const right = await send('/fhir/Patient/$validate?mode=create', patientJson({ citizen: '008161000209' }));
    expect(right.body.issue?.some(({ severity }) => severity === 'error')).toBe(false);
    expect(((await get('/fhir/Patient?identifier=008161000209')).body as Bundle).total).toBe(0);
  });

  it('is told of truly in the CapabilityStatement, to those who may', async () => {
    const told = async (by: string): Promise<readonly string[]> => {
      const reader = new Client({ baseUrl: `${server.origin}/fhir`, bearerToken: by });
      const { rest } = (await reader.capabilityStatement()) as unknown as CapabilityStatement;
      const [first] = rest ?? [];
      const creating = (first?.resource ?? []).filter(({ interaction }) =>
        interaction?.some(({ code }) => code === 'create'),
      );
      return [...(first?.interaction ?? []).map(({ code }) => code), ...creating.map(({ type }) => type)];
    };
    const mine = await told(token);
    expect(mine).toEqual(expect.arrayContaining(['batch', 'transaction', 'Patient', 'Observation', 'CarePlan']));
    expect(mine).not.toContain('AuditEvent');
    expect(await told(await tokenOf('clinician'))).not.toContain('Patient');
    expect((await told(await tokenOf('station', 'system/Observation.cr'))).filter((one) => /^[A-Z]/.test(one))).toEqual(
      ['Observation'],
    );
  });
});

describe('a transaction', () => {
  const entries = visitEntries(patientJson({ citizen: '008161000301' }), {
    identifier: [{ system: 'http://tram.example/luot-kham', value: 'LK-TX' }],
  });

  it('of a FHIR client is answered with where each entry can be read in which version', async () => {
    const answer = (await client.transaction({ body: transactionJson(entries) as never })) as unknown as Bundle;
    expect(answer.type).toBe('transaction-response');
    expect(statuses(answer)).toEqual(Array(19).fill('201 Created'));
    for (const [index, { response }] of (answer.entry ?? []).entries()) {
      const { location = '', etag, lastModified } = response ?? {};
      const read = await get(new URL(location).pathname);
      expect(read).toMatchObject({
        status: 200,
        body: { resourceType: entries[index]?.resource.resourceType, meta: { lastUpdated: lastModified } },
      });
      expect(etag).toBe(`W/"${read.body.meta?.versionId}"`);
    }
  });

  it('that comes to intake has the same receipt there', async () => {
    const again = await send<Bundle>('/fhir', transactionJson(entries));
    expect([again.status, statuses(again.body)[0]]).toEqual([200, '201 Created']);
    const intake = await send<{ id: string }>('/intake/messages', transactionJson(entries), {
      accept: 'application/json',
    });
    expect(intake).toMatchObject({ status: 200, body: { status: 'duplicate', id: again.body.identifier?.value } });
    expect(again.body.link).toEqual([
      { relation: 'receipt', url: `${server.origin}/intake/receipts/${again.body.identifier?.value}` },
    ]);
  });

  it('brings the resources along, or an outcome, where the client prefers it', async () => {
    const shown = await send<Bundle>('/fhir', transactionJson(entries), { prefer: 'return=representation' });
    expect(shown.body.entry?.map(({ resource }) => resource?.resourceType)).toEqual(
      entries.map(({ resource }) => resource.resourceType),
    );
    const told = await send<Bundle>('/fhir', transactionJson(entries), { prefer: 'return=OperationOutcome' });
    for (const { response } of told.body.entry ?? [])
      expect(response?.outcome).toMatchObject({ issue: [{ severity: 'information' }] });
  });

  it('that amends a visit is the next version of it', async () => {
    const amended = entries.map((entry, index) =>
      index === 9 ? { ...entry, resource: { ...entry.resource, valueQuantity: { value: 62, unit: 'kg' } } } : entry,
    );
    const answer = await send<Bundle>('/fhir', transactionJson(amended));
    expect(statuses(answer.body)).toEqual(Array(19).fill('200 OK'));
    expect(answer.body.entry?.[1]?.response).toMatchObject({
      etag: 'W/"2"',
      location: expect.stringMatching(/\/Encounter\/[^/]+\/_history\/2$/),
    });
  });

  it('is refused whole for one wrong entry, and nothing of it is there', async () => {
    const wrong = visitEntries(patientJson({ citizen: '008161000399' })).map((entry, index) =>
      index === 8 ? { ...entry, resource: { ...entry.resource, status: 'xong' } } : entry,
    );
    const refused = await send('/fhir', transactionJson(wrong));
    expect(refused).toMatchObject({
      status: 422,
      body: { issue: [{ code: 'code-invalid', expression: ['Bundle.entry[8].resource.status'] }] },
    });
    const found = await get(`/fhir/Patient?identifier=008161000399`);
    expect((found.body as Bundle).entry).toBeUndefined();
  });

  it('of a message, a document and a collection is taken as intake takes them', async () => {
    const own = { identifier: { system: 'urn:lien-tuyen:sid:facility-code', value: station } };
    const message = await send<Bundle>('/fhir', messageJson(own, entries));
    expect(message).toMatchObject({ status: 200, body: { type: 'message' } });
    const [, inner] = message.body.entry ?? [];
    for (const { response } of (inner?.resource as Bundle | undefined)?.entry?.slice(1) ?? [])
      expect(response?.location).toMatch(/\/_history\/\d+$/);
    const document = await send<Bundle>('/fhir', summaryJson(patientJson({ citizen: '008161000302' })));
    expect([document.status, document.body.type]).toEqual([200, 'transaction-response']);
    const collection = {
      resourceType: 'Bundle',
      type: 'collection',
      entry: [{ resource: weight('008161000302', 55) }],
    };
    expect(statuses((await send<Bundle>('/fhir', collection)).body)).toEqual(['201 Created']);
    expect((await send('/fhir', { resourceType: 'Bundle', type: 'searchset' })).status).toBe(422);
    expect((await send('/fhir', patientJson())).status).toBe(400);
  });

  it('cannot both write and read, change in parts, or delete what is no visit', async () => {
    const post = { resource: weight('008161000301', 60), request: { method: 'POST', url: 'Observation' } };
    const read = { request: { method: 'GET', url: 'Patient?name=a' } };
    expect(await send('/fhir', bundle('transaction', [post, read]))).toMatchObject({
      status: 400,
      body: { issue: [{ code: 'not-supported' }] },
    });
    const patch = { resource: post.resource, request: { method: 'PATCH', url: 'Observation/1' } };
    expect(await send('/fhir', bundle('transaction', [post, patch]))).toMatchObject({
      status: 405,
      body: { issue: [{ code: 'not-supported', expression: ['Bundle.entry[1]'] }] },
    });
    const deleted = { request: { method: 'DELETE', url: 'Patient/1' } };
    expect((await send('/fhir', bundle('transaction', [deleted]))).status).toBe(422);
  });

  it('says what it does with conditions that it cannot keep', async () => {
    const organization = {
      resource: {
        resourceType: 'Organization',
        identifier: [{ system: 'http://tram.example/don-vi', value: 'T9' }],
        name: 'Đơn vị giả lập',
      },
      request: { method: 'POST', url: 'Organization', ifNoneExist: 'identifier=http://tram.example/don-vi|T9' },
    };
    const answer = await send<Bundle>('/fhir', bundle('transaction', [organization]));
    expect(answer.body.entry?.[0]?.response).toMatchObject({
      status: '201 Created',
      outcome: { issue: [{ severity: 'information', diagnostics: expect.stringContaining('ifNoneExist') }] },
    });
    const matching = { ...organization, request: { method: 'PUT', url: 'Organization/1', ifMatch: 'W/"1"' } };
    expect(await send('/fhir', bundle('transaction', [matching]))).toMatchObject({
      status: 400,
      body: { issue: [{ code: 'not-supported', expression: ['Bundle.entry[0]'] }] },
    });
    const subscription = {
      resource: { resourceType: 'Subscription' },
      request: { method: 'POST', url: 'Subscription' },
    };
    expect(statuses((await send<Bundle>('/fhir', bundle('batch', [subscription]))).body)).toEqual([
      '405 Method Not Allowed',
    ]);
  });

  it('withdraws a visit', async () => {
    const visit = visitEntries(patientJson({ citizen: '008161000303' }), {
      identifier: [{ system: 'http://tram.example/luot-kham', value: 'LK-WITHDRAWN' }],
    });
    const taken = await send<Bundle>('/fhir', transactionJson(visit));
    const url = 'Encounter?identifier=http://tram.example/luot-kham|LK-WITHDRAWN';
    const gone = await send<Bundle>('/fhir', bundle('transaction', [{ request: { method: 'DELETE', url } }]));
    expect(statuses(gone.body)).toEqual(['204 No Content']);
    const [path = ''] = new URL(taken.body.entry?.[1]?.response?.location ?? '').pathname.split('/_history');
    expect((await get(path)).status).toBe(410);
    const unknown = 'Encounter?identifier=http://tram.example/luot-kham|LK-NEVER-WAS';
    const lost = bundle('transaction', [{ request: { method: 'DELETE', url: unknown } }]);
    const answer = await send<Bundle>('/fhir', lost, { prefer: 'return=OperationOutcome' });
    expect(JSON.stringify(answer.body)).not.toContain('"severity":"information"');
  });

  it('withdraws a visit by its status', async () => {
    const own = { identifier: [{ system: 'http://tram.example/luot-kham', value: 'LK-IN-ERROR' }] };
    const subject = { reference: patient('008161000301') };
    expect((await send('/fhir/Encounter', encounterJson(subject, own))).status).toBe(201);
    const mistaken = await send('/fhir/Encounter', encounterJson(subject, { ...own, status: 'entered-in-error' }));
    expect(mistaken).toMatchObject({ status: 200, body: { issue: [{ diagnostics: 'Withdrawn.' }] } });
  });
});

describe('a batch', () => {
  const post = (resource: SentResource): BundleEntry => ({
    resource: resource as unknown as Resource,
    request: { method: 'POST', url: resource.resourceType },
  });
  const read = (url: string, more: object = {}): object => ({ request: { method: 'GET', url, ...more } });

  it('writes first, then reads what was written; no entry harms another', async () => {
    await send('/fhir/Patient', patientJson({ citizen: '008161000401' }));
    const patients = (await get(`/fhir/Patient?identifier=008161000401`)).body as Bundle;
    const id = patients.entry?.[0]?.resource?.id ?? '';
    const answer = (await client.batch({
      body: bundle('batch', [
        read(`Observation?patient=${id}&code=29463-7`),
        post(weight('008161000401', 70)),
        post({ ...weight('008161000401', 70), status: 'xong' }),
        read('Patient/00000000-0000-4000-8000-000000000000'),
        { request: { method: 'PATCH', url: `Patient/${id}` } },
        read(`Patient/${id}`, { ifNoneMatch: 'W/"1"' }),
        read('https://elsewhere.example/Patient/1'),
        read(`Patient/${id}/$everything`),
        read('../intake/receipts'),
      ]) as never,
    })) as unknown as Bundle;
    expect(answer.type).toBe('batch-response');
    expect(statuses(answer).map((status) => status?.slice(0, 3))).toEqual([
      '200',
      '201',
      '422',
      '404',
      '405',
      '304',
      '400',
      '200',
      '400',
    ]);
    const [found, , wrong] = answer.entry ?? [];
    expect((found?.resource as Bundle | undefined)?.entry).toHaveLength(1);
    expect(wrong?.response?.outcome).toMatchObject({
      issue: [
        { expression: ['Bundle.entry[2].resource.status'], diagnostics: expect.stringMatching(/^Bundle\.entry\[2\]/) },
      ],
    });
    expect(answer.entry?.[5]?.response?.etag).toBe('W/"1"');
  });

  it('of which nothing can be taken says of each entry why', async () => {
    const wrong = [
      post({ ...weight('008161000401', 70), status: 'xong' }),
      read('Patient?_count=1'),
      post({ ...patientJson(), gender: 'x' }),
    ];
    const answer = await send<Bundle>('/fhir', bundle('batch', wrong));
    expect(statuses(answer.body).map((status) => status?.slice(0, 3))).toEqual(['422', '200', '422']);
    expect(answer.body.entry?.map(({ response }) => response?.outcome?.issue?.[0]?.expression)).toEqual([
      ['Bundle.entry[0].resource.status'],
      undefined,
      ['Bundle.entry[2].resource.gender'],
    ]);
  });

  it('is taken and answered in XML, with what it says in JSON', async () => {
    const asked = bundle('batch', [
      read('Patient?identifier=008161000401'),
      read('Patient/x'),
      post({ ...patientJson(), gender: 'x' }),
    ]);
    const inXml = await send<string>('/fhir', toXml(asked as Resource), {
      'content-type': 'application/fhir+xml',
      accept: 'application/fhir+xml',
    });
    expect(inXml.body).toContain('<outcome><OperationOutcome>');
    const inJson = await send<Bundle>('/fhir', asked);
    expect(fromXml(inXml.body)).toEqual(inJson.body);
    expect(statuses(inJson.body)).toEqual(['200 OK', '404 Not Found', '422 Unprocessable Entity']);
  });

  it('of encounters and their patient by urn keeps references between its entries', async () => {
    const answer = await send<Bundle>(
      '/fhir',
      bundle('batch', [
        { ...post(patientJson({ citizen: '008161000402' })), fullUrl: urn(1) },
        { ...post(encounterJson(reference(1), { identifier: [{ value: 'LK-B' }] })), fullUrl: urn(2) },
        read('metadata'),
      ]),
    );
    const [first, second, third] = answer.body.entry ?? [];
    const id = /Patient\/([^/]+)/.exec(first?.response?.location ?? '')?.[1];
    const encounter = await get(new URL(second?.response?.location ?? '').pathname);
    expect(encounter.body).toMatchObject({ subject: { reference: `Patient/${id}` } });
    expect(third?.resource).toMatchObject({ resourceType: 'CapabilityStatement' } satisfies JsonObject);
  });
});

it('every answer is valid FHIR', () => {
  expect(said.length).toBeGreaterThan(50);
  const faults = said.flatMap((resource) => [
    ...invaliditiesOf(resource).map(({ path, text }) => `${path}: ${text}`),
    ...checkResource(resource as unknown as JsonObject, resource.resourceType).map(
      ({ path, code }) => `${path}: ${code}`,
    ),
  ]);
  expect(new Set(faults)).toEqual(new Set());
});
