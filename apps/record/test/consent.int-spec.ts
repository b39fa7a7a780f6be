import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Bundle, Consent } from '@medplum/fhirtypes';
import type { SharingStatement } from '#domain/residents/consent.js';
import type { ResidentId } from '#domain/ids.js';
import { residentStream } from '#domain/streams.js';
import { faultsOf } from '#fhir/validation.js';
import { type FhirServer, type Identity, startFhirServer } from './fhir-server.js';
import { day, EventLog, facility, paper, visitContent } from './recorded-events.js';

let server: FhirServer;
let an: ResidentId;
let log: EventLog;
const station: Identity = { kind: 'station', facility: facility('08Z11') };
const hospital: Identity = { kind: 'hospital', facility: facility('08Z01') };
const other: Identity = { kind: 'station', facility: facility('08Z12') };
const clinician: Identity = { kind: 'clinician' };
const anSelf = (): Identity => ({ kind: 'resident', resident: an });

beforeEach(async () => {
  log = new EventLog();
  for (const code of ['08Z01', '08Z11', '08Z12'])
    log.facility({ code: facility(code), name: `Cơ sở ${code} (giả lập)` });
  an = log.resident('Nông Văn An', '08Z11');
  log.record(
    residentStream(an),
    {
      type: 'HealthHistoryRecorded',
      data: {
        resident: an,
        history: { diseases: [{ code: '2', display: 'Tăng huyết áp', present: true }] },
        changed: ['history'],
        observedOn: day('2026-09-01'),
      },
    },
    '08Z11',
  );
  const visit = (by: string, episode: string): void => {
    log.visit(
      an,
      visitContent(by, episode, '2026-09-05T08:00:00+07:00', { diagnoses: [{ code: 'I10', role: 'main' }] }),
    );
  };
  visit('08Z11', 'S1');
  visit('08Z01', 'H1');
  visit('08Z12', 'O1');
  log.referral(an, paper('08Z11', '08Z01', 'CT-1', '2026-09-06T08:00:00+07:00'));
  server = await startFhirServer(log.events);
});
afterEach(() => server.close());

async function said(sharing: SharingStatement['sharing'], on: string, to?: string): Promise<void> {
  const data = {
    resident: an,
    ...(to !== undefined && { to: facility(to) }),
    statedOn: day(on),
    takenBy: facility('08Z11'),
  };
  const type = sharing === 'given' ? ('ConsentGiven' as const) : ('ConsentWithdrawn' as const);
  await server.apply([log.record(residentStream(an), { type, data }, '08Z11')]);
}
async function ask(path: string, as: Identity): Promise<{ status: number; body: Bundle }> {
  const answer = await fetch(`${server.base}/${path}`, {
    headers: { authorization: `Bearer ${await server.token(as)}` },
  });
  return { status: answer.status, body: (await answer.json()) as Bundle };
}
async function counted(path: string, as: Identity): Promise<number> {
  const [count, found] = [await ask(`${path}&_summary=count`, as), await ask(path, as)];
  expect((found.body.entry ?? []).length).toBe(count.body.total);
  return count.body.total ?? -1;
}
const everything = async (as: Identity): Promise<readonly string[]> => {
  const { status, body } = await ask(
    `Patient/${an}/$everything?_type=Patient,Encounter,Condition,ServiceRequest,Consent`,
    as,
  );
  return status === 200
    ? (body.entry ?? []).map(({ resource }) => resource?.resourceType ?? '').toSorted()
    : [String(status)];
};

describe('a resident who has withdrawn consent to share the record', () => {
  it('is seen by each facility as it has recorded itself, and as a party of a referral', async () => {
    expect(await counted(`Encounter?patient=${an}`, hospital)).toBe(3);
    await said('withdrawn', '2026-10-01');
    for (const [as, encounters, referrals] of [
      [hospital, 1, 1],
      [station, 1, 1],
      [other, 1, 0],
    ] as const) {
      expect(await counted(`Encounter?patient=${an}`, as)).toBe(encounters);
      expect(await counted(`ServiceRequest?patient=${an}`, as)).toBe(referrals);
    }
    expect(await counted('Condition?code=I10', hospital)).toBe(1);
    expect(await counted(`Provenance?patient=${an}`, other)).toBe(1);
    expect(await everything(hospital)).toEqual(['404']);
    expect(await everything(station)).toEqual([
      'Condition',
      'Condition',
      'Consent',
      'Encounter',
      'Patient',
      'ServiceRequest',
    ]);
  });

  it('is not seen at all by who has recorded nothing: search, read, include, history, as of', async () => {
    await said('withdrawn', '2026-10-01');
    const { body } = await ask(`Encounter?patient=${an}`, anSelf());
    const ids = (body.entry ?? []).map(({ resource }) => resource?.id);
    expect(ids).toHaveLength(3);
    for (const path of ['Patient?name=an', `Encounter?patient=${an}`, 'Condition?code=I10', `Consent?patient=${an}`])
      expect([path, await counted(path, clinician)]).toEqual([path, 0]);
    for (const id of ids) {
      for (const path of [`Encounter/${id}`, `Encounter/${id}/_history`, `Encounter/${id}?asOf=2026-12-01`])
        expect([path, (await ask(path, clinician)).status]).toEqual([path, 404]);
    }
    expect((await ask(`Patient/${an}`, clinician)).status).toBe(404);
    expect(JSON.stringify((await ask('_history?_count=200', clinician)).body)).not.toContain(an);
  });

  it('sees everything, as it is and as it was', async () => {
    const before = await everything(anSelf());
    await said('withdrawn', '2026-10-01');
    expect((await everything(anSelf())).filter((type) => type !== 'Consent')).toEqual(before);
    const { body } = await ask(`Encounter?patient=${an}&asOf=2026-12-01`, anSelf());
    expect(body.entry).toHaveLength(3);
  });

  it('may let one facility go on, or shut out one alone', async () => {
    await said('withdrawn', '2026-10-01');
    await said('given', '2026-10-02', '08Z01');
    expect(await counted(`Encounter?patient=${an}`, hospital)).toBe(3);
    expect(await counted(`Encounter?patient=${an}`, other)).toBe(1);
    await said('given', '2026-10-03');
    await said('withdrawn', '2026-10-04', '08Z12');
    expect(await counted(`Encounter?patient=${an}`, other)).toBe(1);
    expect(await counted(`Encounter?patient=${an}`, clinician)).toBe(3);
  });

  it('has what was said served as Consent, valid and searchable', async () => {
    await said('withdrawn', '2026-10-01');
    await said('given', '2026-10-02', '08Z01');
    const { body } = await ask(`Consent?patient=${an}&date=ge2026-10-01&status=active&_sort=date`, anSelf());
    const consents = (body.entry ?? []).map(({ resource }) => resource as Consent);
    expect(consents.map(({ provision, dateTime }) => [provision?.type, dateTime])).toEqual([
      ['deny', '2026-10-01'],
      ['permit', '2026-10-02'],
    ]);
    expect(consents[1]?.provision?.actor?.[0]?.reference.reference).toBe('Organization/08Z01');
    for (const one of consents) expect(faultsOf(one)).toEqual([]);
    expect((await ask(`Consent/${consents[0]?.id}`, anSelf())).status).toBe(200);
  });
});
