/** What the record makes of each answer of intake. Intake itself is a double here; the real one is in fhir-writes.e2e-spec.ts. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Bundle, OperationOutcome } from '@medplum/fhirtypes';
import type { ResidentId } from '#domain/ids.js';
import type { RecordedEvent } from '#event-store/event-store.js';
import { patientJson } from '#fhir/testing/bundles.js';
import { type FhirServer, type Identity, startFhirServer } from './fhir-server.js';
import { EventLog, facility } from './recorded-events.js';

const own: Identity = { kind: 'station', facility: facility('08Z11') };
const receipt = '08Z11-5f0c1e7a9b3d4c2e8f6a7b1c0d9e2f3a';
const log = new EventLog();
let lan: ResidentId;
let other: ResidentId;
let server: FhirServer;
let token: string;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const intake = createServer((request, response) => {
  request.resume().on('end', () => answer(request, response));
});

beforeAll(async () => {
  for (const code of ['08Z11', '08Z12']) log.facility({ code: facility(code), name: `Trạm Y tế ${code} (giả lập)` });
  lan = log.resident('Nông Thị Lan', '08Z11');
  other = log.resident('Lê Thị Của Trạm Khác', '08Z12');
  await new Promise<void>((resolve) => intake.listen(0, '127.0.0.1', resolve));
  const { port } = intake.address() as AddressInfo;
  server = await startFhirServer(log.events, { INTAKE_URL: `http://127.0.0.1:${port}` });
  token = await server.token(own);
}, 60_000);
afterAll(async () => {
  await server.close();
  await new Promise((resolve) => intake.close(resolve));
});

const answering =
  (status: number, body: object, headers: Record<string, string> = {}): typeof answer =>
  (_, response) =>
    void response.writeHead(status, headers).end(JSON.stringify(body));

/** Intake's answer to a message that it has taken, with an entry for each place. */
const taken = (status: number, ...responses: readonly object[]): typeof answer =>
  answering(
    status,
    {
      resourceType: 'Bundle',
      type: 'transaction-response',
      identifier: { system: 'urn:lien-tuyen:sid:receipt', value: receipt },
      link: [{ relation: 'receipt', url: `http://inside/intake/receipts/${receipt}` }],
      entry: responses.map((response) => ({ response })),
    },
    { location: `/intake/receipts/${receipt}` },
  );

async function send(path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${server.base}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json', ...headers },
    body: JSON.stringify(body),
  });
}
const transaction = {
  resourceType: 'Bundle',
  type: 'transaction',
  entry: [{ resource: patientJson(), request: { method: 'POST', url: 'Patient' } }],
};
const batch = { ...transaction, type: 'batch' };
const created = { status: '201 Created', location: `http://inside/fhir/Patient/`, etag: 'W/"1"' };

describe('before the record shows what intake has taken', () => {
  it.each([
    ['/Patient', patientJson()],
    ['', transaction],
    ['', batch],
  ])('POST /fhir%s is answered 202 with the receipt and when to ask again, never 201', async (path, body) => {
    // The log that the record reads has no such receipt yet.
    answer = taken(201, { ...created, location: `http://inside/fhir/Patient/${lan}` });
    const said = await send(path, body);
    expect([said.status, said.headers.get('retry-after'), said.headers.get('location')]).toEqual([202, '5', null]);
    expect(said.headers.get('link')).toContain(`/intake/receipts/${receipt}>; rel="describedby"`);
    expect((await said.json()) as OperationOutcome).toMatchObject({
      resourceType: 'OperationOutcome',
      issue: [{ severity: 'information', diagnostics: expect.stringContaining(receipt) }],
    });
  });
});

describe('once it shows it', () => {
  beforeAll(() => {
    const shown: RecordedEvent = {
      ...(log.events.at(-1) as RecordedEvent),
      id: '0190a1b2-0000-4000-8000-000000000001',
      type: 'MessageAccepted',
      stream: `message-${receipt}` as RecordedEvent['stream'],
      revision: 0,
      position: log.events.length + 1,
      data: {},
    };
    server.keep([shown]);
  });

  it('entries have the version that the record shows, under the address that was asked', async () => {
    answer = taken(
      201,
      { ...created, location: `http://inside/fhir/Patient/${lan}` },
      { status: '204 No Content', lastModified: '2026-10-05T00:00:00Z' },
      { ...created, location: `http://inside/fhir/Patient/${other}` },
      { ...created, location: 'http://inside/fhir/Observation/00000000-0000-4000-8000-000000000000-o-x' },
    );
    const body = (await (await send('', transaction)).json()) as Bundle;
    expect(body.entry?.map(({ response }) => response)).toEqual([
      {
        status: '201 Created',
        location: `${server.base}/Patient/${lan}/_history/1`,
        etag: 'W/"1"',
        lastModified: expect.stringMatching(/^2026-/),
      },
      { status: '204 No Content', lastModified: '2026-10-05T00:00:00Z' },
      // Not the caller's to read: no version of it is told, and that is said.
      {
        status: '201 Created',
        location: `${server.base}/Patient/${other}`,
        outcome: expect.objectContaining({ issue: [expect.objectContaining({ severity: 'information' })] }),
      },
      expect.objectContaining({ location: expect.stringMatching(/Observation\/[^/]+$/), outcome: expect.anything() }),
    ]);
    expect(body.link?.[0]?.url).toBe(`${server.base.replace('/fhir', '')}/intake/receipts/${receipt}`);
  });

  it('what is known already is answered 200, be it that intake has had the message or has found nothing new', async () => {
    const location = `http://inside/fhir/Patient/${lan}`;
    for (const [http, status] of [
      [200, '201 Created'],
      [201, '200 OK'],
    ] as const) {
      answer = taken(http, { status, location });
      const said = await send('/Patient', patientJson());
      expect([said.status, said.headers.get('location')]).toEqual([200, `${server.base}/Patient/${lan}/_history/1`]);
      expect(await said.json()).toMatchObject({ resourceType: 'Patient', id: lan });
    }
  });
});

describe('what intake refuses', () => {
  it.each([401, 403, 408, 409, 413, 415, 429, 503])(
    'with %i and a problem document is an OperationOutcome',
    async (status) => {
      const problem = {
        title: 'Đang xử lý quá nhiều',
        detail: 'Gửi lại sau',
        en: { title: 'Too much', detail: 'Again later' },
      };
      answer = answering(status, problem, { 'content-type': 'application/problem+json', 'retry-after': '2' });
      for (const [path, body] of [
        ['/Patient', patientJson()],
        ['', transaction],
        ['', batch],
      ] as const) {
        const said = await send(path, body);
        expect([said.status, said.headers.get('retry-after')]).toEqual([status, '2']);
        expect((await said.json()) as OperationOutcome).toMatchObject({
          resourceType: 'OperationOutcome',
          issue: [
            {
              severity: 'error',
              details: { text: 'Đang xử lý quá nhiều. Gửi lại sau' },
              diagnostics: 'Too much. Again later',
            },
          ],
        });
      }
    },
  );

  it('is asked to come back, when one sender has too much under way at once', async () => {
    const waiting: ServerResponse[] = [];
    const enough = Promise.withResolvers<void>();
    answer = (_, response) => {
      if (waiting.push(response) === 64) enough.resolve();
    };
    const underWay = Array.from({ length: 64 }, () => send('/Patient', patientJson()));
    await enough.promise;
    const refused = await send('/Patient', patientJson());
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '2']);
    expect(await refused.json()).toMatchObject({ resourceType: 'OperationOutcome', issue: [{ code: 'throttled' }] });
    for (const response of waiting) response.writeHead(503).end('{}');
    expect(new Set((await Promise.all(underWay)).map(({ status }) => status))).toEqual(new Set([503]));
    answer = answering(503, {});
    expect((await send('/Patient', patientJson())).status).toBe(503);
  });

  it('in words that nobody understands is a fault of ours, not a success', async () => {
    answer = answering(200, { hello: 'world' });
    const said = await send('/Patient', patientJson());
    expect(said.status).toBe(502);
    expect(await said.json()).toMatchObject({ resourceType: 'OperationOutcome' });
  });
});
