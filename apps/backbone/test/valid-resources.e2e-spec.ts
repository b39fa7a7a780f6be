/** Everything that the record shows of the sample folders is valid FHIR R4, by two validators that know nothing of each other. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { Bundle, CapabilityStatement, Resource } from '@medplum/fhirtypes';
import { testValidator } from '#deploy/local/src/fhir-validator.js';
import type { Json } from '#fhir/reading/json.js';
import { shapeOf } from '#fhir/testing/resource-shape.js';
import { faultsOf } from '#fhir/validation.js';
import { openSecrets } from '#security/secrets.js';
import { TokenIssuer } from '#security/token-issuer.js';
import { readFacilityTable } from '#service/facilities/facility-table.js';
import { Client } from '../src/verify/client.js';
import { startServer } from '../src/verify/own-server.js';
import { postFolder, waitForViews } from '../src/verify/post-folder.js';

const samples = fileURLToPath(new URL('../../../../samples/', import.meta.url));
const folders = ['station-messages-1', 'station-messages-2', 'station-messages-2025'];
const clinician = { kind: 'clinician' } as const;

/** What there is of any messages at all. */
const always = [
  'Patient',
  'Encounter',
  'Condition',
  'Observation',
  'DiagnosticReport',
  'EpisodeOfCare',
  'Practitioner',
  'PractitionerRole',
  'Organization',
  'Location',
  'Provenance',
  'DocumentReference',
  'MeasureReport',
] as const;

const validator = await testValidator("HL7's validator");
const served = new Map<string, readonly Resource[]>();

afterAll(async () => {
  await validator?.stop();
});

/** Everything of every type, page by page. */
async function everything(client: Client): Promise<readonly Resource[]> {
  const { rest } = await client.get<CapabilityStatement>('/fhir/metadata', clinician);
  const resources: Resource[] = [];
  for (const { type } of rest?.[0]?.resource ?? []) {
    let next: string | undefined = `/fhir/${type}?_count=200`;
    while (next !== undefined) {
      const page: Bundle = await client.get<Bundle>(next, clinician);
      resources.push(...(page.entry ?? []).flatMap((entry) => entry.resource ?? []));
      next = page.link?.find(({ relation }) => relation === 'next')?.url;
    }
  }
  return resources;
}

async function recordOf(folder: string): Promise<readonly Resource[]> {
  const place = mkdtempSync(join(tmpdir(), 'lien-tuyen-valid-'));
  const secretsFile = join(place, 'secrets', 'keys.json');
  const facilities = join(samples, folder, 'facilities.tsv');
  const server = await startServer({ DATA_DIR: join(place, 'data'), SECRETS_FILE: secretsFile, OIDC_ISSUER: '' }, [
    '--empty',
    '--no-tokens',
    '--facilities',
    facilities,
  ]);
  try {
    const client = new Client(server.origin, new TokenIssuer(openSecrets(secretsFile)));
    await postFolder(join(samples, folder), client, readFacilityTable(facilities));
    await waitForViews(client, 30_000);
    const period = folder.endsWith('2025') ? '2025' : '2026-09';
    const reports = await client.get<Bundle>(`/statistics/measure-reports?place=08&period=${period}`, {
      kind: 'province',
    });
    return [...(await everything(client)), ...(reports.entry ?? []).flatMap(({ resource }) => resource ?? [])];
  } finally {
    await server.stop();
    rmSync(place, { recursive: true, force: true });
  }
}

const named = ({ resourceType, id }: Resource): string => `${resourceType}/${id}`;

describe.each(folders)('the record of %s', (folder) => {
  it('is valid by @medplum/core and the table of elements', async () => {
    const resources = await recordOf(folder);
    served.set(folder, resources);
    const types = new Set(resources.map(({ resourceType }) => resourceType));
    for (const type of always) expect(types).toContain(type);
    expect(resources.flatMap((one) => faultsOf(one).map((fault) => `${named(one)} ${fault}`))).toEqual([]);
  }, 120_000);
});

(validator ? describe : describe.skip)("HL7's own validator", () => {
  it('sees what is wrong', async () => {
    const wrong = {
      resourceType: 'Observation',
      status: 'xong',
      code: { text: 'x' },
      valueQuantity: { code: 'mmol/L' },
    };
    const found = (await validator?.validate(wrong))?.filter(({ severity }) => severity === 'error');
    expect(found?.map(({ text }) => text).join('\n')).toMatch(/xong.*ObservationStatus[^]*qty-3/);
  }, 120_000);

  it('finds no error in one resource of every shape', async () => {
    const shapes = new Map<string, Resource>();
    for (const one of [...served.values()].flat()) shapes.set(shapeOf(one as unknown as Json), one);
    const errors: string[] = [];
    const warnings = new Map<string, number>();
    await Promise.all(
      [...shapes.values()].map(async (resource) => {
        for (const { severity, path, text } of (await validator?.validate(resource)) ?? []) {
          if (severity === 'error' || severity === 'fatal') errors.push(`${named(resource)} ${path}: ${text}`);
          if (severity !== 'warning') continue;
          const kind = `${resource.resourceType}: ${text.replace(/#[^' ]+/g, '#…').slice(0, 160)}`;
          warnings.set(kind, (warnings.get(kind) ?? 0) + 1);
        }
      }),
    );
    const all = [...served.values()].flat().length;
    process.stdout.write(
      `HL7's validator: ${shapes.size} shapes of ${all} resources; ${errors.length} errors; warnings:\n`,
    );
    for (const [kind, count] of [...warnings].toSorted(([, a], [, b]) => b - a))
      process.stdout.write(`  ${count} × ${kind}\n`);
    expect(errors).toEqual([]);
  }, 600_000);
});
