import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Bundle, BundleEntry, OperationOutcome, Resource } from '@medplum/fhirtypes';
import fc from 'fast-check';
import type { ResidentId } from '#domain/ids.js';
import { AuditReader } from '#security/audit/audit-reader.js';
import type { AuditEntry } from '#security/audit/audit-entry.js';
import { type FhirServer, type Identity, startFhirServer } from './fhir-server.js';
import { at, EventLog, facility, visitContent } from './recorded-events.js';

const own: Identity = { kind: 'station', facility: facility('08Z11') };
let server: FhirServer;
let token: string;
let lan: ResidentId;
let hidden: ResidentId;
let encounter: string;

beforeAll(async () => {
  const log = new EventLog();
  for (const code of ['08Z11', '08Z12']) log.facility({ code: facility(code), name: `Trạm Y tế ${code} (giả lập)` });
  lan = log.resident('Nông Thị Lan', '08Z11', { birthDate: '1961-05-11' as never });
  for (const number of [1, 2, 3])
    log.visit(
      lan,
      visitContent('08Z11', `E${number}`, `2026-09-0${number}T08:00:00+07:00`, {
        end: at(`2026-09-0${number}T09:00:00+07:00`),
        diagnoses: [{ code: 'I10', display: 'Tăng huyết áp', role: 'main' }],
        vitals: { systolic: 130 + number, diastolic: 80, pulse: 70 },
        vitalsSource: 'note',
      }),
    );
  hidden = log.resident('Lê Thị Của Trạm Khác', '08Z12');
  server = await startFhirServer(log.events);
  token = await server.token(own);
  const found = (await alone({ url: `Encounter?patient=${lan}` })).body as Bundle;
  encounter = found.entry?.[0]?.resource?.id ?? '';
}, 60_000);
afterAll(() => server.close());

interface Asked {
  readonly url: string;
  readonly method?: 'GET' | 'HEAD';
  readonly ifNoneMatch?: string;
}
interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Resource | undefined;
}

async function ask(path: string, init: RequestInit = {}, by = token): Promise<Answer> {
  const answer = await fetch(`${server.base}/${path}`, {
    ...init,
    headers: { authorization: `Bearer ${by}`, ...(init.headers as Record<string, string>) },
  });
  const text = await answer.text();
  return {
    status: answer.status,
    headers: answer.headers,
    body: text === '' ? undefined : (JSON.parse(text) as Resource),
  };
}

const alone = ({ url, method = 'GET', ifNoneMatch }: Asked): Promise<Answer> =>
  ask(url.replace(server.base, '').replace(/^\//, ''), {
    method,
    headers: ifNoneMatch === undefined ? {} : { 'if-none-match': ifNoneMatch },
  });

const bundleOf = (type: string, asked: readonly Asked[]): object => ({
  resourceType: 'Bundle',
  type,
  entry: asked.map(({ method = 'GET', ...request }) => ({ request: { method, ...request } })),
});

const post = (body: object, by = token): Promise<Answer> =>
  ask('', { method: 'POST', headers: { 'content-type': 'application/fhir+json' }, body: JSON.stringify(body) }, by);

/** As an entry of a batch should say what was answered alone. */
function entryOf({ status, headers, body }: Answer): unknown {
  const [etag, modified] = [headers.get('etag'), headers.get('last-modified')];
  return {
    status: String(status),
    ...(etag !== null && { etag }),
    ...(modified !== null && { lastModified: new Date(modified).toISOString() }),
    body,
  };
}

function saidIn({ response, resource }: BundleEntry): unknown {
  const { status = '', outcome, ...rest } = response ?? {};
  return { ...rest, status: status.slice(0, 3), body: resource ?? outcome };
}

describe('a batch of reads', () => {
  it('answers each entry as it would be answered alone', async () => {
    const pool: readonly Asked[] = [
      { url: `Patient/${lan}` },
      { url: `Patient/${lan}`, ifNoneMatch: 'W/"1"' },
      { url: `Patient/${lan}`, ifNoneMatch: 'W/"99"' },
      { url: `Patient/${lan}`, method: 'HEAD' },
      { url: `/Patient/${lan}/_history/1` },
      { url: `Patient/${lan}/_history` },
      { url: `Patient/${lan}?asOf=2020-01-01` },
      { url: `Patient/${hidden}` },
      { url: `Patient/${lan}/$everything` },
      { url: `Patient/${lan}/Condition?code=I10` },
      { url: `Encounter/${encounter}` },
      { url: `${server.base}/Encounter/${encounter}` },
      { url: `Encounter?patient=${lan}&_sort=-date&_include=Encounter:subject` },
      { url: `Observation?patient=${lan}&code=http://loinc.org|8480-6,http://loinc.org|85354-9` },
      { url: `Observation?patient=${lan}&shoe-size=42` },
      { url: 'Patient?name=l%C3%AA%20th%E1%BB%8B' },
      { url: `Encounter/_history?_since=2020-01-01T00:00:00Z` },
      { url: 'Krankheit/1' },
      { url: 'metadata' },
      { url: '?_type=Patient' },
    ];
    const expected = new Map(await Promise.all(pool.map(async (one) => [one, entryOf(await alone(one))] as const)));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...pool), { maxLength: 12 }), async (asked) => {
        const { status, body } = await post(bundleOf('batch', asked));
        expect([status, (body as Bundle).type]).toEqual([200, 'batch-response']);
        const said = ((body as Bundle).entry ?? []).map(saidIn);
        expect(said).toEqual(asked.map((one) => expected.get(one)));
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  it('is written down like the same reads alone: who, what, and whose record', async () => {
    const entries = async (work: () => Promise<unknown>): Promise<readonly AuditEntry[]> => {
      const reader = new AuditReader(server.audit.store.database);
      const before = (await reader.page({}, 1)).found[0]?.seq ?? 0;
      await work();
      return (await reader.page({}, 50)).found.filter(({ seq }) => seq > before).map(({ entry }) => entry);
    };
    const asked: readonly Asked[] = [
      { url: `Patient/${lan}` },
      { url: `Patient/${hidden}` },
      { url: `Encounter?patient=${lan}` },
      { url: `Patient/${lan}/$everything` },
    ];
    const core = ({ interaction, what, query, residents, status, actor }: AuditEntry): unknown => ({
      interaction,
      what,
      query,
      residents,
      status,
      actor,
    });
    const single = await entries(async () => {
      for (const one of asked) await alone(one);
    });
    const inBatch = await entries(() => post(bundleOf('batch', asked)));
    const whole = inBatch.filter(({ route }) => route === 'POST /fhir');
    expect(whole).toMatchObject([{ interaction: 'batch', action: 'E', status: 200, residents: [] }]);
    const parts = inBatch.filter(({ route }) => route !== 'POST /fhir');
    expect(parts.map(core).toSorted(byText)).toEqual(single.map(core).toSorted(byText));
    expect(new Set(inBatch.map(({ request }) => request)).size).toBe(1);
  });

  it('reads no further than the server, and no further than its sender', async () => {
    const { body } = await post(
      bundleOf('batch', [
        { url: 'https://elsewhere.example/fhir/Patient/1' },
        { url: '//elsewhere.example/Patient/1' },
        { url: '../metrics' },
        { url: '%2e%2e/metrics' },
        { url: '\\\\elsewhere.example/x' },
      ]),
    );
    for (const { response } of (body as Bundle).entry ?? []) expect(response?.status).toBe('400 Bad Request');
    const resident = await server.token({ kind: 'resident', resident: hidden });
    const { body: others } = await post(
      bundleOf('batch', [{ url: `Patient/${lan}` }, { url: `Patient/${hidden}` }]),
      resident,
    );
    expect((others as Bundle).entry?.map(({ response }) => response?.status)).toEqual(['404 Not Found', '200 OK']);
    const operator = await server.token({ kind: 'operator' });
    expect((await post(bundleOf('batch', [{ url: 'metadata' }]), operator)).status).toBe(403);
  });

  it('of too many entries is refused before any is read', async () => {
    const many = (count: number): readonly Asked[] => Array.from({ length: count }, () => ({ url: 'metadata' }));
    expect(await post(bundleOf('batch', many(101)))).toMatchObject({
      status: 413,
      body: { issue: [{ code: 'too-costly' }] },
    });
    expect((await post(bundleOf('batch', many(100)))).status).toBe(200);
  });

  it('may ask operations by POST, and nothing else by it', async () => {
    const validate = {
      resource: { resourceType: 'Patient', gender: 'x' },
      request: { method: 'POST', url: 'Patient/$validate' },
    };
    const nested = { resource: bundleOf('batch', []), request: { method: 'POST', url: '/' } };
    const { body } = await post({ resourceType: 'Bundle', type: 'batch', entry: [validate, {}] });
    expect((body as Bundle).entry).toMatchObject([
      {
        resource: { resourceType: 'OperationOutcome', issue: [{ code: 'code-invalid' }] },
        response: { status: '200 OK' },
      },
      { response: { status: '400 Bad Request' } },
    ]);
    const { body: inside } = await post({ resourceType: 'Bundle', type: 'batch', entry: [nested] });
    expect((inside as Bundle).entry?.map(({ response }) => response?.status)).toEqual(['405 Method Not Allowed']);
  });
});

describe('a transaction of reads', () => {
  it('is answered whole', async () => {
    const { status, body } = await post(
      bundleOf('transaction', [{ url: `Patient/${lan}` }, { url: `Encounter/${encounter}` }]),
    );
    expect([status, (body as Bundle).type]).toEqual([200, 'transaction-response']);
    expect((body as Bundle).entry?.map(({ resource }) => resource?.id)).toEqual([lan, encounter]);
  });

  it('fails whole when one of them does, and names it', async () => {
    const { status, body } = await post(
      bundleOf('transaction', [
        { url: `Patient/${lan}` },
        { url: `Patient/${hidden}` },
        { url: 'Patient?shoe-size=42' },
      ]),
    );
    expect([status, (body as OperationOutcome).issue]).toMatchObject([
      404,
      [{ code: 'not-found', expression: ['Bundle.entry[1]'] }],
    ]);
  });
});

describe('where intake is not set', () => {
  it('writes are refused with 503 and when to come again', async () => {
    const patient = { resourceType: 'Patient', name: [{ text: 'Lê Thị Thử' }] };
    const create = await ask('Patient', {
      method: 'POST',
      headers: { 'content-type': 'application/fhir+json' },
      body: JSON.stringify(patient),
    });
    expect(create).toMatchObject({ status: 503, body: { issue: [{ code: 'transient' }] } });
    expect(create.headers.get('retry-after')).toBe('300');
    const entry = [{ resource: patient, request: { method: 'POST', url: 'Patient' } }];
    expect((await post({ resourceType: 'Bundle', type: 'transaction', entry })).status).toBe(503);
    expect((await post({ resourceType: 'Bundle', type: 'batch' })).status).toBe(200);
  });
});

const byText = (a: unknown, b: unknown): number => JSON.stringify(a).localeCompare(JSON.stringify(b));
