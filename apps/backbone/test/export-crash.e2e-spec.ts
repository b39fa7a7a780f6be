import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Resource } from '@medplum/fhirtypes';
import type { FacilityCode } from '#domain/ids.js';
import type { ExportManifest } from '#apps/record/src/export/manifest.js';
import { openSecrets } from '#security/secrets.js';
import { TokenIssuer } from '#security/token-issuer.js';
import { type OwnServer, startServer } from '../src/verify/own-server.js';

let folder: string;
const servers: OwnServer[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'export-crash-'));
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop('SIGKILL')));
  rmSync(folder, { recursive: true, force: true });
});

it('a server that is killed after it has accepted an export has it done when it is back', async () => {
  const dataDir = join(folder, 'data');
  const secretsFile = join(folder, 'keys', 'k.json');
  const environment = { DATA_DIR: dataDir, SECRETS_FILE: secretsFile, OIDC_ISSUER: '' };
  const first = await startServer(environment);
  servers.push(first);
  const token = await new TokenIssuer(openSecrets(secretsFile)).issue({
    kind: 'hospital',
    facility: '08Z01' as FacilityCode,
    hours: 1,
  });
  const headers = { authorization: `Bearer ${token}`, prefer: 'respond-async', accept: 'application/fhir+json' };
  // The samples are being taken.
  while (Object.keys(await exported(first.origin, headers)).length < 50) await sleep(500);
  const path = await kickOff(first.origin, headers);
  await first.stop('SIGKILL');
  // Nobody but the owner reads what is there.
  const exports = join(dataDir, 'exports');
  for (const name of [exports, ...readdirSync(exports, { recursive: true }).map((one) => join(exports, String(one)))])
    expect([name, statSync(name).mode & 0o077]).toEqual([name, 0]);

  const second = await startServer(environment);
  servers.push(second);
  const manifest = await finished(second.origin, path, headers);
  const found = await resourcesOf(manifest, headers);
  // What had been recorded by its moment, and has not changed since, is in it as it is now.
  const now = await exported(second.origin, headers);
  const known = Object.values(now).filter(
    ({ meta }) => Date.parse(meta?.lastUpdated ?? '') <= Date.parse(manifest.transactionTime),
  );
  expect(known.length).toBeGreaterThan(50);
  expect(known.filter((one) => JSON.stringify(found[nameOf(one)]) !== JSON.stringify(one))).toEqual([]);
  const newer = ({ meta }: Resource): boolean =>
    Date.parse(meta?.lastUpdated ?? '') > Date.parse(manifest.transactionTime);
  expect(Object.values(found).filter(newer)).toEqual([]);
});

type Headers = Readonly<Record<string, string>>;
type Resources = Readonly<Record<string, Resource>>;

const nameOf = ({ resourceType, id }: Resource): string => `${resourceType}/${id}`;

/** Of these types: what Provenance refers to may change though nothing happens to the event it is of. */
const asked = '_type=Patient,Encounter,Condition,Observation,MedicationRequest';

async function exported(origin: string, headers: Headers): Promise<Resources> {
  return resourcesOf(await finished(origin, await kickOff(origin, headers), headers), headers);
}

async function resourcesOf(manifest: ExportManifest, headers: Headers): Promise<Resources> {
  const lines = await Promise.all(manifest.output.map(({ url }) => linesOf(url, headers)));
  const resources = lines.flat().map((line) => JSON.parse(line) as Resource);
  const byName = Object.fromEntries(resources.map((one) => [nameOf(one), one]));
  expect(Object.keys(byName)).toHaveLength(resources.length);
  return byName;
}

/** @returns where its status is, without the origin: another server may listen elsewhere */
async function kickOff(origin: string, headers: Headers): Promise<string> {
  const answer = await fetch(`${origin}/fhir/$export?${asked}`, { headers });
  expect(answer.status).toBe(202);
  await answer.arrayBuffer();
  return new URL(answer.headers.get('content-location') ?? '').pathname;
}

async function finished(origin: string, path: string, headers: Headers): Promise<ExportManifest> {
  for (let asked = 0; asked < 1_500; asked += 1) {
    const answer = await fetch(origin + path, { headers });
    if (answer.status === 200) return (await answer.json()) as ExportManifest;
    expect(answer.status).toBe(202);
    await answer.arrayBuffer();
    await sleep(40);
  }
  throw new Error('The export does not end');
}

async function linesOf(url: string, headers: Headers): Promise<readonly string[]> {
  const answer = await fetch(url, { headers });
  expect(answer.status).toBe(200);
  return (await answer.text()).split('\n').slice(0, -1);
}
