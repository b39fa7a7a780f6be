import { readFileSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Receipt } from '#apps/commune/src/intake/receipt.js';
import { openSecrets } from '#security/secrets.js';
import { TokenIssuer } from '#security/token-issuer.js';
import { parseFacilityCode } from '#domain/ids.js';
import { type OwnServer, startServer } from '../src/verify/own-server.js';

const docs = join(dirname(fileURLToPath(import.meta.url)), '../../../../docs');

/** `GET /fhir/…` of a guide, with the answers it says there may be. */
const examples = [
  ...readFileSync(join(docs, 'fhir.md'), 'utf8').matchAll(/^GET (\/fhir\S*)(?: {2}→ ([\d ]+))?$/gm),
].map(([, path = '', answers = '200']) => [path, answers.trim().split(' ').map(Number)] as const);

let server: OwnServer;
let folder: string;
let resident: string;
let clinician: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lien-tuyen-guide-'));
  const secrets = join(folder, 'secrets', 'keys.json');
  server = await startServer({ DATA_DIR: join(folder, 'data'), SECRETS_FILE: secrets });
  const issuer = new TokenIssuer(openSecrets(secrets));
  clinician = await issuer.issue({ kind: 'clinician', hours: 1 });
  const facility = parseFacilityCode('08Z20');
  if (!facility) throw new Error('not a facility code');
  const sent = await fetch(`${server.origin}/intake/messages`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await issuer.issue({ kind: 'station', facility, hours: 1 })}`,
      'content-type': 'application/json',
    },
    body: readFileSync(join(docs, 'integrators/examples/record-visit.json')),
  });
  const receipt = (await sent.json()) as Receipt;
  resident = receipt.records[0]?.resident ?? '';
  for (;;) {
    const seen = await ask(`/fhir/Encounter?patient=$P`);
    if (((await seen.json()) as { total?: number }).total) break;
  }
}, 120_000);

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const ask = (path: string): Promise<Response> =>
  fetch(`${server.origin}${path.replaceAll('$P', resident)}`, { headers: { authorization: `Bearer ${clinician}` } });

it('the guides in both languages ask the same', () => {
  expect(examples.length).toBeGreaterThan(20);
  const questions = (name: string): readonly string[] =>
    [...readFileSync(join(docs, name), 'utf8').matchAll(/^GET .*$/gm)].map(([line]) => line);
  expect(questions('fhir.vi.md')).toEqual(questions('fhir.md'));
});

it.each(examples)('%s', async (path, answers) => {
  const answer = await ask(path);
  const { resourceType, total, entry } = (await answer.json()) as {
    resourceType: string;
    total?: number;
    entry?: readonly unknown[];
  };
  expect(answers).toContain(answer.status);
  // What a guide shows as an example finds something.
  if (answer.status === 200 && resourceType === 'Bundle')
    expect((total ?? 0) + (entry?.length ?? 0)).toBeGreaterThan(0);
});
