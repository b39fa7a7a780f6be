/** HL7's own R4 examples go in through intake and come out of the record as they went in, but for what a server sets. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Resource } from '@medplum/fhirtypes';
import { testValidator } from '#deploy/local/src/fhir-validator.js';
import { parseFacilityCode } from '#domain/ids.js';
import { keptTypes } from '#fhir/kept-types.js';
import { type JsonObject, objectOf, objectsOf, type SentResource, textOf } from '#fhir/reading/json.js';
import { comparable, type ExampleMessage, hl7Examples, messageOf } from '#fhir/testing/hl7-examples.js';
import { faultsOf } from '#fhir/validation.js';
import { openSecrets } from '#security/secrets.js';
import { TokenIssuer } from '#security/token-issuer.js';
import { Client } from '../src/verify/client.js';
import { startServer, type OwnServer } from '../src/verify/own-server.js';
import { waitForViews } from '../src/verify/post-folder.js';

/** Examples that are refused, and must be. */
const refused: Readonly<Record<string, string>> = {
  'Claim-100152.json': 'of a patient inside it who bears no number: nobody can be recognised by a name alone',
  'Claim-100155.json': 'of a patient inside it who bears no number',
  'Claim-MED-00050.json': 'of a patient inside it who bears no number',
  'DiagnosticReport-gingival-mass.json': 'with pictures inside: more characters than one event holds',
  'Library-library-fhir-model-definition.json': 'more characters than one event holds',
  'Questionnaire-qs1.json': 'not valid R4: items without linkId',
};

/** Examples of somebody whom another example has told of, by name, day of birth and number: the two become one record. */
const samePerson: Readonly<Record<string, string>> = {
  'Patient-mom.json': 'Patient-genetics-example1.json',
  'Patient-xcda.json': 'Patient-glossy.json',
};

const types = ['Patient', ...keptTypes].filter((type) => hl7Examples(type).length > 0);
const station = parseFacilityCode('08Z13');

const validator = await testValidator("HL7's validator, examples");
let folder: string;
let server: OwnServer;
let client: Client;
let token: string;
/** `Type/id` by the name of the file. */
const shownAt = new Map<string, string>();
/** What the record showed of each example, and what was sent. */
const shown: { readonly file: string; readonly sent: SentResource; readonly served: Resource }[] = [];
const counted = { equal: 0, refused: 0, joined: 0 };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lien-tuyen-examples-'));
  const secretsFile = join(folder, 'secrets', 'keys.json');
  server = await startServer({ DATA_DIR: join(folder, 'data'), SECRETS_FILE: secretsFile }, ['--empty']);
  const issuer = new TokenIssuer(openSecrets(secretsFile));
  client = new Client(server.origin, issuer);
  token = await issuer.issue({ kind: 'station', hours: 1, ...(station && { facility: station }) });
}, 60_000);

afterAll(async () => {
  process.stdout.write(
    `HL7 examples of ${types.length} types: ${counted.equal} came back equal, ${counted.joined} joined another's record, ${counted.refused} were refused:\n` +
      Object.entries(refused)
        .map(([file, reason]) => `  ${file}: ${reason}\n`)
        .join(''),
  );
  await validator?.stop();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function post({ bundle }: ExampleMessage): Promise<{ status: number; answer: JsonObject }> {
  const response = await fetch(`${server.origin}/intake/messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
    body: JSON.stringify(bundle),
  });
  return { status: response.status, answer: (await response.json()) as JsonObject };
}

async function read(place: string): Promise<JsonObject> {
  const response = await fetch(`${server.origin}/fhir/${place}`, { headers: { authorization: `Bearer ${token}` } });
  const body = (await response.json()) as JsonObject;
  if (response.status !== 200) throw new Error(`${place}: ${response.status} ${JSON.stringify(body)}`);
  return body;
}

/** `Type/id` of each entry, as the answer says. */
function places(answer: JsonObject): readonly string[] {
  return objectsOf(answer['entry']).map((entry) =>
    (textOf(objectOf(entry['response'])?.['location']) ?? '').split('/').slice(-2).join('/'),
  );
}

describe('every example of HL7', () => {
  it.each(types)('%s', async (type) => {
    for (const example of hl7Examples(type)) {
      const { file, resource } = example;
      const message = messageOf(example);
      const { status, answer } = await post(message);
      if (Object.hasOwn(refused, file)) {
        expect({ file, status }).toEqual({ file, status: 422 });
        counted.refused += 1;
        continue;
      }
      expect({ file, answer: status === 201 ? undefined : answer }).toEqual({ file, answer: undefined });
      const entries = places(answer);
      const place = entries[message.index] ?? '';
      shownAt.set(file, place);
      if (Object.hasOwn(samePerson, file)) {
        expect(place).toBe(shownAt.get(samePerson[file] ?? ''));
        counted.joined += 1;
        continue;
      }
      await waitForViews(client, 10_000);
      const found = await read(place);
      expect({ file, resource: comparable(found, message, []) }).toEqual({
        file,
        resource: comparable(resource, message, entries),
      });
      expect(found['meta']).toMatchObject({ versionId: expect.any(String), lastUpdated: expect.any(String) });
      shown.push({ file, sent: resource, served: found as unknown as Resource });
      counted.equal += 1;
    }
  });

  it('is of every type that the server says it has', async () => {
    const metadata = await read('metadata');
    const said = objectsOf(objectsOf(metadata['rest'])[0]?.['resource']).flatMap((one) => textOf(one['type']) ?? []);
    // Nobody sends them as part of a record.
    const own = ['AuditEvent', 'CapabilityStatement', 'CodeSystem', 'Subscription', 'ValueSet'];
    expect(said.filter((one) => !own.includes(one) && hl7Examples(one).length > 0).toSorted()).toEqual(
      types.toSorted(),
    );
  });
});

/** Ids are the server's. */
const withoutIds = (text: string): string => text.replace(/\b[0-9a-f]{8}-[0-9a-f-]{27}(-[A-Za-z0-9.-]+)?/g, '…');

/** HL7's examples are not all faultless: what is wrong with one as it was sent may be wrong with it as it is shown. */
function added(before: readonly string[], after: readonly string[]): readonly string[] {
  const known = new Set(before.map(withoutIds));
  return after.map(withoutIds).filter((fault) => !known.has(fault));
}

describe('what the record shows of the examples', () => {
  it('has no fault by @medplum/core that the example had not', () => {
    expect(shown.length).toBeGreaterThan(0);
    const faults = shown.flatMap(({ file, sent, served }) => {
      const after = faultsOf(served);
      const before = after.length === 0 ? [] : faultsOf(sent as unknown as Resource);
      return added(before, after).map((fault) => `${file} ${fault}`);
    });
    expect(faults).toEqual([]);
  });
});

(validator ? describe : describe.skip)("HL7's own validator", () => {
  it('finds no error in what the record shows of the examples that they had not', async () => {
    const errorsOf = async (resource: object): Promise<readonly string[]> =>
      ((await validator?.validate(resource)) ?? [])
        .filter(({ severity }) => severity === 'error' || severity === 'fatal')
        .map(({ path, text }) => `${path}: ${text}`);
    const checked = await Promise.all(
      shown.map(async ({ file, sent, served }) => {
        const after = await errorsOf(served);
        const before = after.length === 0 ? [] : await errorsOf(sent);
        return { own: before.length, errors: added(before, after).map((error) => `${file} ${error}`) };
      }),
    );
    const faulty = checked.filter(({ own }) => own > 0).length;
    process.stdout.write(`HL7's validator: ${shown.length} examples, ${faulty} of them with errors of their own\n`);
    expect(checked.flatMap(({ errors }) => errors)).toEqual([]);
  }, 300_000);
});
