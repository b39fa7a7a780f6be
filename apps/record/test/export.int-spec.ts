import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Bundle, Group, OperationOutcome, Resource } from '@medplum/fhirtypes';
import { Client } from 'fhir-kit-client';
import type { ResidentId } from '#domain/ids.js';
import { visitStream } from '#domain/streams.js';
import { AuditReader } from '#security/audit/audit-reader.js';
import { exported, follow, kickOff, kickOffByClient, linesOf, namesOf } from './bulk-client.js';
import { type FhirServer, type Identity, startFhirServer } from './fhir-server.js';
import { day, EventLog, facility, paper, visitContent } from './recorded-events.js';

const station: Identity = { kind: 'station', facility: facility('08Z11') };
const hospital: Identity = { kind: 'hospital', facility: facility('08Z01') };
const everything: Identity = {
  kind: 'clinician',
  scope: 'record.read record.export sensitive.hiv sensitive.mental-health',
};

let server: FhirServer;
let log: EventLog;
let an: ResidentId;
let binh: ResidentId;
let chau: ResidentId;

beforeAll(async () => {
  log = new EventLog();
  for (const code of ['08Z01', '08Z11', '08Z12'])
    log.facility({
      code: facility(code),
      name: `Cơ sở ${code} (giả lập)`,
      places: [{ communeCode: code === '08Z12' ? '02233' : '02212' }],
    });
  an = log.resident('Nông Văn An', '08Z11', { residence: { communeCode: '02212' } });
  binh = log.resident('Trần Thị Bình', '08Z11', { residence: { communeCode: '02233' } });
  chau = log.resident('Lê Minh Châu', '08Z12', { registeredResidence: { communeCode: '02212' } });
  const visit = (of: ResidentId, by: string, episode: string, code: string): void =>
    void log.visit(
      of,
      visitContent(by, episode, '2026-09-05T08:00:00+07:00', {
        diagnoses: [{ code, role: 'main' }],
        vitals: { systolic: 151, diastolic: 90 },
        practitioner: '000123/TQ-CCHN',
      }),
    );
  visit(an, '08Z11', 'S1', 'I10');
  visit(an, '08Z01', 'H1', 'J06.9');
  visit(binh, '08Z11', 'S2', 'B20');
  visit(binh, '08Z12', 'O2', 'F32.1');
  visit(chau, '08Z12', 'O1', 'I10');
  log.referral(an, paper('08Z11', '08Z01', 'CT-1', '2026-09-06T08:00:00+07:00'));
  server = await startFhirServer(log.events);
});
afterAll(() => server.close());

const patientsIn = (lines: readonly string[]): readonly string[] =>
  [...new Set(lines.join('').match(/Patient\/[0-9a-f-]{36}/g) ?? [])].toSorted();
const patients = (...ids: readonly ResidentId[]): readonly string[] => ids.map((id) => `Patient/${id}`).toSorted();

async function refused(identity: Identity, path: string, init: Parameters<typeof kickOff>[3] = {}): Promise<string> {
  const { answer } = await kickOff(server, identity, path, init);
  const { resourceType, issue } = (await answer.json()) as OperationOutcome;
  expect(resourceType).toBe('OperationOutcome');
  expect(issue[0]?.details?.text).toBeTruthy();
  return `${answer.status} ${issue[0]?.code} ${issue[0]?.diagnostics}`;
}

describe('an export', () => {
  it('is kicked off by a FHIR client, followed and fetched, and says what every read says', async () => {
    const token = await server.token(hospital);
    const location = await kickOffByClient(new Client({ baseUrl: server.base, bearerToken: token }));
    expect(location).toMatch(/\/fhir\/\$export\/[0-9a-f-]{36}$/);
    const headers = { authorization: `Bearer ${await server.token(hospital)}` };
    // Another token is another holder.
    expect((await fetch(location, { headers })).status).toBe(404);
    const own = { authorization: `Bearer ${token}` };
    const { manifest } = await follow({ location, headers: own });
    expect(manifest).toMatchObject({
      request: `${server.base}/$export`,
      requiresAccessToken: true,
      error: [],
      deleted: [],
    });
    expect(manifest.transactionTime).toBe(log.events.at(-1)?.recordedAt);
    const lines = await linesOf(manifest, own);
    expect(patientsIn(lines)).toEqual(patients(an));
    for (const line of lines) {
      const { resourceType, id } = JSON.parse(line) as Resource;
      const read = await fetch(`${server.base}/${resourceType}/${id}`, { headers: own });
      expect([read.status, await read.text()]).toEqual([200, line]);
    }
    expect(new Set(manifest.output.map(({ type }) => type)).size).toBe(manifest.output.length);
    expect(namesOf(lines)).toEqual([...new Set(namesOf(lines))]);
  });

  it('holds of all residents, of a group and of those named only these, and whom they refer to', async () => {
    const all = await exported(server, everything, 'Patient/$export');
    expect(patientsIn(all.lines)).toEqual(patients(an, binh, chau));
    const commune = await exported(server, everything, 'Group/commune-02212/$export');
    expect(patientsIn(commune.lines)).toEqual(patients(an));
    expect(namesOf(commune.lines)).toEqual(expect.arrayContaining(['Organization/08Z12']));
    const programme = await exported(server, everything, 'Group/programme-hypertension/$export?_type=Patient');
    expect(namesOf(programme.lines)).toEqual(patients(an, chau));
    const own = await exported(server, station, 'Group/facility-08Z11/$export?_type=Patient');
    expect(namesOf(own.lines)).toEqual(patients(an, binh));
    const { kicked } = await kickOff(server, everything, 'Group/commune-02212/$export', {
      body: {
        resourceType: 'Parameters',
        parameter: [
          { name: 'patient', valueReference: { reference: `Patient/${an}` } },
          { name: 'patient', valueReference: { reference: `Patient/${chau}` } },
          { name: '_type', valueString: 'Patient,Encounter' },
        ],
      },
    });
    const named = await linesOf((await follow(kicked)).manifest, kicked.headers);
    expect(patientsIn(named)).toEqual(patients(an));
  });

  it('is narrowed by types, elements, searches and a moment', async () => {
    const { lines } = await exported(
      server,
      everything,
      `$export?_type=Patient,Condition&_elements=Patient.name,Condition.code&_typeFilter=${encodeURIComponent('Condition?code=I10')}`,
    );
    const resources = lines.map((line) => JSON.parse(line) as Resource);
    expect(resources.filter(({ resourceType }) => resourceType === 'Condition')).toHaveLength(2);
    const [patient] = resources.filter(({ resourceType }) => resourceType === 'Patient');
    expect(Object.keys(patient ?? {}).toSorted()).toEqual(['id', 'meta', 'name', 'resourceType']);
    const since = log.events.at(-1)?.recordedAt;
    const recent = await exported(server, everything, `$export?_since=${since}`);
    expect(new Set(recent.manifest.output.map(({ type }) => type))).toEqual(
      new Set(['ServiceRequest', 'Task', 'Provenance', 'DocumentReference']),
    );
    const provenance = await exported(
      server,
      everything,
      '$export?_type=Task&includeAssociatedData=LatestProvenanceResources',
    );
    expect(provenance.manifest.output.map(({ type, count }) => [type, count])).toEqual([
      ['Provenance', 1],
      ['Task', 1],
    ]);
  });

  it('leaves out what is hidden from the caller', async () => {
    const { lines } = await exported(
      server,
      { kind: 'clinician', scope: 'record.read record.export' },
      '$export?_type=Condition',
    );
    expect(lines.join('')).not.toMatch(/B20|F32/);
    const ofStation = await exported(server, station, '$export?_type=Condition');
    expect(ofStation.lines.join('')).toMatch(/B20/);
    expect(ofStation.lines.join('')).not.toMatch(/F32/);
  });

  it('is refused without respond-async, with what is not supported, and to whom it is not for', async () => {
    expect(await refused(station, '$export', { prefer: 'handling=lenient' })).toMatch(/^400 invalid .*respond-async/);
    expect(await refused(station, '$export?_typo=1')).toMatch(/^400 not-supported .*_typo/);
    expect(await refused(station, '$export?_outputFormat=text/csv')).toMatch(/^400 .*text\/csv/);
    expect(await refused(station, '$export?_type=Patient,Nobody')).toMatch(/^400 .*Nobody/);
    expect(await refused(station, '$export?includeAssociatedData=_custom')).toMatch(/^400 .*_custom/);
    expect(await refused(station, '$export?_since=yesterday')).toMatch(/^400 value/);
    expect(await refused(station, `$export?patient=Patient/${an}`)).toMatch(/^400 .*patient/);
    expect(await refused(station, `$export?_typeFilter=${encodeURIComponent('Condition?subject.name=a')}`)).toMatch(
      /^400 .*subject/,
    );
    expect(await refused(station, `Patient/$export?patient=Patient/${chau}`)).toMatch(/^404/);
    expect(await refused(station, 'Group/facility-08Z01/$export')).toMatch(/^404/);
    expect(await refused(station, 'Group/nobody/$export')).toMatch(/^404/);
    expect(await refused({ kind: 'clinician' }, '$export')).toMatch(/^403/);
    expect(await refused({ kind: 'resident', resident: an }, '$export')).toMatch(/^403/);
    expect(await refused({ ...station, scope: 'user/*.rs' }, '$export')).toMatch(/^403/);
    expect(await refused({ ...station, scope: 'system/Patient.rs' }, '$export?_type=Patient,Condition')).toMatch(
      /^403 .*system\/Condition\.rs/,
    );
    const { answer, kicked } = await kickOff(server, station, '$export?_typo=1&_type=Nobody', {
      prefer: 'respond-async, handling=lenient',
    });
    expect(answer.status).toBe(202);
    const { issue } = (await answer.json()) as OperationOutcome;
    expect(issue.map(({ diagnostics }) => diagnostics)).toEqual([
      expect.any(String),
      'Ignored: _typo.',
      'Ignored: _type=Nobody.',
    ]);
    expect((await follow(kicked)).manifest.output).toEqual([]);
  });

  it('of a token with scopes of SMART holds the types that these let it read', async () => {
    const { manifest } = await exported(
      server,
      { ...station, scope: 'system/Patient.rs system/Condition.r user/*.*' },
      '$export',
    );
    expect(manifest.output.map(({ type }) => type)).toEqual(['Condition', 'Patient']);
  });

  it('goes away when it is cancelled', async () => {
    const { kicked } = await kickOff(server, station, '$export');
    const { manifest } = await follow(kicked);
    const { headers } = kicked;
    expect((await fetch(kicked.location, { method: 'DELETE', headers })).status).toBe(202);
    expect((await fetch(kicked.location, { headers })).status).toBe(404);
    expect((await fetch(manifest.output[0]?.url ?? '', { headers })).status).toBe(404);
    const { kicked: early } = await kickOff(server, station, '$export');
    expect((await fetch(early.location, { method: 'DELETE', headers: early.headers })).status).toBe(202);
    expect((await fetch(early.location, { headers: early.headers })).status).toBe(404);
  });

  it('is downloaded in parts, and compressed', async () => {
    const { kicked } = await kickOff(server, station, '$export');
    const { manifest, finished } = await follow(kicked);
    expect(Date.parse(finished.headers.get('expires') ?? '')).toBeGreaterThan(Date.now());
    const url = manifest.output.find(({ type }) => type === 'Observation')?.url ?? '';
    const get = (more: Readonly<Record<string, string>>): Promise<Response> =>
      fetch(url, { headers: { ...kicked.headers, 'accept-encoding': 'identity', ...more } });
    const plain = await get({});
    const whole = await plain.text();
    const etag = plain.headers.get('etag') ?? '';
    expect([plain.status, plain.headers.get('accept-ranges'), plain.headers.get('content-type')]).toEqual([
      200,
      'bytes',
      'application/fhir+ndjson',
    ]);
    const size = Buffer.byteLength(whole);
    const first = await get({ range: 'bytes=0-99' });
    expect([first.status, first.headers.get('content-range')]).toEqual([206, `bytes 0-99/${size}`]);
    const rest = await get({ range: 'bytes=100-', 'if-range': etag });
    expect(rest.status).toBe(206);
    expect((await first.text()) + (await rest.text())).toBe(whole);
    expect(await (await get({ range: 'bytes=0-99', 'if-range': '"another"' })).text()).toBe(whole);
    expect((await get({ range: `bytes=${size}-` })).status).toBe(416);
    expect((await get({ 'if-none-match': etag })).status).toBe(304);
    const compressed = await get({ 'accept-encoding': 'gzip' });
    expect([compressed.headers.get('content-encoding'), await compressed.text()]).toEqual(['gzip', whole]);
    expect(compressed.headers.get('etag')).not.toBe(etag);
  });

  it('tells of what was withdrawn or left out since', async () => {
    const since = new Date(Date.parse(log.events.at(-1)?.recordedAt ?? '') + 1).toISOString();
    const changed = [
      log.visit(
        chau,
        visitContent('08Z12', 'O1', '2026-09-05T08:00:00+07:00', { diagnoses: [{ code: 'I10', role: 'main' }] }),
        'VisitAmended',
      ),
      log.record(
        visitStream(facility('08Z01'), 'H1' as never),
        {
          type: 'VisitRetracted',
          data: {
            resident: an,
            facility: facility('08Z01'),
            episode: 'H1',
            reason: 'nhầm',
            retractedOn: day('2026-11-02'),
          },
        } as never,
        '08Z01',
      ),
    ];
    await server.apply(changed);
    const { kicked } = await kickOff(server, everything, `$export?_since=${since}`);
    const { manifest } = await follow(kicked);
    const deleted = (await linesOf(manifest, kicked.headers, 'deleted')).flatMap(
      (line) =>
        (JSON.parse(line) as Bundle).entry?.map(
          ({ request }) => `${request?.method} ${request?.url.replace(/[0-9a-f-]{36}/, '*')}`,
        ) ?? [],
    );
    expect(deleted.toSorted()).toEqual([
      'DELETE Condition/*-c-J06.9',
      'DELETE Encounter/*',
      'DELETE Observation/*-v-bp',
      'DELETE Observation/*-v-bp',
    ]);
  });

  it('is written down with whose data it holds', async () => {
    const { kicked } = await kickOff(server, station, 'Patient/$export');
    const { manifest } = await follow(kicked);
    await linesOf(manifest, kicked.headers);
    const reader = new AuditReader(server.audit.store.database);
    const { found } = await reader.page({ residents: [binh] }, 100);
    const [, job = ''] = /\$export\/(.*)$/.exec(kicked.location) ?? [];
    const ofJob = found.filter(({ entry }) => entry.what === `$export/${job}`);
    expect(ofJob).toHaveLength(1);
    expect(ofJob[0]?.entry).toMatchObject({ action: 'E', interaction: 'operation', facility: '08Z11', status: 200 });
    expect(ofJob[0]?.entry.residents.toSorted()).toEqual([an, binh].toSorted());
    const rows = await server.audit.store.database.query<{ readonly body: string }>('select body from audit_entry');
    const downloads = rows.filter(({ body }) => body.includes(`$export/${job}/`));
    expect(downloads).toHaveLength(manifest.output.length);
  });
});

describe('groups', () => {
  it('are found and read by whom they are for', async () => {
    const client = await server.client(station);
    const found = (await client.search({
      resourceType: 'Group',
      searchParams: { _count: '100' },
    })) as unknown as Bundle<Group>;
    const ids = (found.entry ?? []).map(({ resource }) => resource?.id);
    expect(ids).toEqual([
      'facility-08Z11',
      'programme-hypertension',
      'programme-diabetes',
      'programme-copd-asthma',
      'programme-tuberculosis',
      'commune-02212',
      'commune-02233',
    ]);
    const read = await client.read({ resourceType: 'Group', id: 'facility-08Z11' });
    expect(read).toMatchObject({ resourceType: 'Group', actual: true, type: 'person' });
    const byCode = (await client.search({
      resourceType: 'Group',
      searchParams: { code: 'diabetes' },
    })) as unknown as Bundle<Group>;
    expect(byCode.entry?.map(({ resource }) => resource?.id)).toEqual(['programme-diabetes']);
    await expect(client.read({ resourceType: 'Group', id: 'facility-08Z01' })).rejects.toMatchObject({
      response: { status: 404 },
    });
  });
});

describe('the capabilities', () => {
  it('tell of exports to whom they are for', async () => {
    const operations = async (identity: Identity): Promise<number> => {
      const answer = await fetch(`${server.base}/metadata`, {
        headers: { authorization: `Bearer ${await server.token(identity)}` },
      });
      return (await answer.text()).match(/uv\/bulkdata\/OperationDefinition/g)?.length ?? 0;
    };
    expect([await operations(station), await operations({ kind: 'clinician' })]).toEqual([3, 0]);
  });
});
