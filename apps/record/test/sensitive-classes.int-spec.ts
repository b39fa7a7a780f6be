import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Bundle, CapabilityStatement, Encounter, Resource } from '@medplum/fhirtypes';
import type { EpisodeNumber, ResidentId } from '#domain/ids.js';
import { visitStream } from '#domain/streams.js';
import { type RecordedEvent, streamName } from '#event-store/event-store.js';
import { documentIdOf } from '#fhir/resource-ids.js';
import { type FhirServer, type Identity, startFhirServer } from './fhir-server.js';
import { EventLog, facility, paper, visitContent } from './recorded-events.js';

let server: FhirServer;
let an: ResidentId;
let log: EventLog;
const byName = 'record.read sensitive.hiv sensitive.mental-health';
const clinician: Identity = { kind: 'clinician' };
const hospital: Identity = { kind: 'hospital', facility: facility('08Z01') };
const treating: Identity = { kind: 'station', facility: facility('08Z11') };
const cleared: Identity = { kind: 'clinician', scope: byName };
const anSelf = (): Identity => ({ kind: 'resident', resident: an });

/** What must not be seen by those without the scope, whatever they ask. */
const secrets = /["-]B2[04]|["-]F32|HIV|Efavirenz|[Tt]rầm cảm|Sertralin|Amitriptylin/;

beforeAll(async () => {
  log = new EventLog();
  for (const code of ['08Z01', '08Z11', '08Z12'])
    log.facility({ code: facility(code), name: `Cơ sở ${code} (giả lập)` });
  an = log.resident('Nông Văn An', '08Z11');
  log.visit(
    an,
    visitContent('08Z11', 'PLAIN', '2026-09-01T08:00:00+07:00', {
      diagnoses: [{ code: 'I10', display: 'Tăng huyết áp', role: 'main' }],
      vitals: { systolic: 150, diastolic: 90 },
    }),
  );
  log.visit(
    an,
    visitContent('08Z11', 'HIV', '2026-09-02T08:00:00+07:00', {
      diagnoses: [
        { code: 'A15.0', display: 'Lao phổi', role: 'main' },
        { code: 'B20', display: 'Bệnh HIV', role: 'comorbidity' },
      ],
      vitals: { systolic: 120, diastolic: 80 },
      medications: [{ code: 'X.1', display: 'Efavirenz 600mg' }],
    }),
  );
  log.visit(
    an,
    visitContent('08Z11', 'MIXED', '2026-09-03T08:00:00+07:00', {
      reason: 'Mất ngủ, trầm cảm',
      diagnoses: [
        { code: 'E11.9', display: 'Đái tháo đường', role: 'main' },
        { code: 'F32.1', display: 'Giai đoạn trầm cảm', role: 'comorbidity' },
      ],
      vitals: { systolic: 130, diastolic: 85 },
      medications: [
        { code: '40.1', display: 'Metformin 850mg' },
        { code: '40.2', display: 'Sertralin 50mg' },
        { code: '40.3', display: 'Amitriptylin 25mg' },
      ],
      notes: [{ text: 'Than buồn chán', kind: 'course' }],
    }),
  );
  log.visit(
    an,
    visitContent('08Z11', 'PAPER', '2026-09-04T08:00:00+07:00', {
      diagnoses: [{ code: 'J00', role: 'main' }],
      papers: [{ kind: 'hiv-care', sensitive: 'hiv', regimen: 'TLD' }],
    }),
  );
  log.referral(an, {
    ...paper('08Z11', '08Z12', 'CT-HIV', '2026-09-05T08:00:00+07:00'),
    diagnoses: [{ code: 'B24', display: 'HIV', role: 'main' }],
  });
  log.referral(an, paper('08Z11', '08Z01', 'CT-OPEN', '2026-09-06T08:00:00+07:00'));
  // Told without it first, corrected to it later.
  log.visit(
    an,
    visitContent('08Z11', 'LATER', '2026-09-07T08:00:00+07:00', { diagnoses: [{ code: 'R50', role: 'main' }] }),
  );
  log.visit(
    an,
    visitContent('08Z11', 'LATER', '2026-09-07T08:00:00+07:00', { diagnoses: [{ code: 'B20', role: 'main' }] }),
    'VisitAmended',
  );
  server = await startFhirServer(log.events);
});
afterAll(() => server.close());

async function ask(path: string, as: Identity): Promise<{ status: number; text: string; body: unknown }> {
  const answer = await fetch(`${server.base}/${path}`, {
    headers: { authorization: `Bearer ${await server.token(as)}` },
  });
  const text = await answer.text();
  return { status: answer.status, text, body: text === '' ? undefined : JSON.parse(text) };
}
async function search(path: string, as: Identity): Promise<{ found: readonly Resource[]; total: number | undefined }> {
  const { status, body } = await ask(path, as);
  expect([path, status]).toEqual([path, 200]);
  const { entry = [], total } = body as Bundle;
  return { found: entry.flatMap(({ resource }) => (resource ? [resource] : [])), total };
}
const types = (resources: readonly Resource[], type: string): number =>
  resources.filter(({ resourceType }) => resourceType === type).length;

describe('without the scope', () => {
  it.each<[string, Identity]>([
    ['a clinician', clinician],
    ['another facility', hospital],
  ])('%s finds nothing of it by any search, nor counts it', async (_, as) => {
    for (const [query, visible] of [
      ['Condition?code=B20', 0],
      ['Condition?code=B20,I10', 1],
      ['Condition?code=F32.1', 0],
      [`Condition?patient=${an}`, 2],
      [`MedicationRequest?patient=${an}`, 1],
      [`Encounter?patient=${an}`, 2],
      [`Encounter?patient=${an}&_sort=date&_count=1`, 2],
      [`ServiceRequest?patient=${an}`, 1],
      [`Task?patient=${an}`, 1],
      ['Observation?code=85354-9', 2],
    ] as const) {
      expect([query, (await search(`${query}&_summary=count`, as)).total]).toEqual([query, visible]);
      const seen: Resource[] = [];
      let next: string | undefined = query;
      while (next !== undefined) {
        const page: Bundle = (await ask(next, as)).body as Bundle;
        seen.push(...(page.entry ?? []).flatMap(({ resource }) => (resource ? [resource] : [])));
        next = page.link?.find(({ relation }) => relation === 'next')?.url?.replace(`${server.base}/`, '');
      }
      expect([query, seen.length]).toEqual([query, visible]);
      expect(JSON.stringify(seen)).not.toMatch(secrets);
    }
  });

  it('nothing of it comes along: includes, everything, provenance, history', async () => {
    for (const path of [
      `Patient?_id=${an}&_revinclude=Condition:patient&_revinclude=Encounter:patient&_revinclude=MedicationRequest:patient&_revinclude=ServiceRequest:patient`,
      `Encounter?patient=${an}&_include=Encounter:diagnosis&_revinclude=Provenance:target`,
      `Patient/${an}/$everything`,
      `Patient/${an}/$everything?_type=Provenance,Encounter&_count=2`,
      `Provenance?patient=${an}`,
      'Encounter/_history',
      '_history?_count=200',
    ]) {
      const { status, text } = await ask(path, clinician);
      expect([path.slice(0, 30), [200, 400].includes(status)]).toEqual([path.slice(0, 30), true]);
      expect([path, secrets.exec(text)?.[0]]).toEqual([path, undefined]);
      for (const episode of ['HIV', 'PAPER', 'LATER'])
        expect([path, episode, text.includes(encounterId(episode))]).toEqual([path, episode, false]);
    }
  });

  it('nor is it found by what refers to it, from either side', async () => {
    for (const query of [
      'Encounter?diagnosis:Condition.code=F32.1',
      'Encounter?diagnosis:Condition.code=B20',
      'Patient?_has:Condition:patient:code=B20',
      'Patient?_has:Condition:patient:code=F32.1',
      'Patient?_has:MedicationRequest:patient:code=40.2',
      'MedicationRequest?encounter.diagnosis:Condition.code=F32.1',
      `Encounter?patient=${an}&reason-code:text=tr%E1%BA%A7m`,
    ]) {
      for (const as of [clinician, hospital]) {
        const { status, body } = await ask(`${query}&_summary=count`, as);
        expect([query, status, status === 200 ? (body as Bundle).total : 0]).toEqual([query, expect.any(Number), 0]);
      }
    }
    for (const query of ['Encounter?diagnosis:Condition.code=F32.1', 'Patient?_has:Condition:patient:code=B20'])
      expect([query, (await search(`${query}&_summary=count`, cleared)).total]).toEqual([query, 1]);
  });

  it('nor by the id of what is known to be there, now or as it was', async () => {
    for (const episode of ['HIV', 'PAPER', 'LATER']) {
      const id = encounterId(episode);
      for (const path of [`Encounter/${id}`, `Encounter/${id}/_history`, `Encounter/${id}/_history/1`])
        expect([path, (await ask(path, clinician)).status]).toEqual([path, 404]);
      expect((await ask(`Encounter/${id}`, treating)).status).toBe(200);
    }
    const between = new Date(Date.UTC(2026, 10, 1) + 12_500).toISOString();
    expect((await ask(`Encounter/${encounterId('LATER')}?asOf=${between}`, clinician)).status).toBe(404);
    const asOf = await ask(`Patient/${an}/$everything?asOf=2026-12-31`, clinician);
    expect([asOf.status, secrets.exec(asOf.text)?.[0]]).toEqual([200, undefined]);
  });

  it('a visit with another main diagnosis is shown without its reasons and diagnoses, and says so', async () => {
    const { body } = await ask(`Encounter/${encounterId('MIXED')}`, clinician);
    const { diagnosis, reasonCode, meta, period } = body as Encounter;
    expect([diagnosis, reasonCode]).toEqual([undefined, undefined]);
    expect(period?.start).toBe('2026-09-03T08:00:00+07:00');
    expect(meta?.tag?.map(({ code }) => code)).toEqual(['SUBSETTED']);
    expect(meta?.security?.map(({ code }) => code)).toEqual(['REDACTED']);
    const { found } = await search(`MedicationRequest?patient=${an}`, clinician);
    expect(JSON.stringify(found)).toContain('Metformin');
    const observations = await search(`Observation?patient=${an}`, clinician);
    expect(JSON.stringify(observations.found)).not.toContain('Than buồn chán');
  });
});

describe('is seen, labelled, by', () => {
  it.each<[string, () => Identity]>([
    ['a clinician with the scope', () => cleared],
    ['the resident', anSelf],
    ['the facility that treated', () => treating],
  ])('%s', async (_, as) => {
    expect((await search('Condition?code=B20&_summary=count', as())).total).toBe(2);
    const { found } = await search(`Patient/${an}/$everything`, as());
    expect([types(found, 'Encounter'), types(found, 'ServiceRequest')]).toEqual([5, 2]);
    const labelled = (type: string): readonly (readonly (string | undefined)[])[] =>
      found
        .filter(({ resourceType }) => resourceType === type)
        .flatMap(({ meta }) => (meta?.security ? [meta.security.map(({ code }) => code)] : []));
    const classes = labelled('Encounter').map((codes) => codes.join(' '));
    expect(classes.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(['R HIV', 'R HIV', 'R HIV', 'R PSY']);
    expect(labelled('ServiceRequest')).toEqual([['R', 'HIV']]);
    expect(labelled('Patient')).toEqual([]);
    expect((await ask(`Encounter/${encounterId('LATER')}/_history/1`, as())).status).toBe(200);
  });

  it('one class where only that scope was given', async () => {
    const only: Identity = { kind: 'clinician', scope: 'record.read sensitive.mental-health' };
    expect((await search('Condition?code=F32.1&_summary=count', only)).total).toBe(1);
    expect((await search('Condition?code=B20&_summary=count', only)).total).toBe(0);
  });

  it('the facility a referral went to: of that, and nothing else', async () => {
    const receiving: Identity = { kind: 'station', facility: facility('08Z12') };
    expect((await search(`ServiceRequest?patient=${an}`, receiving)).found).toHaveLength(2);
    expect((await search('Condition?code=B20&_summary=count', receiving)).total).toBe(0);
  });
});

describe('scopes of SMART', () => {
  const only = (scope: string): Identity => ({ kind: 'station', facility: facility('08Z11'), scope });

  it('let a token read and search what they name, no more', async () => {
    const narrow = only('system/Condition.rs system/Patient.r');
    expect((await search(`Condition?patient=${an}`, narrow)).found.length).toBeGreaterThan(0);
    expect((await ask(`Patient/${an}`, narrow)).status).toBe(200);
    for (const path of ['Patient?name=an', 'Observation', `Encounter/${encounterId('PLAIN')}`, 'Encounter/_history']) {
      const { status, body } = await ask(path, narrow);
      expect([path, status]).toEqual([path, 403]);
      expect(body).toMatchObject({ resourceType: 'OperationOutcome', issue: [{ code: 'forbidden' }] });
    }
  });

  it('narrow what comes along: includes, everything, history and the capabilities', async () => {
    const narrow = only('system/Condition.rs system/Patient.rs');
    const { found } = await search(`Patient/${an}/$everything`, narrow);
    expect(new Set(found.map(({ resourceType }) => resourceType))).toEqual(new Set(['Patient', 'Condition']));
    const included = await search(
      `Condition?patient=${an}&_include=Condition:encounter&_include=Condition:patient`,
      narrow,
    );
    expect(types(included.found, 'Encounter')).toBe(0);
    expect(types(included.found, 'Patient')).toBe(1);
    const reverse = await search(
      `Patient?_id=${an}&_revinclude=Observation:patient&_revinclude=Condition:patient`,
      narrow,
    );
    expect(types(reverse.found, 'Observation')).toBe(0);
    const history = await search('_history?_count=200', narrow);
    expect(history.found.every(({ resourceType }) => ['Patient', 'Condition'].includes(resourceType))).toBe(true);
    const { body } = await ask('metadata', narrow);
    const listed = (body as CapabilityStatement).rest?.[0]?.resource?.map(({ type }) => type);
    expect(listed?.toSorted()).toEqual(['Condition', 'Patient']);
  });

  it('of reading alone do not search, of searching alone do not read', async () => {
    const id = encounterId('PLAIN');
    expect((await ask(`Encounter/${id}`, only('system/*.r'))).status).toBe(200);
    expect((await ask(`Encounter?patient=${an}`, only('system/*.r'))).status).toBe(403);
    expect((await ask(`Encounter?patient=${an}`, only('system/*.s'))).status).toBe(200);
    expect((await ask(`Encounter/${id}`, only('system/*.s'))).status).toBe(403);
  });
});

function encounterId(episode: string): string {
  const { category, key } = visitStream(facility('08Z11'), episode as EpisodeNumber);
  const event = log.events.find(({ stream }: RecordedEvent) => stream === streamName(category, key));
  return documentIdOf(event?.stream ?? '');
}
