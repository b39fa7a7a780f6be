/** `/fhir` is written through intake where record and intake are processes of their own. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Bundle, OperationOutcome, Resource } from '@medplum/fhirtypes';
import { Client } from 'fhir-kit-client';
import { parseFacilityCode } from '#domain/ids.js';
import { patientJson, transactionJson, visitEntries } from '#fhir/testing/bundles.js';
import { engineServers } from './engine-servers.js';
import { type Installation, startInstallation } from './installation.js';

const facilities = fileURLToPath(new URL('../../../../../samples/station-messages-1/facilities.tsv', import.meta.url));
const servers = await engineServers('FHIR writes apart');

(servers ? describe : describe.skip)('writing by FHIR where record and intake are apart', () => {
  let installation: Installation;
  let client: Client;
  let token: string;

  beforeAll(async () => {
    if (!servers) throw new Error('there are servers');
    installation = await startInstallation(servers, { facilities, replicas: 2 });
    const facility = parseFacilityCode('08Z13');
    token = await installation.issuer.issue({ kind: 'station', hours: 1, ...(facility && { facility }) });
    client = new Client({ baseUrl: `${installation.origin}/fhir`, bearerToken: token });
  }, 120_000);
  afterAll(async () => {
    await installation?.stop();
    await servers?.stop();
  }, 120_000);

  it('is answered with what the record shows, under the address that was asked', async () => {
    const answer = (await client.transaction({ body: transactionJson() as never })) as unknown as Bundle;
    expect(answer.type).toBe('transaction-response');
    expect(answer.entry).toHaveLength(19);
    for (const { response } of answer.entry ?? []) {
      const { status, location = '', etag } = response ?? {};
      expect([status, location.startsWith(`${installation.origin}/fhir/`)]).toEqual(['201 Created', true]);
      const read = (await client.request(location)) as Resource;
      expect([location, etag]).toEqual([expect.stringMatching(/\/_history\/\d+$/), `W/"${read.meta?.versionId}"`]);
    }
    expect(answer.link?.[0]?.url).toBe(`${installation.origin}/intake/receipts/${answer.identifier?.value}`);
  }, 60_000);

  it('is one message, whichever road and replica it takes', async () => {
    const body = JSON.stringify(patientJson({ citizen: '008161000701' }));
    const send = (path: string): Promise<Response> =>
      fetch(installation.origin + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
        body,
      });
    const answers = await Promise.all(
      ['/fhir/Patient', '/fhir/Patient', '/intake/messages', '/fhir/Patient'].map(send),
    );
    // Two replicas that have it at the same moment may both say that it is new.
    for (const { status } of answers) expect([200, 201]).toContain(status);
    const shown = await Promise.all(
      answers.filter(({ url }) => url.endsWith('/Patient')).map(async (answer) => (await answer.json()) as Resource),
    );
    for (const one of shown) expect(one).toEqual(shown[0]);
    expect(shown[0]?.meta?.versionId).toBe('1');
    const found = (await client.request('Patient?identifier=008161000701')) as unknown as Bundle;
    expect(found.total).toBe(1);
  }, 60_000);

  it('is refused in the words of FHIR by what intake refuses, and by what is away', async () => {
    const wrong = visitEntries().map((entry, index) =>
      index === 8 ? { ...entry, resource: { ...entry.resource, status: 'xong' } } : entry,
    );
    await expect(client.transaction({ body: transactionJson(wrong) as never })).rejects.toMatchObject({
      response: { status: 422, data: { issue: [{ expression: ['Bundle.entry[8].resource.status'] }] } },
    });
    await installation.stopAll('commune');
    const away = await fetch(`${installation.origin}/fhir/Patient`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
      body: JSON.stringify(patientJson({ citizen: '008161000702' })),
    });
    expect(away.status).toBe(503);
    expect(away.headers.get('retry-after')).toBe('5');
    expect((await away.json()) as OperationOutcome).toMatchObject({ issue: [{ code: 'transient' }] });
    expect(await client.request('Patient?identifier=008161000001')).toMatchObject({ resourceType: 'Bundle' });
  }, 60_000);
});
