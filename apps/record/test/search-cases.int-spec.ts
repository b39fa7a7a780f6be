/** Searches that once found too much or too little, each as small as it can be said; what finds such cases is search-differential. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Bundle } from '@medplum/fhirtypes';
import type { ResidentId } from '#domain/ids.js';
import { residentStream, visitStream } from '#domain/streams.js';
import { documentIdOf, practitionerId } from '#fhir/resource-ids.js';
import { type FhirServer, type Identity, startFhirServer } from './fhir-server.js';
import { at, day, EventLog, facility, visitContent } from './recorded-events.js';

const certificate = '000123/TQ-CCHN';
const everywhere: Identity = { kind: 'clinician' };
const other: Identity = { kind: 'station', facility: facility('08Z12') };

let server: FhirServer;
let an: ResidentId;
let ofAn: ResidentId;
let stay: string;
const log = new EventLog();

beforeAll(async () => {
  for (const code of ['08Z11', '08Z12']) log.facility({ code: facility(code), name: `Trạm ${code} (giả lập)` });
  an = log.resident('Chẩu Thị An', '08Z11');
  ofAn = log.resident('Chẩu Thị An', '08Z12');
  log.immunization(an, '08Z11', { vaccineName: 'Sởi', givenOn: day('2026-09-01'), practitioner: certificate });
  log.visit(an, visitContent('08Z11', 'stay', '2023-01-01T08:00:00+07:00', { end: at('2023-09-01T08:00:00+07:00') }));
  stay = documentIdOf('visit-08Z11.stay');
  const mistaken = visitContent('08Z11', 'mistaken', '2026-09-02T08:00:00+07:00');
  log.visit(an, mistaken);
  const why = { resident: an, reason: 'nhập nhầm', sources: [] };
  log.record(visitStream(mistaken.facility, mistaken.episode), { type: 'VisitRetracted', data: why } as never, '08Z11');
  const observation = (key: string, device: object): void => {
    const resource = { resourceType: 'Observation', status: 'final', code: { text: key }, ...device };
    log.record(
      { category: 'resource', key: `${an}.${key}` },
      {
        type: 'ResourceKept',
        data: { resident: an, facility: facility('08Z11'), kept: { key, type: 'Observation', resource } },
      } as never,
      '08Z11',
    );
  };
  observation('of-her', { subject: { reference: `Patient/${an}` }, valueString: 'a\\' });
  observation('of-a-device', { subject: { reference: 'Device/d1' } });
  const substance = { resourceType: 'Substance', code: { coding: [{ code: 'trầm cảm' }], text: 'trầm cảm' } };
  log.record(
    { category: 'resource', key: '08Z11.s1' },
    {
      type: 'ResourceKept',
      data: { facility: facility('08Z11'), kept: { key: 's1', type: 'Substance', resource: substance } },
    } as never,
    '08Z11',
  );
  const merged = { resident: an, joined: ofAn, link: 'link', reason: 'trùng' };
  log.record(residentStream(an), { type: 'ResidentsMerged', data: merged }, '08Z11');
  log.record(
    residentStream(ofAn),
    { type: 'ResidentJoined', data: { resident: ofAn, into: an, link: 'link', reason: 'trùng' } },
    '08Z11',
  );
  server = await startFhirServer(log.events);
});
afterAll(() => server.close());

async function ask(path: string, as: Identity): Promise<Bundle> {
  const answer = await fetch(`${server.base}/${path}`, {
    headers: { authorization: `Bearer ${await server.token(as)}` },
  });
  expect([path, answer.status]).toEqual([path, 200]);
  return (await answer.json()) as Bundle;
}

/** Names of what is found, which is as much as is counted. */
async function found(path: string, as = everywhere): Promise<readonly string[]> {
  const { entry = [] } = await ask(`${path}${path.includes('?') ? '&' : '?'}_count=500`, as);
  const { total } = await ask(`${path}${path.includes('?') ? '&' : '?'}_summary=count`, as);
  expect([path, total]).toEqual([path, entry.length]);
  return entry.map(({ resource }) => `${resource?.resourceType}/${resource?.id}`);
}

describe('a search', () => {
  it('gives a person once, whichever of several names asked is theirs', async () => {
    expect(await found('Patient?name=chau,thi,an&active=true')).toEqual([`Patient/${an}`]);
  });

  it('finds a dose by who gave it, with the type of the reference or without', async () => {
    const id = practitionerId(certificate);
    for (const value of [id, `Practitioner/${id}`])
      expect(await found(`Immunization?performer=${value}`)).toHaveLength(1);
    expect(await found('Immunization?performer=08Z11')).toHaveLength(1);
    expect(await found('Immunization?performer=08Z12')).toEqual([]);
  });

  it('finds a long stay near a date that lies within it', async () => {
    expect(await found('Encounter?date=ap2023-05-01')).toEqual([`Encounter/${stay}`]);
  });

  it('tells an escaped backslash at the end of a value from an escaped separator', async () => {
    expect(await found(`Observation?value-string:exact=${encodeURIComponent('a\\\\,b')}`)).toHaveLength(1);
    expect(await found(`Observation?value-string:exact=${encodeURIComponent('a\\,b')}`)).toEqual([]);
  });

  it('finds the records that are part of another by their links', async () => {
    expect(await found(`Patient?link=Patient/${an}`)).toEqual([`Patient/${ofAn}`]);
    expect(await found(`Patient?link=Patient/${ofAn}`)).toEqual([`Patient/${an}`]);
  });

  it('finds the message of what was withdrawn by whom it was about', async () => {
    const all = await found(`DocumentReference?patient=${an}`);
    expect(await found(`DocumentReference?subject:missing=false&patient=${an}`)).toEqual(all);
  });

  it.each([everywhere, other])('counts no event of what a caller is not shown (%j)', async (caller) => {
    const all = await found('Provenance', { kind: 'clinician', scope: 'record.read sensitive.mental-health' });
    expect((await found('Provenance', caller)).length).toBeLessThan(all.length);
  });

  it('gives a resident what is about nobody as well', async () => {
    expect(await found('Practitioner', { kind: 'resident', resident: an })).toEqual([
      `Practitioner/${practitionerId(certificate)}`,
    ]);
  });
});

describe('a compartment', () => {
  it('holds what refers to the person, and nothing else that was told with it', async () => {
    expect(await found(`Patient/${an}/Observation`)).toHaveLength(1);
    expect(await found(`Patient/${an}/Immunization`)).toHaveLength(1);
    expect(await found(`Patient/${an}/Patient`)).toEqual(expect.arrayContaining([`Patient/${an}`, `Patient/${ofAn}`]));
  });
});

describe('a person of several records who withdraws consent', () => {
  it('has withdrawn it for all of them', async () => {
    const data = { resident: an, statedOn: day('2026-10-01'), takenBy: facility('08Z11') };
    await server.apply([log.record(residentStream(an), { type: 'ConsentWithdrawn', data }, '08Z11')]);
    for (const path of [`Patient?_id=${ofAn}`, 'Patient?name=chau', `Encounter?patient=${ofAn}`])
      expect([path, await found(path)]).toEqual([path, []]);
  });
});
