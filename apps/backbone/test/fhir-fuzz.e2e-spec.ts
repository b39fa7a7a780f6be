/** Whatever is posted to `/fhir` is answered in FHIR's words, harms nobody else, and leaves no fault of ours in the log. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Resource } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { parseFacilityCode } from '#domain/ids.js';
import { observationJson, patientJson, summaryJson, transactionJson, visitEntries } from '#fhir/testing/bundles.js';
import { toXml } from '#fhir/xml/write-xml.js';
import { openSecrets } from '#security/secrets.js';
import { TokenIssuer } from '#security/token-issuer.js';
import { type OwnServer, startServer } from '../src/verify/own-server.js';

/** Taken, taken before, taken and not shown yet, and every kind of refusal. */
const statuses = [200, 201, 202, 400, 403, 404, 405, 409, 412, 413, 415, 422];

let folder: string;
let server: OwnServer;
let token: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lien-tuyen-fhir-fuzz-'));
  const secretsFile = join(folder, 'secrets', 'keys.json');
  server = await startServer({ DATA_DIR: join(folder, 'data'), SECRETS_FILE: secretsFile, BODY_LIMIT: '1MiB' }, [
    '--empty',
  ]);
  const facility = parseFacilityCode('08Z13');
  const issuer = new TokenIssuer(openSecrets(secretsFile));
  token = await issuer.issue({ kind: 'station', hours: 1, ...(facility && { facility }) });
}, 60_000);
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const number = 'Patient?identifier=http://fhir.ehealth.gov.vn/core/sid/national_id|008161000001';
const weight = observationJson({ subject: { reference: number } }, ['29463-7', 'Body weight', 50, 'kg', 'kg']);
const mixed = {
  resourceType: 'Bundle',
  type: 'batch',
  entry: [
    { request: { method: 'GET', url: 'Patient?_count=1' } },
    { resource: patientJson(), request: { method: 'POST', url: 'Patient', ifNoneExist: 'identifier=1' } },
    { resource: weight, request: { method: 'POST', url: 'Observation' } },
    { resource: weight, request: { method: 'POST', url: 'Observation/$validate?mode=create' } },
    { request: { method: 'GET', url: 'Observation?code=29463-7&_has:x', ifNoneMatch: 'W/"1"' } },
    { request: { method: 'DELETE', url: 'Encounter?identifier=http://tram.example/luot-kham|LK-2026-1' } },
  ],
};
const parameters = { resourceType: 'Parameters', parameter: [{ name: 'resource', resource: patientJson() }] };
const bodies: readonly (readonly [path: string, resource: object])[] = [
  ['/fhir', transactionJson()],
  ['/fhir', transactionJson(visitEntries(), 'batch')],
  ['/fhir', summaryJson()],
  ['/fhir', mixed],
  ['/fhir', { ...mixed, type: 'transaction', entry: mixed.entry.filter(({ request }) => request.method === 'GET') }],
  ['/fhir/Patient', patientJson()],
  ['/fhir/Observation', weight],
  ['/fhir/Patient/$validate?mode=create', parameters],
  ['/fhir/Bundle/$validate', transactionJson()],
];
const samples = bodies.flatMap(([path, resource]) => [
  { path, type: 'application/fhir+json', text: JSON.stringify(resource) },
  { path, type: 'application/fhir+xml', text: toXml(resource as Resource) },
]);

const hostileParts = [
  '\0',
  '\ud800',
  '\\u0000',
  '\u202e',
  '1e999',
  '<!DOCTYPE a [<!ENTITY x "ha">]>',
  '&x;',
  '<div xmlns="http://www.w3.org/1999/xhtml">',
  '"__proto__":{"x":1},',
  '"resourceType":"Bundle",',
  '"entry":[{}],',
  '"request":{"method":"GET","url":"../../metrics"},',
  'null',
  '{',
  '}',
  ']',
  '"',
  '[[[[[[[[',
  'A'.repeat(5000),
];
const changes = fc.array(
  fc.record({
    place: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    removed: fc.oneof({ weight: 5, arbitrary: fc.nat(20) }, { weight: 1, arbitrary: fc.nat(2000) }),
    inserted: fc.oneof(fc.constantFrom(...hostileParts), fc.string({ maxLength: 6 })),
  }),
  { maxLength: 3 },
);
const asked = fc.record({
  sample: fc.constantFrom(...samples),
  changes,
  otherType: fc.option(fc.constantFrom('application/json', 'text/xml', 'text/html', ';'), { freq: 8 }),
  otherPath: fc.option(fc.constantFrom('/fhir', '/fhir/Encounter', '/fhir/Patient', '/fhir/x', '/fhir/$x'), {
    freq: 8,
  }),
  prefer: fc.constantFrom('', 'return=representation', 'return=minimal', 'return=OperationOutcome'),
  condition: fc.option(fc.constantFrom('identifier=1', 'name=Nông', '', '?', '_id=%'), { freq: 8 }),
});

async function post(path: string, type: string, body: Buffer, headers: Record<string, string>): Promise<Response> {
  return fetch(server.origin + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': type, accept: 'application/fhir+json', ...headers },
    body: new Uint8Array(body),
  });
}

/** Refusals say why in two languages; answers to Bundles say of each entry how it went. */
function isInWords(status: number, text: string): void {
  if (text === '') return;
  const body = JSON.parse(text) as Resource;
  if (status >= 400) expect(body.resourceType).toBe('OperationOutcome');
  if (body.resourceType === 'OperationOutcome') {
    expect(body.issue?.length).toBeGreaterThan(0);
    for (const { details, diagnostics } of body.issue ?? [])
      expect([details?.text, diagnostics]).toEqual([expect.stringMatching(/./), expect.stringMatching(/./)]);
  }
  if (body.resourceType === 'Bundle' && body.type.endsWith('-response'))
    for (const { response } of body.entry ?? []) expect(response?.status).toMatch(/^[1-4]\d\d /);
}

it('whatever is posted is answered as the contract says, the same again alike, and others are served', async () => {
  await fc.assert(
    fc.asyncProperty(asked, async ({ sample, changes: made, otherType, otherPath, prefer, condition }) => {
      const bytes = made.reduce<Buffer>((current, { place, removed, inserted }) => {
        const at = Math.floor(place * current.length);
        return Buffer.concat([current.subarray(0, at), Buffer.from(inserted), current.subarray(at + removed)]);
      }, Buffer.from(sample.text));
      const headers = {
        ...(prefer !== '' && { prefer }),
        ...(condition !== null && { 'if-none-exist': encodeURI(condition) }),
      };
      const send = (): Promise<Response> => post(otherPath ?? sample.path, otherType ?? sample.type, bytes, headers);
      const answer = await send();
      expect(statuses).toContain(answer.status);
      isInWords(answer.status, await answer.text());
      const again = await send();
      const expected = answer.status === 201 ? [200, 412] : [answer.status, 412];
      expect(expected).toContain(again.status);
      const ready = await fetch(`${server.origin}/health/ready`);
      expect(ready.status).toBe(200);
    }),
    { numRuns: 300, interruptAfterTimeLimit: 15_000, endOnFailure: true },
  );
  expect(server.output() + server.errors()).not.toMatch(/Nông|Thử Nghiệm|0081\d{8}|"level":"error"/);
}, 60_000);
