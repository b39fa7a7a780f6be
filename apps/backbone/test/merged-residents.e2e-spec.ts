import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Bundle, Encounter, Patient } from '@medplum/fhirtypes';
import type { FacilityCode } from '#domain/ids.js';
import { readConfiguration } from '#platform/configuration.js';
import { createLogger } from '#platform/logging.js';
import { openSecrets } from '#security/secrets.js';
import { TokenIssuer } from '#security/token-issuer.js';
import { type Backbone, openBackbone } from '../src/backbone.js';

const shipped = fileURLToPath(new URL('../../../../samples/station-messages-1/facilities.tsv', import.meta.url));
const [station, otherStation, hospital] = ['08Z11', '08Z12', '08Z01'] as readonly string[] as readonly [
  FacilityCode,
  FacilityCode,
  FacilityCode,
];

interface Review {
  readonly id: string;
  readonly residents: readonly [string, string];
  readonly status: string;
  readonly reason: string;
  readonly survivor?: string;
  readonly records: readonly { readonly id: string; readonly visits: number }[];
}

let folder: string;
let backbone: Backbone;
let issuer: TokenIssuer;
const opened = new AsyncDisposableStack();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'merged-'));
  const secretsFile = join(folder, 'k', 'k.json');
  const configuration = readConfiguration({ PORT: '0', DATA_DIR: join(folder, 'data'), SECRETS_FILE: secretsFile });
  backbone = await openBackbone(
    configuration,
    { shipped },
    createLogger({ logLevel: 'silent' }),
    opened,
    async () => undefined,
  );
  issuer = new TokenIssuer(openSecrets(secretsFile));
});
afterAll(async () => {
  await opened.disposeAsync();
  rmSync(folder, { recursive: true, force: true });
});

async function ask<Body>(path: string, as: FacilityCode | 'operator' | 'province', body?: object): Promise<Body> {
  const token = await issuer.issue(
    as === 'operator' || as === 'province'
      ? { kind: as as 'operator' | 'province', hours: 1 }
      : { kind: as === hospital ? 'hospital' : 'station', facility: as, hours: 1 },
  );
  const answer = await fetch(backbone.origin + path, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${answer.status} ${path} ${await answer.text()}`);
  return (await answer.json()) as Body;
}

/** Every view has all that is in the log. */
async function settled(): Promise<void> {
  const views = async () => {
    const answer = await fetch(`${backbone.origin}/views`, {
      headers: { authorization: `Bearer ${await issuer.issue({ kind: 'operator', hours: 1 })}` },
    });
    return (await answer.json()) as { views: readonly { position: number; logPosition: number }[] };
  };
  for (let tries = 0; tries < 200; tries += 1) {
    const { views: all } = await views();
    if (all.every(({ position, logPosition }) => position >= logPosition)) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('The views did not catch up');
}

/** Synthetic: one woman whom two stations know by different numbers. */
const person = (system: string, value: string, patient: string) => ({
  name: 'Nguyễn Thị Hoa',
  sex: 'female',
  birthDate: '1961',
  identifiers: [
    { system, value },
    { system: 'facility-patient-number', value: patient },
  ],
  residence: { provinceCode: '08', communeCode: '02302' },
});
const [asKnownHere, asKnownThere] = [
  person('national-id', '008161000001', 'A1'),
  person('insurance-number', '0899999999', 'B1'),
];

async function visit(at: FacilityCode, who: object, episode: string, more: object = {}): Promise<string> {
  const receipt = await ask<{
    records: readonly { resident: string; outcome: string; faults: readonly { code: string }[] }[];
  }>('/intake/messages', at, {
    command: 'record-visit',
    person: who,
    visit: {
      episode,
      start: '2026-10-05T08:30:00+07:00',
      end: '2026-10-05T09:10:00+07:00',
      diagnoses: [{ code: 'I10', role: 'main' }],
      ...more,
    },
  });
  expect(receipt.records.flatMap(({ faults }) => faults.map(({ code }) => code))).toEqual([]);
  return receipt.records[0]?.resident ?? '';
}

const encountersOf = async (patient: string, as = station): Promise<readonly string[]> => {
  const bundle = await ask<Bundle<Encounter>>(`/fhir/Encounter?patient=${patient}&_count=50`, as);
  return (bundle.entry ?? [])
    .map(({ resource }) => `${resource?.identifier?.[0]?.value ?? ''} of ${resource?.subject?.reference ?? ''}`)
    .toSorted();
};
const figure = async (code: string): Promise<number> => {
  const { indicators } = await ask<{ indicators: readonly { code: string; numerator: number }[] }>(
    '/statistics/indicators?place=08&period=2026-10',
    'province',
  );
  return indicators.find((one) => one.code === code)?.numerator ?? -1;
};
const differences = async (): Promise<readonly unknown[]> => {
  const { figures } = await ask<{ figures: readonly { difference: unknown }[] }>(
    '/statistics/reconciliation?period=2026-10',
    'province',
  );
  return figures.filter(({ difference }) => JSON.stringify(difference) !== '0' && hasDifference(difference));
};
const hasDifference = (difference: unknown): boolean =>
  typeof difference === 'number'
    ? difference !== 0
    : Object.values(difference ?? {}).some((value) => typeof value === 'number' && value !== 0);

describe('two records of one person', () => {
  let [here, there, review] = ['', '', ''];

  it('that are alike are put before a human, side by side', async () => {
    here = await visit(station, asKnownHere, 'E1');
    there = await visit(otherStation, asKnownThere, 'F1');
    expect(there).not.toBe(here);
    await ask('/intake/messages', station, {
      command: 'issue-referral',
      person: asKnownHere,
      referral: {
        number: 'CT-1',
        to: hospital,
        issuedAt: '2026-10-05T09:15:00+07:00',
        diagnoses: [{ code: 'I10', role: 'main' }],
      },
    });
    await settled();
    const { items } = await ask<{ items: readonly Review[] }>('/match-reviews', station);
    expect(items).toHaveLength(1);
    review = items[0]?.id ?? '';
    const shown = await ask<Review>(`/match-reviews/${review}`, otherStation);
    expect(new Map(shown.records.map(({ id, visits }) => [id, visits]))).toEqual(
      new Map([
        [here, 1],
        [there, 1],
      ]),
    );
    await expect(ask(`/match-reviews/${review}`, '08Z13' as FacilityCode)).rejects.toThrow('404');
    expect([await figure('residents-seen'), await figure('residents-known')]).toEqual([2, 2]);
  });

  it('become one everywhere: record, access, worklist, feed and figures', async () => {
    expect(await ask<Review>(`/match-reviews/${review}/merge`, 'operator', { survivor: there })).toMatchObject({
      status: 'merged',
      survivor: there,
    });
    // Repeated, as after a lost answer.
    await ask(`/match-reviews/${review}/merge`, 'operator', { survivor: there });
    await settled();
    expect(await encountersOf(there)).toEqual([`E1 of Patient/${there}`, `F1 of Patient/${there}`]);
    expect(await encountersOf(here, otherStation)).toEqual(await encountersOf(there));
    const joined = await ask<Patient>(`/fhir/Patient/${here}`, otherStation);
    expect([joined.active, joined.link]).toEqual([
      false,
      [{ other: { reference: `Patient/${there}` }, type: 'replaced-by' }],
    ]);
    expect((await ask<Patient>(`/fhir/Patient/${there}`, station)).link).toEqual([
      { other: { reference: `Patient/${here}` }, type: 'replaces' },
    ]);
    const byNumber = await ask<Bundle>('/fhir/Patient?identifier=008161000001', otherStation);
    expect(byNumber.entry?.map(({ resource }) => resource?.id).toSorted()).toEqual([here, there].toSorted());
    const whole = await ask<Bundle>(`/fhir/Patient/${here}/$everything`, station);
    expect(whole.entry?.filter(({ resource }) => resource?.resourceType === 'Encounter')).toHaveLength(2);
    const worklist = await ask<{ items: readonly { resident: { id: string } }[] }>(
      '/referrals?direction=incoming',
      hospital,
    );
    expect(worklist.items.map(({ resident }) => resident.id)).toEqual([there]);
    const feed = await ask<{ items: readonly { data: { resident: string } }[] }>('/referrals/feed', hospital);
    expect(feed.items.map(({ data }) => data.resident)).toEqual([there]);
    expect([await figure('residents-seen'), await figure('residents-known')]).toEqual([1, 1]);
    expect(await figure('visits')).toBe(2);
    expect(await differences()).toEqual([]);
    expect((await ask<{ items: readonly Review[] }>('/match-reviews', 'operator')).items).toEqual([]);
  });

  it('stay one when both are told of again, each by its own numbers; the referral of one is answered for the other', async () => {
    expect(await visit(station, asKnownHere, 'E2')).toBe(here);
    expect(
      await visit(hospital, { ...asKnownThere, identifiers: asKnownThere.identifiers.slice(0, 1) }, 'H1', {
        arrivedWith: { number: 'CT-1', from: station },
      }),
    ).toBe(there);
    await settled();
    expect(await encountersOf(there)).toEqual(
      ['E1', 'E2', 'F1', 'H1'].map((episode) => `${episode} of Patient/${there}`),
    );
    expect([await figure('visits'), await figure('residents-seen'), await figure('residents-known')]).toEqual([
      4, 1, 1,
    ]);
    expect(await differences()).toEqual([]);
  });

  it('are two again after an unmerge, each with what was told of it, and are not suggested again', async () => {
    expect(await ask<Review>(`/match-reviews/${review}/unmerge`, station, { reason: 'nhầm' })).toMatchObject({
      status: 'dismissed',
    });
    await settled();
    expect(await encountersOf(here)).toEqual(['E1', 'E2'].map((episode) => `${episode} of Patient/${here}`));
    expect(await encountersOf(there, otherStation)).toEqual(
      ['F1', 'H1'].map((episode) => `${episode} of Patient/${there}`),
    );
    await expect(encountersOf(there)).resolves.toEqual([]);
    await expect(ask(`/fhir/Patient/${there}`, station)).rejects.toThrow('404');
    const patient = await ask<Patient>(`/fhir/Patient/${here}`, station);
    expect([patient.active, patient.link]).toEqual([true, undefined]);
    const worklist = await ask<{ items: readonly { resident: { id: string } }[] }>(
      '/referrals?direction=incoming',
      hospital,
    );
    expect(worklist.items.map(({ resident }) => resident.id)).toEqual([here]);
    expect([await figure('residents-seen'), await figure('residents-known')]).toEqual([2, 2]);
    expect(await differences()).toEqual([]);
    await visit(otherStation, asKnownThere, 'F2');
    await settled();
    expect((await ask<{ items: readonly Review[] }>('/match-reviews', 'operator')).items).toEqual([]);
  });
});
