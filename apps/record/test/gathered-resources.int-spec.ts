/** Resources that events of many streams tell together: programmes of residents, practitioners; and where each resource comes from. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Bundle, DocumentReference, EpisodeOfCare, Practitioner, Provenance, Resource } from '@medplum/fhirtypes';
import type { ResidentId } from '#domain/ids.js';
import { visitStream } from '#domain/streams.js';
import type { RecordedEvent } from '#event-store/event-store.js';
import type { VisitContent } from '#domain/visits/visit-content.js';
import { practitionerId, programmeId } from '#fhir/resource-ids.js';
import { faultsOf } from '#fhir/validation.js';
import { type FhirServer, type Identity, startFhirServer } from './fhir-server.js';
import { day, EventLog, facility, paper, visitContent } from './recorded-events.js';
import { viewOfEvents } from './view-of-events.js';

const clinician: Identity = { kind: 'clinician' };
const hypertension = { code: 'I10', role: 'main' } as const;
const certificate = '000123/TQ-CCHN';

let log: EventLog;
let server: FhirServer;
let binh: ResidentId;
let huong: ResidentId;

beforeAll(async () => {
  log = new EventLog();
  log.facility({ code: facility('08Z11'), name: 'Trạm Y tế Xã Phúc Yên (giả lập)' });
  log.facility({ code: facility('08Z12'), name: 'Trạm Y tế Xã Xuân Lập (giả lập)' });
  binh = log.resident('Chẩu Văn Bình', '08Z11');
  huong = log.resident('Lê Thị Thu Hương', '08Z12');
  // Told in another order than they took place.
  for (const [episode, start] of [
    ['E2', '2026-09-05'],
    ['E1', '2026-08-05'],
  ] as const)
    log.visit(binh, fullVisit(episode, start));
  log.visit(huong, visitContent('08Z12', 'W1', '2026-09-01', { practitioner: certificate }));
  log.referral(binh, paper('08Z11', '08Z01', '08Z11-CT-1', '2026-10-11T12:00:00+07:00'));
  log.immunization(huong, '08Z12', { vaccineName: 'BCG', givenOn: day('2012-03-02') });
  server = await startFhirServer(log.events);
});
afterAll(async () => {
  await server.close();
});

function fullVisit(episode: string, start: string): VisitContent {
  return visitContent('08Z11', episode, start, {
    diagnoses: [hypertension],
    results: [{ serviceCode: '23.0075.1494', code: '23.0075.1494', name: 'Glucose', value: '6', unit: 'mmol/L' }],
    services: [{ code: '23.0075.1494', display: 'Định lượng Glucose', group: '1', supply: false }],
    medications: [{ code: '40.30.501', display: 'Amlodipin 5mg' }],
    vitals: { systolic: 130, diastolic: 80 },
    practitioner: certificate,
    practitionerName: 'Nông Văn Chữa',
  });
}

async function ask<T>(path: string, identity = clinician): Promise<{ readonly status: number; readonly body: T }> {
  const answer = await fetch(`${server.base}/${path}`, {
    headers: { authorization: `Bearer ${await server.token(identity)}` },
  });
  return { status: answer.status, body: (await answer.json()) as T };
}
const found = async (path: string, identity = clinician): Promise<readonly Resource[]> => {
  const { status, body } = await ask<Bundle>(path, identity);
  expect(status).toBe(200);
  return (body.entry ?? []).flatMap((entry) => entry.resource ?? []);
};
const last = (): RecordedEvent => {
  const event = log.events.at(-1);
  if (!event) throw new Error('there are events');
  return event;
};
/** What has been recorded since the server last was told. */
const tell = (): Promise<void> => server.apply([last()]);

describe('a programme', () => {
  const read = () => ask<EpisodeOfCare>(`EpisodeOfCare/${programmeId(binh, 'hypertension')}`);

  it('is an EpisodeOfCare from the first visit on, touched by each', async () => {
    const { body } = await read();
    expect(body).toMatchObject({
      status: 'active',
      type: [{ coding: [{ code: 'hypertension' }] }],
      patient: { reference: `Patient/${binh}` },
      managingOrganization: { reference: 'Organization/08Z11' },
      period: { start: '2026-08-05' },
      meta: { versionId: '2', lastUpdated: log.events[5]?.recordedAt },
    });
    expect(faultsOf(body)).toEqual([]);
    expect(await found(`EpisodeOfCare?patient=${binh}`)).toHaveLength(1);
    expect(await found(`EpisodeOfCare?patient=${huong}`)).toEqual([]);
    const everything = await found(`Patient/${binh}/$everything?_type=EpisodeOfCare`);
    expect(everything.map(({ id }) => id)).toEqual([body.id]);
  });

  it('is for those alone whom the resident concerns', async () => {
    const other: Identity = { kind: 'station', facility: facility('08Z12') };
    expect((await ask(`EpisodeOfCare/${programmeId(binh, 'hypertension')}`, other)).status).toBe(404);
    expect(await found('EpisodeOfCare', other)).toEqual([]);
  });

  it('follows visits that are amended, withdrawn and told of again', async () => {
    log.visit(
      binh,
      visitContent('08Z11', 'E1', '2026-08-05', { diagnoses: [{ code: 'J06.9', role: 'main' }] }),
      'VisitAmended',
    );
    await tell();
    expect((await read()).body).toMatchObject({ period: { start: '2026-09-05' }, meta: { versionId: '3' } });
    log.record(
      visitStream(facility('08Z11'), visitContent('08Z11', 'E2', '2026-09-05').episode),
      { type: 'VisitRetracted', data: { resident: binh, facility: '08Z11', episode: 'E2', reason: 'nhầm' } },
      '08Z11',
    );
    await tell();
    expect((await read()).status).toBe(404);
    expect(await found(`EpisodeOfCare?patient=${binh}`)).toEqual([]);
    log.visit(binh, visitContent('08Z11', 'E2', '2026-09-06', { diagnoses: [hypertension] }));
    await tell();
    expect((await read()).body).toMatchObject({ period: { start: '2026-09-06' }, meta: { versionId: '5' } });
  });

  it("leaves a resident whose visit turns out to be another's", async () => {
    const content = visitContent('08Z11', 'E2', '2026-09-06', { diagnoses: [hypertension] });
    log.record(
      visitStream(content.facility, content.episode),
      {
        type: 'VisitAmended',
        data: {
          resident: huong,
          formerResident: binh,
          source: 'insurance-claim',
          visit: content,
          changed: ['resident'],
        },
      },
      '08Z11',
    );
    await tell();
    expect((await read()).status).toBe(404);
    expect(await found(`EpisodeOfCare?patient=${huong}`)).toHaveLength(1);
  });

  it('is the same whether events come at once or one by one', async () => {
    const [atOnce, oneByOne] = [await viewOfEvents(), await viewOfEvents()];
    await atOnce.apply(log.events);
    for (const event of log.events) await oneByOne.apply([event]);
    const query = `select * from document where kind in ('programme', 'practitioner') order by number`;
    const documents = await atOnce.database.query(query);
    expect(documents.length).toBeGreaterThan(1);
    expect(await oneByOne.database.query(query)).toEqual(documents);
    await atOnce.close();
    await oneByOne.close();
  });
});

describe('a practitioner', () => {
  it('is known by the certificate, with a role at each facility, to every reader', async () => {
    const id = practitionerId(certificate);
    const { body } = await ask<Practitioner>(`Practitioner/${id}`, { kind: 'station', facility: facility('08Z12') });
    expect(body).toMatchObject({
      identifier: [{ value: certificate }],
      name: [{ text: 'Nông Văn Chữa', family: 'Nông' }],
      meta: { versionId: '2' },
    });
    expect(faultsOf(body)).toEqual([]);
    const roles = await found('PractitionerRole');
    expect(roles.map((role) => role.id)).toEqual([`${id}-r-08Z11`, `${id}-r-08Z12`]);
    for (const role of roles) {
      expect(role).toMatchObject({ practitioner: { reference: `Practitioner/${id}` } });
      expect(faultsOf(role)).toEqual([]);
    }
    const token = encodeURIComponent(`urn:lien-tuyen:sid:practising-certificate|${certificate}`);
    expect((await found(`Practitioner?identifier=${token}`)).map((one) => one.id)).toEqual([id]);
  });

  it('is where references by the certificate lead', async () => {
    const [encounter] = await found(`Encounter?patient=${huong}&date=2026-09-01`);
    expect(encounter).toMatchObject({
      participant: [{ individual: { reference: `Practitioner/${practitionerId(certificate)}` } }],
    });
  });
});

describe('provenance', () => {
  beforeAll(async () => {
    for (const [episode, start] of [
      ['E3', '2026-10-05'],
      ['E3', '2026-10-06'],
    ] as const) {
      log.visit(binh, fullVisit(episode, start), start === '2026-10-05' ? 'VisitRecorded' : 'VisitAmended');
      await tell();
    }
  });

  it.each([
    'Patient',
    'Encounter',
    'Condition',
    'Observation',
    'MedicationRequest',
    'Procedure',
    'DiagnosticReport',
    'Immunization',
    'ServiceRequest',
    'Task',
    'EpisodeOfCare',
    'Practitioner',
    'PractitionerRole',
    'Organization',
    'Location',
  ])('comes along with every %s: event, facility, message', async (type) => {
    const page = await found(`${type}?_revinclude=Provenance:target`);
    const provenances = page.filter((one): one is Provenance => one.resourceType === 'Provenance');
    const resources = page.filter(({ resourceType }) => resourceType === type);
    expect(resources.length).toBeGreaterThan(0);
    for (const resource of resources) {
      const own = provenances.filter(({ target }) =>
        target.some(({ reference }) => reference === `${type}/${resource.id}`),
      );
      const touching = own.map(({ recorded }) => recorded).toSorted();
      expect(resource.meta?.lastUpdated).toBe(touching.at(-1));
      expect(own.length).toBe(Number(resource.meta?.versionId));
      for (const one of own) {
        expect(one.agent[0]?.who?.reference).toMatch(/^Organization\/08Z/);
        expect(one.entity?.[0]?.what.identifier?.value).toMatch(/^[0-9a-f]{64}$/);
        const direct = await ask<Provenance>(`Provenance/${one.id}`);
        expect(direct.body).toEqual(one);
        const original = one.entity?.[0]?.what.reference ?? '';
        const { body: message } = await ask<DocumentReference>(original);
        expect(message.masterIdentifier?.value).toBe(one.entity?.[0]?.what.identifier?.value);
        expect(faultsOf(message)).toEqual([]);
      }
      const searched = await found(`Provenance?target=${type}/${resource.id}`);
      expect(new Set(searched.map(({ id }) => id))).toEqual(new Set(own.map(({ id }) => id)));
    }
  });
});

describe('the original message', () => {
  const digest = (): string => last().metadata.source?.digest ?? '';

  it('is found by its digest and by the patient, and is a pointer alone', async () => {
    const token = encodeURIComponent(`urn:lien-tuyen:sid:message-digest|${digest()}`);
    const [message, ...more] = await found(`DocumentReference?patient=${binh}&identifier=${token}`);
    expect(more).toEqual([]);
    expect(message).toMatchObject({
      id: last().id,
      subject: { reference: `Patient/${binh}` },
      content: [{ attachment: { url: `ni:///sha-256;${Buffer.from(digest(), 'hex').toString('base64url')}` } }],
      meta: { versionId: '1', lastUpdated: last().recordedAt },
    });
    const everything = await found(`Patient/${binh}/$everything?_type=DocumentReference`);
    expect(everything.map(({ id }) => id)).toContain(last().id);
    const included = await found(`Provenance?_id=${last().id}&_include=Provenance:entity`);
    expect(included.map(({ resourceType }) => resourceType)).toEqual(['Provenance', 'DocumentReference']);
    const history = await found(`DocumentReference/${last().id}/_history`);
    expect(history).toEqual([message]);
  });

  it('is there for those alone whom the resident concerns', async () => {
    const other: Identity = { kind: 'station', facility: facility('08Z12') };
    expect((await ask(`DocumentReference/${last().id}`, other)).status).toBe(404);
    expect(await found(`DocumentReference?patient=${binh}`, other)).toEqual([]);
  });
});
