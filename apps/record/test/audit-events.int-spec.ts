import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AuditEvent, Bundle, OperationOutcome } from '@medplum/fhirtypes';
import type { ResidentId } from '#domain/ids.js';
import { faultsOf } from '#fhir/validation.js';
import { type FhirServer, type Identity, startFhirServer } from './fhir-server.js';
import { EventLog, facility, visitContent } from './recorded-events.js';

let server: FhirServer;
let an: ResidentId;
let binh: ResidentId;
const station: Identity = { kind: 'station', facility: facility('08Z11') };
const otherStation: Identity = { kind: 'station', facility: facility('08Z12') };
const operator: Identity = { kind: 'operator' };
const anSelf = (): Identity => ({ kind: 'resident', resident: an });

beforeAll(async () => {
  const log = new EventLog();
  for (const code of ['08Z11', '08Z12']) log.facility({ code: facility(code), name: `Trạm Y tế ${code} (giả lập)` });
  an = log.resident('Nông Văn An', '08Z11');
  binh = log.resident('Lý Thị Bình', '08Z12');
  log.visit(
    an,
    visitContent('08Z11', 'E1', '2026-09-05T08:00:00+07:00', {
      diagnoses: [{ code: 'I10', role: 'main' }],
      vitals: { systolic: 148, diastolic: 92 },
    }),
  );
  server = await startFhirServer(log.events);
});
afterAll(() => server.close());

async function ask(path: string, as: Identity, init: RequestInit = {}): Promise<{ status: number; body: unknown }> {
  const headers = { authorization: `Bearer ${await server.token(as)}`, ...(init.headers as Record<string, string>) };
  const answer = await fetch(`${server.base}/${path}`, { ...init, headers });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
}
async function trail(query: string, as: Identity): Promise<readonly AuditEvent[]> {
  const { status, body } = await ask(`AuditEvent?${query}`, as);
  expect(status).toBe(200);
  return ((body as Bundle).entry ?? []).map(({ resource }) => resource as AuditEvent);
}
const shown = (event: AuditEvent | undefined): readonly (string | undefined)[] =>
  (event?.entity ?? []).flatMap(({ what }) => (what ? [what.reference] : []));

describe('a resident sees who read the own record', () => {
  it('what was read, searched and exported, by whom, for what, when', async () => {
    const before = Date.now();
    await ask(`Patient/${an}`, station);
    await ask(`Condition?patient=${an}`, station, { headers: { 'purpose-of-use': 'CAREMGT' } });
    await ask(`Patient/${an}/$everything`, { kind: 'clinician' });
    await ask('Patient/_search', station, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ name: 'an' }),
    });
    const [post, everything, search, read] = await trail(`patient=${an}`, anSelf());
    expect(read).toMatchObject({
      action: 'R',
      outcome: '0',
      subtype: [{ system: 'http://hl7.org/fhir/restful-interaction', code: 'read' }],
      purposeOfEvent: [{ coding: [{ code: 'TREAT' }] }],
      agent: [{ who: { reference: 'Organization/08Z11', display: 'Trạm Y tế 08Z11 (giả lập)' }, requestor: true }],
    });
    expect(search).toMatchObject({
      action: 'E',
      subtype: [{ code: 'search-type' }],
      purposeOfEvent: [{ coding: [{ code: 'CAREMGT' }] }],
    });
    expect(everything).toMatchObject({ action: 'E', subtype: [{ code: 'operation' }] });
    expect(everything?.agent[0]?.who?.identifier?.value).toBe('clinician');
    expect(post).toMatchObject({ action: 'E', subtype: [{ code: 'search-type' }] });
    for (const event of [post, everything, search, read]) {
      expect(shown(event)).toEqual([`Patient/${an}`]);
      expect(Date.parse(event?.recorded ?? '')).toBeGreaterThanOrEqual(before);
      expect(faultsOf(event as AuditEvent)).toEqual([]);
    }
  });

  it.each<[string, (encounter: string) => string]>([
    ['elements that name nobody', (encounter) => `Encounter?_id=${encounter}&_elements=status`],
    ['elements of what belongs to a visit', (encounter) => `Encounter/${encounter}/Observation?_elements=code`],
    ['where it came from', (encounter) => `Provenance?target=Encounter/${encounter}`],
    [
      'where it came from, by GraphQL',
      (encounter) => `$graphql?query={ProvenanceList(target:"Encounter/${encounter}"){recorded}}`,
    ],
    ['changes', () => 'Encounter/_history'],
  ])('though the answer does not say whose it is: %s', async (_, path) => {
    const [visit] = ((await ask(`Encounter?patient=${an}`, station)).body as Bundle).entry ?? [];
    const asked = path(visit?.resource?.id ?? '');
    const [before] = await trail(`patient=${an}&agent=08Z11`, operator);
    expect(JSON.stringify((await ask(asked, station)).body)).not.toContain('"total":0');
    const [after] = await trail(`patient=${an}&agent=08Z11`, operator);
    expect(Number(after?.id)).toBeGreaterThan(Number(before?.id));
  });

  it('who was refused, too', async () => {
    expect((await ask(`Patient/${an}`, otherStation)).status).toBe(404);
    expect((await ask(`Condition?patient=Patient/${an}`, otherStation)).status).toBe(200);
    const [empty, refused] = await trail('agent=Organization/08Z12', anSelf());
    expect(refused).toMatchObject({ outcome: '4', outcomeDesc: 'HTTP 404' });
    expect([empty?.outcome, shown(empty)]).toEqual(['0', [`Patient/${an}`]]);
  });

  it('nothing of others whose data the same answer held, nor what was asked for', async () => {
    await ask('Patient?name=van,thi&_count=7', { kind: 'clinician' });
    const asked = Buffer.from('name=van,thi&_count=7').toString('base64');
    const [mine] = await trail('', anSelf());
    expect([shown(mine), mine?.agent[0]?.who?.identifier?.value]).toEqual([[`Patient/${an}`], 'clinician']);
    expect(JSON.stringify(mine)).not.toContain(asked);
    const [whole] = await trail(`_id=${mine?.id}`, operator);
    expect(new Set(shown(whole))).toEqual(new Set([`Patient/${an}`, `Patient/${binh}`]));
    expect(JSON.stringify(whole)).toContain(asked);
  });

  it('and of nobody else’s', async () => {
    await ask(`Patient/${binh}`, otherStation);
    expect(await trail(`patient=${binh}`, anSelf())).toEqual([]);
    const [ofBinh] = await trail(`patient=${binh}`, operator);
    expect((await ask(`AuditEvent/${ofBinh?.id}`, anSelf())).status).toBe(404);
    expect((await ask(`AuditEvent/${ofBinh?.id}`, { kind: 'resident', resident: binh })).body).toMatchObject({
      id: ofBinh?.id,
    });
  });
});

describe('who read what', () => {
  it('is shown to a facility of its own people, to an operator whole, to nobody else', async () => {
    await ask(`Patient/${an}`, station);
    for (const event of await trail('_count=500', otherStation)) {
      expect(event.agent[0]?.who?.reference).toBe('Organization/08Z12');
    }
    expect(await trail('agent=08Z11', otherStation)).toEqual([]);
    for (const kind of ['clinician', 'province'] as const) expect((await ask('AuditEvent', { kind })).status).toBe(403);
  });

  it('is itself written down when it is read', async () => {
    await ask(`AuditEvent?patient=${an}`, operator);
    const [read] = await trail(`patient=${an}`, anSelf());
    expect(read).toMatchObject({ agent: [{ altId: expect.stringMatching(/^operator\//) }], action: 'E' });
  });

  it('is found by each parameter, page by page, and counted', async () => {
    for (let n = 0; n < 7; n += 1) await ask(`Patient/${an}`, station);
    const { body } = await ask(`AuditEvent?patient=${an}&subtype=read&_summary=count`, operator);
    const { total = 0 } = body as Bundle;
    const seen: string[] = [];
    let next: string | undefined = `AuditEvent?patient=${an}&subtype=read&_count=3`;
    while (next !== undefined) {
      const page = (await ask(next, operator)).body as Bundle;
      seen.push(...(page.entry ?? []).map(({ resource }) => resource?.id ?? ''));
      next = page.link?.find(({ relation }) => relation === 'next')?.url?.replace(`${server.base}/`, '');
    }
    expect([seen.length, new Set(seen).size]).toEqual([total, total]);
    expect(seen.map(Number)).toEqual(seen.map(Number).toSorted((a, b) => b - a));
    const [newest] = await trail(`patient=${an}&subtype=read`, operator);
    const at = newest?.recorded ?? '';
    expect((await trail(`date=${at}&subtype=read`, operator)).map(({ id }) => id)).toContain(newest?.id);
    expect(await trail(`date=lt${at}&date=gt${at}`, operator)).toEqual([]);
    expect((await trail(`outcome=4&action=R`, operator)).every(({ outcome }) => outcome === '4')).toBe(true);
    expect((await trail(`altid=${newest?.agent[0]?.altId}`, operator)).map(({ id }) => id)).toContain(newest?.id);
    expect((await trail(`_id=${newest?.id}`, operator)).map(({ id }) => id)).toEqual([newest?.id]);
    expect((await trail('type=rest&_count=1', operator)).length).toBe(1);
    expect(await trail('type=110113', operator)).toEqual([]);
  });

  it('refuses what it does not know', async () => {
    const { status, body } = await ask('AuditEvent?address=1.2.3.4', operator);
    expect([status, (body as OperationOutcome).issue[0]?.code]).toEqual([400, 'not-supported']);
    expect((await ask(`Patient/${an}`, station, { headers: { 'purpose-of-use': 'FUN' } })).status).toBe(400);
  });
});

describe('when the trail cannot be written', () => {
  it('nothing is shown', async () => {
    const broken = await startFhirServer([]);
    const token = await broken.token({ kind: 'clinician' });
    const asked = (): Promise<Response> =>
      fetch(`${broken.base}/Patient`, { headers: { authorization: `Bearer ${token}` } });
    expect((await asked()).status).toBe(200);
    await broken.audit.close();
    const answer = await asked();
    expect([answer.status, ((await answer.json()) as OperationOutcome).issue[0]?.code]).toEqual([503, 'transient']);
    await broken.close();
  });
});
