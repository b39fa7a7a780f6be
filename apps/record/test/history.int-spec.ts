/** Versions, histories and the record as of a moment, held against views that were really built up to that moment. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Bundle, BundleEntry, Resource } from '@medplum/fhirtypes';
import fc from 'fast-check';
import type { ResidentId } from '#domain/ids.js';
import { residentStream, visitStream } from '#domain/streams.js';
import { documentIdOf } from '#fhir/resource-ids.js';
import { type FhirServer, type Identity, startFhirServer } from './fhir-server.js';
import { at, EventLog, facility, paper, visitContent } from './recorded-events.js';

const clinician: Identity = { kind: 'clinician' };
const station = (code: string): Identity => ({ kind: 'station', facility: facility(code) });

interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

async function ask<Body = Bundle>(
  server: FhirServer,
  path: string,
  who = clinician,
  headers = {},
): Promise<Answer<Body>> {
  const answer = await fetch(path.startsWith('http') ? path : `${server.base}/${path}`, {
    headers: { authorization: `Bearer ${await server.token(who)}`, ...headers },
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: (text === '' ? undefined : JSON.parse(text)) as Body };
}

/** All pages of a bundle. */
async function entriesOf(server: FhirServer, path: string, who = clinician): Promise<readonly BundleEntry[]> {
  const entries: BundleEntry[] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const { status, body }: Answer<Bundle> = await ask(server, next, who);
    expect(status).toBe(200);
    entries.push(...(body.entry ?? []));
    next = body.link?.find(({ relation }) => relation === 'next')?.url;
  }
  return entries;
}

const shapesOf = (entries: readonly BundleEntry[]): readonly (readonly unknown[])[] =>
  entries.map(({ request, response, resource }) => [request?.method, response?.etag, resource?.id]);

describe('a visit that was amended, then withdrawn', () => {
  let server: FhirServer;
  let log: EventLog;
  let hoa: ResidentId;
  let encounter: string;

  beforeAll(async () => {
    log = new EventLog();
    log.facility({ code: facility('08Z11'), name: 'Trạm Y tế Xã Phúc Yên (giả lập)' });
    log.facility({ code: facility('08Z12'), name: 'Trạm Y tế Xã Xuân Lập (giả lập)' });
    hoa = log.resident('Chẩu Thị Hoa', '08Z11');
    const first = visitContent('08Z11', 'E1', '2026-10-28T08:00:00+07:00', {
      diagnoses: [
        { code: 'I10', display: 'Tăng huyết áp', role: 'main' },
        { code: 'L30.9', display: 'Viêm da', role: 'comorbidity' },
      ],
    });
    log.visit(hoa, first);
    log.visit(hoa, { ...first, reason: 'Khám lại', diagnoses: first.diagnoses.slice(0, 1) }, 'VisitAmended');
    log.record(
      visitStream(facility('08Z11'), first.episode),
      { type: 'VisitRetracted', data: { resident: hoa, reason: 'nhập nhầm', sources: [] } } as never,
      '08Z11',
    );
    server = await startFhirServer(log.events);
    encounter = documentIdOf('visit-08Z11.E1');
  });
  afterAll(() => server.close());

  it('has every version, newest first, and says what happened', async () => {
    const { body } = await ask(server, `Encounter/${encounter}/_history`);
    expect([body.type, body.total]).toEqual(['history', 3]);
    expect(shapesOf(body.entry ?? [])).toEqual([
      ['DELETE', 'W/"3"', undefined],
      ['PUT', 'W/"2"', encounter],
      ['POST', 'W/"1"', encounter],
    ]);
  });

  it('each part has the versions in which it was there', async () => {
    const part = `${encounter}-c-L30.9`;
    const all = await entriesOf(server, 'Condition/_history');
    const ids = new Set(all.map(({ fullUrl }) => fullUrl?.split('/').at(-1)));
    const dropped = [...ids].find((id) => id?.includes('L30'));
    expect(dropped).toBeDefined();
    expect(shapesOf(await entriesOf(server, `Condition/${dropped ?? part}/_history`))).toEqual([
      ['DELETE', 'W/"2"', undefined],
      ['POST', 'W/"1"', dropped],
    ]);
  });

  it.each([
    ['1', 200],
    ['2', 200],
    ['3', 410],
    ['4', 404],
    ['x', 404],
  ])('version %s is answered %i', async (version, status) => {
    const answer = await ask<Resource>(server, `Encounter/${encounter}/_history/${version}`);
    expect(answer.status).toBe(status);
    if (status === 200) {
      expect(answer.body.meta?.versionId).toBe(version);
      expect(answer.headers.get('etag')).toBe(`W/"${version}"`);
    }
  });

  it('pages, _since and _at choose among the versions', async () => {
    const recorded = log.events.filter(({ stream }) => stream.startsWith('visit-')).map((one) => one.recordedAt);
    const paged = await entriesOf(server, `Encounter/${encounter}/_history?_count=1`);
    expect(shapesOf(paged).map(([method]) => method)).toEqual(['DELETE', 'PUT', 'POST']);
    const since = await entriesOf(server, `Encounter/${encounter}/_history?_since=${recorded[1]}`);
    expect(shapesOf(since).map(([, etag]) => etag)).toEqual(['W/"3"', 'W/"2"']);
    const then = await entriesOf(server, `Encounter/${encounter}/_history?_at=${recorded[0]}`);
    expect(shapesOf(then).map(([, etag]) => etag)).toEqual(['W/"1"']);
    expect((await ask(server, `Encounter/${encounter}/_history?_list=1`)).status).toBe(400);
  });

  it('a type, and everything, are told newest first without gap or repeat, whatever the page', async () => {
    for (const path of ['_history', 'Patient/_history', 'Condition/_history']) {
      const whole = await entriesOf(server, path);
      expect(whole.length).toBeGreaterThan(0);
      for (const count of [1, 2, 3]) expect(await entriesOf(server, `${path}?_count=${count}`)).toEqual(whole);
      const times = whole.map(({ response }) => response?.lastModified ?? '');
      expect(times).toEqual(times.toSorted().toReversed());
    }
  });

  it('is shown to whom the record is open alone', async () => {
    expect((await ask(server, `Encounter/${encounter}/_history`, station('08Z11'))).status).toBe(200);
    for (const path of [`Encounter/${encounter}/_history`, `Encounter/${encounter}/_history/1`]) {
      expect((await ask(server, path, station('08Z12'))).status).toBe(404);
    }
    expect(await entriesOf(server, 'Encounter/_history', station('08Z12'))).toEqual([]);
    expect(
      (await entriesOf(server, '_history', station('08Z12'))).map(({ resource }) => resource?.resourceType),
    ).toEqual(['Organization', 'Location', 'Organization', 'Location']);
    expect((await ask(server, `Encounter/${encounter}?asOf=2026-11-30`, station('08Z12'))).status).toBe(404);
  });

  it('is there again as of a moment when it was', async () => {
    const [recorded, amended, retracted] = log.events.filter(({ stream }) => stream.startsWith('visit-'));
    const before = await ask<Resource>(server, `Encounter/${encounter}?asOf=${recorded?.recordedAt}`);
    expect([before.status, before.body.meta?.versionId]).toEqual([200, '1']);
    const later = await ask(server, `Condition?patient=${hoa}&asOf=${amended?.recordedAt}`);
    expect(later.body.entry?.length).toBe(1);
    expect((await ask(server, `Encounter/${encounter}?asOf=${retracted?.recordedAt}`)).status).toBe(410);
    expect((await ask(server, `Encounter/${encounter}?asOf=2026-01-01`)).status).toBe(404);
    expect((await ask(server, `Encounter/${encounter}`)).status).toBe(410);
  });

  it('a search as of a moment names one person, and its links keep the moment', async () => {
    expect((await ask(server, 'Condition?code=I10&asOf=2026-11-30')).status).toBe(400);
    expect((await ask(server, 'Condition?code=I10&asOf=yesterday')).status).toBe(400);
    const resident: Identity = { kind: 'resident', resident: hoa };
    const recorded = log.events.find(({ stream }) => stream.startsWith('visit-'))?.recordedAt;
    const own = await entriesOf(server, `Condition?_count=1&asOf=${recorded}`, resident);
    expect(own.length).toBe(2);
  });

  it('what is known already is not sent again', async () => {
    const { headers } = await ask(server, `Patient/${hoa}`);
    const modified = headers.get('last-modified') ?? '';
    expect((await ask(server, `Patient/${hoa}`, clinician, { 'if-modified-since': modified })).status).toBe(304);
    const earlier = new Date(Date.parse(modified) - 1000).toUTCString();
    expect((await ask(server, `Patient/${hoa}`, clinician, { 'if-modified-since': earlier })).status).toBe(200);
  });
});

/** The same lives each time, so that a failure is of the change that was made; `HISTORY_LIVES=500` looks at five hundred others. */
const others = process.env['HISTORY_LIVES'];
const seeded = others === undefined ? { seed: 20_261_122 } : {};

/** A random small life of four residents at two stations: visits amended, withdrawn, moved to another person, merges and separations. */
const steps = fc.array(
  fc.record({
    what: fc.constantFrom('visit', 'visit', 'amend', 'retract', 'details', 'merge', 'unmerge', 'immunize', 'refer'),
    who: fc.integer({ min: 0, max: 3 }),
    other: fc.integer({ min: 0, max: 3 }),
    episode: fc.integer({ min: 1, max: 4 }),
  }),
  { minLength: 5, maxLength: 25 },
);
type Step = typeof steps extends fc.Arbitrary<readonly (infer One)[]> ? One : never;

function logOf(lived: readonly Step[]): { readonly log: EventLog; readonly residents: readonly ResidentId[] } {
  const log = new EventLog();
  log.facility({ code: facility('08Z11'), name: 'Trạm Y tế Một (giả lập)' });
  log.facility({ code: facility('08Z12'), name: 'Trạm Y tế Hai (giả lập)' });
  const residents = ['An', 'Bình', 'Chi', 'Dung'].map((name, index) =>
    log.resident(`Nông Văn ${name}`, index % 2 === 0 ? '08Z11' : '08Z12'),
  );
  const visits = new Set<string>();
  const merged = new Map<ResidentId, ResidentId>();
  for (const [index, { what, who, other, episode }] of lived.entries()) {
    const [resident, second] = [residents[who], residents[other]];
    if (!resident || !second) continue;
    const number = `E${episode}`;
    const content = visitContent('08Z11', number, `2026-10-0${episode}T08:00:00+07:00`, {
      reason: `Lần ${index}`,
      practitioner: `00${index % 3}/TQ-CCHN`,
      ...(index % 2 === 0 && { practitionerName: `Nông Văn ${index}` }),
      diagnoses: [{ code: index % 2 === 0 ? 'I10' : 'E11.9', display: 'Chẩn đoán', role: 'main' }],
    });
    if (what === 'visit' || what === 'amend') {
      log.visit(resident, content, visits.has(number) ? 'VisitAmended' : 'VisitRecorded');
      visits.add(number);
    } else if (what === 'retract' && visits.delete(number)) {
      const retracted = { type: 'VisitRetracted', data: { resident, reason: 'nhập nhầm', sources: [] } } as never;
      log.record(visitStream(content.facility, content.episode), retracted, '08Z11');
    } else if (what === 'details') {
      const details = { name: `Nông Văn ${index}`, sex: 'female' as const };
      const corrected = { type: 'ResidentDetailsCorrected', data: { resident, details, changed: [] } } as never;
      log.record(residentStream(resident), corrected, '08Z12');
    } else if (what === 'immunize') {
      log.immunization(resident, '08Z12', { vaccineName: 'Sởi', givenOn: at('2026-09-01') });
    } else if (what === 'refer') {
      log.referral(resident, paper('08Z11', '08Z12', `P${index}`, '2026-10-05T09:00:00+07:00'));
    } else if (what === 'merge' && resident !== second && ![resident, second].some((one) => joined(merged, one))) {
      merged.set(second, resident);
      const link = `link-${index}`;
      log.record(
        residentStream(resident),
        { type: 'ResidentsMerged', data: { resident, joined: second, link, reason: 'trùng' } },
        '08Z11',
      );
      log.record(
        residentStream(second),
        { type: 'ResidentJoined', data: { resident: second, into: resident, link, reason: 'trùng' } },
        '08Z11',
      );
    } else if (what === 'unmerge' && merged.get(second)) {
      const into = merged.get(second) as ResidentId;
      merged.delete(second);
      const link = `link-${index}`;
      log.record(
        residentStream(into),
        { type: 'ResidentsUnmerged', data: { resident: into, separated: second, link, reason: 'khác' } } as never,
        '08Z11',
      );
      log.record(
        residentStream(second),
        { type: 'ResidentSeparated', data: { resident: second, from: into, link, reason: 'khác' } } as never,
        '08Z11',
      );
    }
  }
  return { log, residents };
}

const joined = (merged: ReadonlyMap<ResidentId, ResidentId>, one: ResidentId): boolean =>
  merged.has(one) || [...merged.values()].includes(one);

const byName = (entries: readonly BundleEntry[]): readonly (Resource | undefined)[] =>
  entries
    .map(({ resource }) => resource)
    .toSorted((a, b) => `${a?.resourceType}/${a?.id}`.localeCompare(`${b?.resourceType}/${b?.id}`));

it('the record as of a moment is what a view built up to that moment shows', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.double({ min: 0, max: 1, noNaN: true }), async (lived, share) => {
      const { log, residents } = logOf(lived);
      const cut = 6 + Math.floor((log.events.length - 6) * share);
      const past = log.events.slice(0, cut);
      const moment = past.at(-1)?.recordedAt ?? '';
      const [then, now] = [await startFhirServer(past), await startFhirServer(log.events)];
      try {
        for (const resident of residents) {
          const path = `Patient/${resident}/$everything?_count=1000`;
          const shown = byName(await entriesOf(now, `${path}&asOf=${moment}`));
          expect(JSON.parse(JSON.stringify(shown).replaceAll(now.base, then.base))).toEqual(
            byName(await entriesOf(then, path)),
          );
        }
      } finally {
        await then.close();
        await now.close();
      }
    }),
    { ...seeded, numRuns: Number(others ?? 25) },
  );
}, 600_000);

const typesOfALife = [
  'Patient',
  'Encounter',
  'Condition',
  'Immunization',
  'ServiceRequest',
  'Task',
  'EpisodeOfCare',
  'Practitioner',
  'PractitionerRole',
];

it('every version that was ever served is found again by its number, and once in each history', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.constantFrom(1, 3, 50), async (lived, size) => {
      const { log } = logOf(lived.filter(({ what }) => !['merge', 'unmerge'].includes(what)));
      const server = await startFhirServer(log.events.slice(0, 6));
      const seen = new Map<string, Resource>();
      try {
        for (const event of [undefined, ...log.events.slice(6)]) {
          if (event) await server.apply([event]);
          for (const type of typesOfALife)
            for (const { resource } of await entriesOf(server, type))
              if (resource) seen.set(`${type}/${resource.id}/_history/${resource.meta?.versionId}`, resource);
        }
        for (const [name, resource] of seen) expect((await ask<Resource>(server, name)).body).toEqual(resource);
        const all = await entriesOf(server, `_history?_count=${size}`);
        for (const type of typesOfALife) {
          const ofType = await entriesOf(server, `${type}/_history?_count=${size}`);
          const versions = ofType.flatMap(({ resource }) => resource ?? []);
          expect(versions.map(versionName).toSorted()).toEqual(
            [...seen.keys()].filter((name) => name.startsWith(`${type}/`)).toSorted(),
          );
          for (const one of versions) expect(one).toEqual(seen.get(versionName(one)));
          expect(all.filter(({ fullUrl }) => fullUrl?.startsWith(`${server.base}/${type}/`))).toEqual(ofType);
        }
      } finally {
        await server.close();
      }
    }),
    { ...seeded, numRuns: Number(others ?? 10) },
  );
}, 600_000);

const versionName = ({ resourceType, id, meta }: Resource): string =>
  `${resourceType}/${id}/_history/${meta?.versionId}`;

it('_at of a history holds what a view built up to that moment serves', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.double({ min: 0, max: 1, noNaN: true }), async (lived, share) => {
      const { log } = logOf(lived.filter(({ what }) => !['merge', 'unmerge'].includes(what)));
      const past = log.events.slice(0, 6 + Math.floor((log.events.length - 6) * share));
      const [then, now] = [await startFhirServer(past), await startFhirServer(log.events)];
      try {
        for (const type of typesOfALife) {
          const current = await entriesOf(now, `${type}/_history?_count=7&_at=${past.at(-1)?.recordedAt}`);
          expect(byName(current.filter(({ resource }) => resource))).toEqual(byName(await entriesOf(then, type)));
        }
      } finally {
        await then.close();
        await now.close();
      }
    }),
    { ...seeded, numRuns: Number(others ?? 10) },
  );
}, 600_000);

it('pages of a history lose nothing and repeat nothing while the log grows', async () => {
  const { log } = logOf(
    Array.from({ length: 20 }, (_, index) => ({ what: 'visit', who: 0, other: 1, episode: 1 + (index % 4) }) as const),
  );
  const [first, rest] = [log.events.slice(0, 16), log.events.slice(16)];
  const server = await startFhirServer(first);
  try {
    const before = await entriesOf(server, '_history?_count=500');
    const paged: BundleEntry[] = [];
    for (let next: string | undefined = '_history?_count=5'; next !== undefined;) {
      const { body }: Answer<Bundle> = await ask(server, next);
      paged.push(...(body.entry ?? []));
      next = body.link?.find(({ relation }) => relation === 'next')?.url;
      await server.apply(rest.splice(0, 1));
    }
    expect(paged).toEqual(before);
  } finally {
    await server.close();
  }
});

describe('a practitioner', () => {
  it('is as of a moment what was told by then', async () => {
    const { log } = logOf([
      { what: 'visit', who: 0, other: 1, episode: 1 },
      { what: 'details', who: 0, other: 1, episode: 1 },
      { what: 'details', who: 0, other: 1, episode: 1 },
      { what: 'visit', who: 1, other: 0, episode: 2 },
      { what: 'details', who: 0, other: 1, episode: 1 },
      { what: 'details', who: 0, other: 1, episode: 1 },
      { what: 'visit', who: 1, other: 0, episode: 3 },
    ]);
    const server = await startFhirServer(log.events);
    try {
      const [{ resource } = {}] = await entriesOf(server, 'Practitioner?name=nong');
      const versions = await entriesOf(server, `Practitioner/${resource?.id}/_history`);
      expect(versions.length).toBeGreaterThan(1);
      for (const { resource: version, response } of versions)
        expect((await ask(server, `Practitioner/${resource?.id}?asOf=${response?.lastModified}`)).body).toEqual(
          version,
        );
    } finally {
      await server.close();
    }
  });
});

describe('$everything of a period', () => {
  it('holds the care of those days, and what is of no day', async () => {
    const log = new EventLog();
    log.facility({ code: facility('08Z11'), name: 'Trạm Y tế Một (giả lập)' });
    const resident = log.resident('Nông Văn An', '08Z11');
    for (const date of ['09-30', '10-01', '10-31', '11-01'])
      log.visit(resident, visitContent('08Z11', date, `2026-${date}T10:00:00+07:00`));
    log.visit(
      resident,
      visitContent('08Z11', 'stay', '2026-09-20T10:00:00+07:00', { end: at('2026-10-02T08:00:00+07:00') }),
    );
    const server = await startFhirServer(log.events);
    const typesOf = async (query: string): Promise<readonly string[]> =>
      (await entriesOf(server, `Patient/${resident}/$everything?_type=Patient,Encounter&${query}`)).map(
        ({ resource }) =>
          resource?.resourceType === 'Encounter' ? (resource.period?.start?.slice(5, 10) ?? '') : 'Patient',
      );
    try {
      expect(await typesOf('start=2026-10-01&end=2026-10-31')).toEqual(['Patient', '10-01', '10-31', '09-20']);
      expect(await typesOf('start=2026-10-03')).toEqual(['Patient', '10-31', '11-01']);
      expect(await typesOf('end=2026-09-29')).toEqual(['Patient', '09-20']);
      expect((await ask(server, `Patient/${resident}/$everything?start=soon`)).status).toBe(400);
    } finally {
      await server.close();
    }
  });
});
