/** FHIR in and out again, over HTTP, by a FHIR client that knows nothing of this system. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'fhir-kit-client';
import { parseFacilityCode } from '#domain/ids.js';
import { rewritten } from '#fhir/reading/references.js';
import { type Json, type JsonObject, textOf } from '#fhir/reading/json.js';
import {
  type BundleEntryJson,
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
import { openSecrets } from '#security/secrets.js';
import { TokenIssuer } from '#security/token-issuer.js';
import { Client as OwnClient } from '../src/verify/client.js';
import { startServer, type OwnServer } from '../src/verify/own-server.js';
import { waitForViews } from '../src/verify/post-folder.js';

const station = '08Z13';
let folder: string;
let server: OwnServer;
let issuer: TokenIssuer;
let sender: Client;
let reader: Client;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lien-tuyen-fhir-'));
  const secretsFile = join(folder, 'secrets', 'keys.json');
  server = await startServer({ DATA_DIR: join(folder, 'data'), SECRETS_FILE: secretsFile }, ['--empty']);
  issuer = new TokenIssuer(openSecrets(secretsFile));
  sender = new Client({ baseUrl: `${server.origin}/intake/messages`, bearerToken: await token(station) });
  reader = new Client({ baseUrl: `${server.origin}/fhir`, bearerToken: await token(station) });
}, 60_000);

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function token(code: string): Promise<string> {
  const facility = parseFacilityCode(code);
  return issuer.issue({ kind: 'station', hours: 1, ...(facility && { facility }) });
}

interface Answer extends JsonObject {
  readonly type: string;
  readonly entry: readonly { readonly response: Record<string, string> & { readonly outcome?: JsonObject } }[];
}

async function post(body: Json, changes: Record<string, string> = {}): Promise<{ status: number; body: Answer }> {
  const answer = await fetch(`${server.origin}/intake/messages`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await token(station)}`,
      'content-type': 'application/fhir+json',
      ...changes,
    },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Answer };
}

const shown = (): Promise<void> => waitForViews(new OwnClient(server.origin, issuer), 10_000);

/** `Type/id` of each entry, as the answer says. */
function locationsOf(answer: Answer): readonly string[] {
  return answer.entry.map(({ response }) => (response['location'] ?? '').split('/').slice(-2).join('/'));
}

/** Reads every entry back and compares it with what was sent: all is equal but ids, meta and where references lead. */
async function expectAllBack(entries: readonly BundleEntryJson[], locations: readonly string[]): Promise<void> {
  const byUrl = new Map(entries.map(({ fullUrl }, index) => [fullUrl, locations[index]]));
  for (const [index, { resource }] of entries.entries()) {
    const [resourceType = '', id = ''] = (locations[index] ?? '').split('/');
    const { id: _, meta, ...read } = (await reader.read({ resourceType, id })) as unknown as JsonObject;
    expect(meta).toMatchObject({ versionId: expect.any(String), lastUpdated: expect.any(String) });
    const sent = rewritten(resource, (one) => byUrl.get(textOf(one['reference']) ?? ''));
    const { id: _id, ...expected } = sent as JsonObject;
    expect(read).toEqual(expected);
  }
}

describe('a transaction', () => {
  it('is taken, answered entry by entry, and comes out of the record as it went in', async () => {
    const answer = (await sender.transaction({ body: transactionJson() as never })) as unknown as Answer;
    expect(answer.type).toBe('transaction-response');
    expect(answer.entry.map(({ response }) => response['status'])).toEqual(Array(19).fill('201 Created'));
    await shown();
    await expectAllBack(visitEntries(), locationsOf(answer));
  });

  it('says the same when it comes again, and that nothing is new when only its bytes are', async () => {
    const first = await post(transactionJson());
    expect(first.status).toBe(200);
    const again = await post({ ...transactionJson(), timestamp: '2026-10-06T00:00:00Z' });
    expect(again.status).toBe(201);
    expect(locationsOf(again.body)).toEqual(locationsOf(first.body));
    expect(again.body.entry.map(({ response }) => response['status'])).toEqual(Array(19).fill('200 OK'));
    const events = await post(transactionJson(), { accept: 'application/json' });
    expect(events.body).toMatchObject({ status: 'duplicate', format: 'fhir' });
  });

  it('replaces what the same encounter said before', async () => {
    const person = patientJson({ citizen: '008161000077' });
    const number = { identifier: [{ system: 'http://tram.example/luot-kham', value: 'LK-REPLACED' }] };
    const first = await post(transactionJson(visitEntries(person, number)));
    const fewer = visitEntries(person, number).slice(0, 8);
    const second = await post(transactionJson(fewer));
    expect(locationsOf(second.body)).toEqual(locationsOf(first.body).slice(0, 8));
    await shown();
    await expectAllBack(fewer, locationsOf(second.body));
    const [, , , , , , , , , , , , , report = ''] = locationsOf(first.body);
    const [resourceType = '', id = ''] = report.split('/');
    await expect(reader.read({ resourceType, id })).rejects.toMatchObject({ response: { status: 404 } });
  });

  it('is refused whole when one entry is wrong, with the place and the reason in two languages', async () => {
    const entries = visitEntries(patientJson({ citizen: '008161000099', name: 'Hoàng Không Vào' }));
    const wrong = entries.map((entry, index) =>
      index === 8 ? { ...entry, resource: { ...entry.resource, status: 'xong' } } : entry,
    );
    const refused = await post(transactionJson(wrong));
    expect(refused.status).toBe(422);
    expect(refused.body).toMatchObject({
      resourceType: 'OperationOutcome',
      issue: [
        {
          severity: 'error',
          code: 'code-invalid',
          expression: ['Bundle.entry[8].resource.status'],
          details: { text: expect.stringContaining('Mã không thuộc danh mục') },
          diagnostics: expect.stringContaining('not in the required value set'),
        },
      ],
    });
    await shown();
    const found = (await reader.search({
      resourceType: 'Patient',
      searchParams: { identifier: '008161000099' },
    })) as unknown as JsonObject;
    expect(found['entry']).toBeUndefined();
  });
});

describe('other Bundles', () => {
  it('a patient summary comes back whole, its doses and allergies found by their own searches too', async () => {
    const summary = summaryJson(patientJson({ citizen: '008161000055', name: 'Lý Thị Tóm Tắt' }));
    const { status, body } = await post(summary);
    expect(status).toBe(201);
    await shown();
    const entries = (summary['entry'] ?? []) as unknown as readonly BundleEntryJson[];
    const locations = locationsOf(body);
    await expectAllBack(entries, locations);
    const patient = locations[1]?.split('/')[1] ?? '';
    for (const [resourceType, many] of [
      ['Immunization', 1],
      ['AllergyIntolerance', 1],
      ['MedicationStatement', 1],
      ['Composition', 1],
      ['Condition', 1],
    ] as const) {
      const found = (await reader.search({ resourceType, searchParams: { patient } })) as unknown as JsonObject;
      expect({ resourceType, many: (found['entry'] as readonly Json[] | undefined)?.length ?? 0 }).toEqual({
        resourceType,
        many,
      });
    }
    const everything = (await reader.request(`Patient/${patient}/$everything`)) as unknown as JsonObject;
    const names = ((everything['entry'] ?? []) as unknown as readonly BundleEntryJson[]).map(({ fullUrl }) =>
      fullUrl.split('/').slice(-2).join('/'),
    );
    for (const location of locations) expect(names).toContain(location);
  });

  it('a message is answered by a message; from another facility it is refused', async () => {
    const own = { identifier: { system: 'urn:lien-tuyen:sid:facility-code', value: station } };
    const entries = visitEntries(patientJson({ citizen: '008161000066' }), {
      identifier: [{ system: 'http://tram.example/luot-kham', value: 'LK-MESSAGE' }],
    });
    const { status, body } = await post(messageJson(own, entries));
    expect(status).toBe(201);
    expect(body.type).toBe('message');
    expect(body['entry']).toMatchObject([
      { resource: { resourceType: 'MessageHeader', response: { identifier: 'thong-diep-1', code: 'ok' } } },
      { resource: { resourceType: 'Bundle', type: 'transaction-response' } },
    ]);
    const other = { identifier: { system: 'urn:lien-tuyen:sid:facility-code', value: '08Z14' } };
    expect((await post(messageJson(other, entries))).status).toBe(403);
  });

  it('a batch is taken entry by entry', async () => {
    const subject = { subject: reference(1) };
    const entries: readonly BundleEntryJson[] = [
      { fullUrl: urn(1), resource: patientJson({ citizen: '008161000044' }) },
      { fullUrl: urn(2), resource: { ...encounterJson(reference(1)), status: 'đang khám' } },
      { fullUrl: urn(3), resource: observationJson(subject, ['29463-7', 'Body weight', 50, 'kg', 'kg']) },
    ];
    const { status, body } = await post(transactionJson(entries, 'batch'));
    expect(status).toBe(201);
    expect(body.type).toBe('batch-response');
    expect(body.entry.map(({ response }) => response['status']?.slice(0, 3))).toEqual(['201', '422', '201']);
    expect(body.entry[1]?.response.outcome).toMatchObject({ issue: [{ code: 'code-invalid' }] });
  });

  it('a resource alone is taken, for a patient who is named by a number', async () => {
    const subject = {
      subject: { reference: 'Patient?identifier=http://fhir.ehealth.gov.vn/core/sid/national_id|008161000044' },
    };
    const { status, body } = await post(observationJson(subject, ['29463-7', 'Body weight', 51, 'kg', 'kg']));
    expect(status).toBe(201);
    const [location = ''] = locationsOf(body);
    await shown();
    const [resourceType = '', id = ''] = location.split('/');
    const read = (await reader.read({ resourceType, id })) as unknown as JsonObject;
    expect(read).toMatchObject({
      valueQuantity: { value: 51 },
      subject: { reference: expect.stringMatching(/^Patient\/[0-9a-f-]{36}$/) },
    });
    const unknown = {
      subject: { reference: 'Patient?identifier=http://fhir.ehealth.gov.vn/core/sid/national_id|008199999999' },
    };
    const refused = await post(observationJson(unknown, ['29463-7', 'Body weight', 51, 'kg', 'kg']));
    expect(refused.status).toBe(422);
    expect(refused.body).toMatchObject({ issue: [{ code: 'not-found' }] });
  });
});
