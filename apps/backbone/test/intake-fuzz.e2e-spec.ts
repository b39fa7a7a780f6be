import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { FacilityCode } from '#domain/ids.js';
import { openSecrets } from '#security/secrets.js';
import { TokenIssuer } from '#security/token-issuer.js';
import { syntheticOutreachSheet } from '#station-formats/synthetic/outreach-sheet.js';
import { syntheticWorld } from '#station-formats/synthetic/synthetic-world.js';
import { startServer, type OwnServer } from '../src/verify/own-server.js';

const hostile = '08Z13' as FacilityCode;
const honest = '08Z14' as FacilityCode;
/** Of the contract: taken, taken before, and every kind of refusal. */
const answers = [200, 201, 400, 403, 409, 413, 415, 422];

let folder: string;
let server: OwnServer;
let tokens: Readonly<Record<'hostile' | 'honest' | 'province' | 'operator', string>>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lien-tuyen-fuzz-'));
  const secretsFile = join(folder, 'secrets', 'keys.json');
  server = await startServer({ DATA_DIR: join(folder, 'data'), SECRETS_FILE: secretsFile, BODY_LIMIT: '1MiB' }, [
    '--empty',
  ]);
  const issuer = new TokenIssuer(openSecrets(secretsFile));
  tokens = {
    hostile: await issuer.issue({ kind: 'station', facility: hostile, hours: 1 }),
    honest: await issuer.issue({ kind: 'station', facility: honest, hours: 1 }),
    province: await issuer.issue({ kind: 'province', hours: 1 }),
    operator: await issuer.issue({ kind: 'operator', hours: 1 }),
  };
}, 60_000);

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Sample {
  readonly type: string;
  readonly bytes: Buffer;
}

/** One of each kind that stations write, each of the hostile station, so that what is left whole is taken. */
function samples(): readonly Sample[] {
  const example = (name: string): Buffer =>
    Buffer.from(
      readFileSync(new URL(`../../../../docs/integrators/examples/${name}`, import.meta.url), 'utf8').replaceAll(
        /08Z20|08Z11/g,
        hostile,
      ),
    );
  const world = syntheticWorld({
    seed: 31,
    residents: 10,
    from: '2026-09-01',
    to: '2026-09-10',
    era: '2026',
    untidy: true,
  });
  const written = world.files.filter(({ sender }) => sender === hostile).slice(0, 6);
  return [
    { type: 'application/json', bytes: example('record-visit.json') },
    { type: 'application/json', bytes: example('complete-screening.json') },
    { type: 'application/json', bytes: example('issue-referral.json') },
    { type: 'application/fhir+json', bytes: example('visit.fhir.json') },
    { type: 'application/xml', bytes: example('visit-with-transfer.qd4750.xml') },
    { type: 'application/xml', bytes: example('health-record.qd831.xml') },
    { type: 'text/csv', bytes: example('screening-day.csv') },
    {
      type: 'text/csv',
      bytes: syntheticOutreachSheet({ seed: 3, rows: 4, day: '12/10/2026', commune: 'Xã Minh Quang' }),
    },
    ...written.map(({ bytes }) => ({ type: 'application/xml', bytes })),
  ];
}

const hostileParts = [
  '\0',
  '\ud800',
  '\\u0000',
  '\\ud800',
  '\u202e',
  '1e999',
  '<!DOCTYPE a [<!ENTITY x "ha">]>',
  '&x;',
  ']]>',
  '<HOSO>',
  '<script>alert(1)</script>',
  `');drop table receipt;--`,
  '"__proto__":{},',
  '{',
  '}',
  '"',
  ';',
  '\n',
  '[[[[[[[[',
  'A'.repeat(5000),
];

const changes = fc.array(
  fc.record({
    place: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    removed: fc.oneof({ weight: 5, arbitrary: fc.nat(20) }, { weight: 1, arbitrary: fc.nat(3000) }),
    inserted: fc.oneof(
      fc.constantFrom(...hostileParts).map((part) => Buffer.from(part)),
      fc.uint8Array({ maxLength: 6 }).map((part) => Buffer.from(part)),
    ),
  }),
  { maxLength: 3 },
);

const message = fc.record({
  sample: fc.constantFrom(...samples()),
  changes,
  otherType: fc.option(
    fc.constantFrom(
      'application/octet-stream',
      'application/json',
      'application/fhir+json',
      'text/csv',
      'text/html',
      ';',
    ),
    { freq: 5 },
  ),
  encoding: fc.constantFrom('', '', '', '', 'gzip', 'br', 'gzip, gzip', 'truncated'),
  key: fc.option(fc.constantFrom('k-1', 'k-2', 'k-3', 'two words'), { freq: 4 }),
});

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

async function ask(path: string, token: string, request: Asked = {}): Promise<Answer> {
  const answer = await fetch(new URL(path, server.origin), {
    ...request,
    headers: { authorization: `Bearer ${token}`, ...request.headers },
  });
  return { status: answer.status, type: answer.headers.get('content-type') ?? '', text: await answer.text() };
}

function post({ type, bytes }: Sample, encoding: string, key: string | null): Promise<Answer> {
  const gzip = encoding === 'gzip' || encoding === 'truncated';
  const packed = gzip ? gzipSync(bytes) : encoding === 'br' ? brotliCompressSync(bytes) : bytes;
  const body = encoding === 'truncated' ? packed.subarray(0, packed.length - 9) : packed;
  return ask('/intake/messages', tokens.hostile, {
    method: 'POST',
    body: new Uint8Array(body),
    headers: {
      'content-type': type,
      ...(encoding !== '' && { 'content-encoding': encoding === 'truncated' ? 'gzip' : encoding }),
      ...(key !== null && { 'idempotency-key': key }),
    },
  });
}

let honestVisits = 0;
async function othersAreServed(): Promise<void> {
  honestVisits += 1;
  const command = {
    command: 'record-visit',
    person: { name: 'Nông Thị Thật', sex: 'female', identifiers: [{ system: 'national-id', value: '008161000009' }] },
    visit: { episode: `H-${honestVisits}`, start: '2026-10-05', diagnoses: [{ code: 'I10', role: 'main' }] },
  };
  const [health, taken] = await Promise.all([
    ask('/health/ready', tokens.honest),
    ask('/intake/messages', tokens.honest, {
      method: 'POST',
      body: JSON.stringify(command),
      headers: { 'content-type': 'application/json' },
    }),
  ]);
  expect([health.status, taken.status]).toEqual([200, 201]);
}

/** What is refused says why, in both languages, as a problem document or as FHIR. */
function isInWords({ type, text }: Answer): void {
  const body = JSON.parse(text) as {
    readonly title?: string;
    readonly en?: { readonly title?: string };
    readonly issue?: readonly { readonly details?: { readonly text?: string }; readonly diagnostics?: string }[];
  };
  const words = type.startsWith('application/problem+json')
    ? [body.title, body.en?.title]
    : (body.issue ?? []).flatMap(({ details, diagnostics }) => [details?.text, diagnostics]);
  expect(words.length).toBeGreaterThan(0);
  expect(words.every((word) => typeof word === 'string' && word !== '')).toBe(true);
}

it('whatever comes, it is answered as the contract says, others are served, and the figures agree', async () => {
  await fc.assert(
    fc.asyncProperty(message, async ({ sample, changes: made, otherType, encoding, key }) => {
      const bytes = made.reduce<Buffer>((current, { place, removed, inserted }) => {
        const at = Math.floor(place * current.length);
        return Buffer.concat([current.subarray(0, at), inserted, current.subarray(at + removed)]);
      }, sample.bytes);
      const changed = { type: otherType ?? sample.type, bytes };
      const answer = await post(changed, encoding, key);
      expect(answers).toContain(answer.status);
      if (answer.status >= 400) isInWords(answer);
      // The same again changes nothing: the same answer, or the first receipt.
      const again = await post(changed, encoding, key);
      expect(again.status).toBe(answer.status === 201 ? 200 : answer.status);
      await othersAreServed();
    }),
    { numRuns: 400, interruptAfterTimeLimit: 9000, endOnFailure: true },
  );
  await everythingAgrees();
  expect(server.output() + server.errors()).not.toMatch(/Nông|Đặng|0081\d{8}|"level":"error"/);
}, 60_000);

/** Every view is live at the end of the log with nothing set aside; live figures and recounts are the same. */
async function everythingAgrees(): Promise<void> {
  const views = async (): Promise<readonly { position: number; logPosition: number; setAside: number }[]> =>
    (JSON.parse((await ask('/views', tokens.operator)).text) as { views: never[] }).views;
  let current = await views();
  for (let tries = 0; tries < 100 && current.some((view) => view.position < view.logPosition); tries += 1) {
    current = await views();
  }
  expect(current.filter(({ position, logPosition, setAside }) => position < logPosition || setAside > 0)).toEqual([]);
  const { figures } = JSON.parse((await ask('/statistics/reconciliation', tokens.province)).text) as {
    figures: readonly { difference: number }[];
  };
  expect(figures.length).toBeGreaterThan(0);
  expect(figures.filter(({ difference }) => difference !== 0)).toEqual([]);
}
