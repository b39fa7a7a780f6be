/** HL7's own R4 examples are written by FHIR itself and answered as the record shows them: with their person, and alone where they are of nobody. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Bundle } from '@medplum/fhirtypes';
import { parseFacilityCode } from '#domain/ids.js';
import { keptTypes } from '#fhir/kept-types.js';
import type { JsonObject } from '#fhir/reading/json.js';
import { comparable, type Hl7Example, hl7Examples, messageOf } from '#fhir/testing/hl7-examples.js';
import { openSecrets } from '#security/secrets.js';
import { TokenIssuer } from '#security/token-issuer.js';
import { type OwnServer, startServer } from '../src/verify/own-server.js';

/** All of them go through intake in hl7-examples.e2e-spec.ts; here some of each type. */
const ofEachType = 3;
const types = ['Patient', ...keptTypes].filter((type) => hl7Examples(type).length > 0);

let folder: string;
let server: OwnServer;
let token: string;
const counted = { inBundles: 0, alone: 0, refused: 0 };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lien-tuyen-written-'));
  const secretsFile = join(folder, 'secrets', 'keys.json');
  server = await startServer({ DATA_DIR: join(folder, 'data'), SECRETS_FILE: secretsFile }, ['--empty']);
  const facility = parseFacilityCode('08Z13');
  const issuer = new TokenIssuer(openSecrets(secretsFile));
  token = await issuer.issue({ kind: 'station', hours: 1, ...(facility && { facility }) });
}, 60_000);

afterAll(async () => {
  process.stdout.write(
    `HL7 examples of ${types.length} types: ${counted.inBundles} written by transaction, ${counted.alone} of them again alone; ${counted.refused} refused with their reason\n`,
  );
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  readonly location: string | null;
  readonly body: JsonObject;
}

async function post(path: string, body: object): Promise<Answer> {
  const response = await fetch(`${server.origin}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/fhir+json',
      prefer: 'return=representation',
    },
    body: JSON.stringify(body),
  });
  return {
    status: response.status,
    location: response.headers.get('location'),
    body: (await response.json()) as JsonObject,
  };
}

async function read(url: string): Promise<unknown> {
  return (await fetch(url, { headers: { authorization: `Bearer ${token}` } })).json();
}

const nameIn = (location: string | undefined): string =>
  /[A-Za-z]+\/[^/]+(?=\/_history\/)/.exec(location ?? '')?.[0] ?? '';

async function byTransaction(example: Hl7Example): Promise<boolean> {
  const { file, resource } = example;
  const message = messageOf(example);
  const { status, body } = await post('/fhir', message.bundle);
  if (status === 422) {
    expect({ file, type: body['resourceType'], why: body['issue'] }).toMatchObject({
      type: 'OperationOutcome',
      why: expect.arrayContaining([expect.objectContaining({ severity: 'error', expression: expect.any(Array) })]),
    });
    counted.refused += 1;
    return false;
  }
  const entries = (body as unknown as Bundle).entry ?? [];
  const names = entries.map(({ response }) => nameIn(response?.location));
  expect({
    file,
    status,
    resource: comparable(entries[message.index]?.resource as unknown as JsonObject, message, []),
  }).toEqual({
    file,
    status: 200,
    resource: comparable(resource, message, names),
  });
  counted.inBundles += 1;
  return true;
}

describe('examples of HL7', () => {
  it.each(types)('%s', async (type) => {
    for (const example of hl7Examples(type).slice(0, ofEachType)) {
      const taken = await byTransaction(example);
      const comesWithAPerson = messageOf(example).fullUrls.length > 1;
      if (!taken || comesWithAPerson) continue;
      // Without an identifier it is named by its own id, which it had not in the Bundle: another one then.
      const first = await post(`/fhir/${type}`, example.resource);
      const again = await post(`/fhir/${type}`, example.resource);
      expect({ file: example.file, taken: [200, 201].includes(first.status), again }).toEqual({
        file: example.file,
        taken: true,
        again: { ...first, status: 200 },
      });
      expect(await read(first.location ?? '')).toEqual(first.body);
      counted.alone += 1;
    }
  });
});
