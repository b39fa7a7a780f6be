import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { VisitContent } from '#domain/visits/visit-content.js';
import type { RecordedEvent } from '#event-store/event-store.js';
import type { JsonObject, SentResource } from '#fhir/reading/json.js';
import {
  type BundleEntryJson,
  observationJson,
  patientJson,
  reference,
  summaryJson,
  transactionJson,
  urn,
  visitEntries,
} from '#fhir/testing/bundles.js';
import { readFhirMessage } from '../src/fhir-bundles/read-fhir-message.js';
import type { IntakeAnswer } from '../src/intake/intake.js';
import {
  envelope,
  message,
  openIntake,
  station,
  testPerson,
  visitCommand,
  type IntakeHarness,
} from './intake-harness.js';

const contentType = 'application/fhir+json';
let harness: IntakeHarness;
beforeEach(async () => {
  harness = await openIntake();
});
afterEach(() => harness.close());

const post = (body: JsonObject): Promise<IntakeAnswer> => harness.post(station, body, { contentType });
const typesOf = (events: readonly RecordedEvent[]): readonly string[] => events.map(({ type }) => type);
const outcomesOf = (answer: IntakeAnswer): readonly string[] =>
  'receipt' in answer ? answer.receipt.records.map(({ kind, outcome }) => `${kind} ${outcome}`) : [answer.outcome];

/** The visit under a number that an insurance claim of it can bear. */
const sameEpisode: JsonObject = { identifier: [{ system: 'urn:lien-tuyen:sid:episode-number:08Z11', value: 'LK-1' }] };

describe('a FHIR message', () => {
  it('becomes the events of a person and a visit, and none when it says nothing new', async () => {
    expect(outcomesOf(await post(transactionJson()))).toEqual(['person recorded', 'visit recorded']);
    expect(typesOf(await harness.events('resident'))).toEqual(['ResidentRegistered', 'HealthHistoryRecorded']);
    expect(typesOf(await harness.events('visit'))).toEqual(['VisitRecorded']);
    expect(outcomesOf(await post({ ...transactionJson(), timestamp: '2026-10-07T00:00:00Z' }))).toEqual([
      'person unchanged',
      'visit unchanged',
    ]);
    expect(await harness.events('visit')).toHaveLength(1);
    expect(await harness.events('resident')).toHaveLength(2);
  });

  it('and the insurance claim of one episode are one visit: the claim counts, nothing the bundle said is lost', async () => {
    const claim = envelope({ episode: 'LK-1', reason: 'Khám tăng huyết áp' });
    const bundle = transactionJson(visitEntries(patientJson(), sameEpisode));
    const visits: VisitContent[] = [];
    for (const order of [
      [claim, bundle],
      [bundle, claim],
    ] as const) {
      const own = await openIntake();
      for (const body of order) await own.post(station, body, typeof body === 'string' ? {} : { contentType });
      const [, amended] = await own.events('visit');
      visits.push((amended as unknown as { data: { visit: VisitContent } }).data.visit);
      expect((await own.events('resident')).filter(({ type }) => type === 'ResidentRegistered')).toHaveLength(1);
      await own.close();
    }
    const [visit] = visits;
    expect(visits[1]).toEqual(visit);
    expect(visit?.reason).toBe('Khám tăng huyết áp');
    expect(visit?.diagnoses.map(({ code, role }) => `${code} ${role}`)).toEqual(['I10 main', 'E11.9 comorbidity']);
    // What the bundle's Condition said besides its code stays with the claim's diagnosis.
    expect(visit?.diagnoses[0]?.kept?.['onsetDateTime']).toEqual({ value: '2019' });
    expect(visit?.vitals).toMatchObject({ systolic: 152, weight: 61.5 });
    expect(visit?.medications.map(({ display }) => display)).toEqual(['Amlodipin 5 mg']);
    expect(visit?.keptResources).toHaveLength(5);
    expect(visit?.kept?.['participant']).toBeDefined();
  });

  it('that is wrong in one entry leaves no event of person or visit behind', async () => {
    const entries = visitEntries().map((entry, index) =>
      index === 18 ? { ...entry, resource: { ...entry.resource, status: 'đang làm' } } : entry,
    );
    expect(await post(transactionJson(entries))).toMatchObject({ outcome: 'refused', httpStatus: 422 });
    expect(await harness.events('resident')).toEqual([]);
    expect(await harness.events('visit')).toEqual([]);
    expect(await harness.events('identifier')).toEqual([]);
  });

  it('with a person who is not known leaves nothing behind either, however much else is in it', async () => {
    const stranger = { reference: 'Patient?identifier=http://fhir.ehealth.gov.vn/core/sid/national_id|008100000000' };
    const entries: readonly BundleEntryJson[] = [
      ...visitEntries(),
      { fullUrl: urn(50), resource: observationJson({ subject: stranger }, ['29463-7', 'Weight', 50, 'kg', 'kg']) },
    ];
    expect(await post(transactionJson(entries))).toMatchObject({ outcome: 'refused', httpStatus: 422 });
    expect(await harness.events('resident')).toEqual([]);
  });

  it('says nothing of a person who is there already, where it says ifNoneExist', async () => {
    await harness.post(station, visitCommand('A-1'));
    const ifNoneExist = 'identifier=http://fhir.ehealth.gov.vn/core/sid/national_id|008161000001';
    const entries = visitEntries(patientJson({ name: testPerson().name })).map((entry, index) =>
      index === 0 ? { ...entry, request: { method: 'POST', url: 'Patient', ifNoneExist } } : entry,
    );
    expect(outcomesOf(await post(transactionJson(entries)))).toEqual(['person unchanged', 'visit recorded']);
    expect(typesOf(await harness.events('resident'))).toEqual(['ResidentRegistered']);
  });

  it('finds a person by a number of the sender alone', async () => {
    const { identifier, ...rest } = patientJson();
    const [, own = {}] = identifier as readonly JsonObject[];
    const patient = { ...rest, identifier: [own] };
    const first = await post(transactionJson(visitEntries(patient, sameEpisode)));
    const other = { identifier: [{ system: 'http://tram.example/luot-kham', value: 'LK-OTHER' }] };
    const second = await post(transactionJson(visitEntries(patient, other)));
    const residentOf = (answer: IntakeAnswer): string | null | undefined =>
      'receipt' in answer ? answer.receipt.records[0]?.resident : undefined;
    expect(residentOf(first)).toBe(residentOf(second));
  });

  it('keeps what is outside any visit by itself: once, and again only when it changed', async () => {
    const told = ['person recorded', 'immunization recorded', ...Array<string>(4).fill('resource recorded')];
    expect(outcomesOf(await post(summaryJson()))).toEqual(told);
    expect(await harness.events('resource')).toHaveLength(4);
    await post({ ...summaryJson(), timestamp: '2026-10-02T00:00:00Z' });
    expect(await harness.events('resource')).toHaveLength(4);
    expect(await harness.events('immunization')).toHaveLength(1);
    const kept = await harness.events('resource');
    const composition = kept.find(({ data }) => (data as { kept: { type: string } }).kept.type === 'Composition');
    expect(JSON.stringify(composition?.data)).toMatch(/"Immunization\/[0-9a-f-]{36}"/);
    expect(JSON.stringify(composition?.data)).not.toContain('$dose');
  });

  it('adds an allergy to those a health record told of, and does not lose them', async () => {
    const allergy = (text: string): SentResource => ({
      resourceType: 'AllergyIntolerance',
      code: { text },
      patient: reference(1),
    });
    const bundle = (text: string): JsonObject =>
      transactionJson([
        { fullUrl: urn(1), resource: patientJson() },
        { fullUrl: urn(2), resource: allergy(text) },
      ]);
    await post(bundle('Tôm'));
    await post(bundle('Phấn hoa'));
    const histories = (await harness.events('resident')).filter(({ type }) => type === 'HealthHistoryRecorded');
    const newest = histories.at(-1)?.data;
    expect(newest).toMatchObject({ history: { allergies: [{ display: 'Tôm' }, { display: 'Phấn hoa' }] } });
  });

  it('takes a visit back that was entered in error, or deleted by its number', async () => {
    const encounter = { ...sameEpisode, status: 'entered-in-error' };
    await post(transactionJson(visitEntries(patientJson(), sameEpisode)));
    const withdrawn = visitEntries(patientJson(), encounter).slice(0, 1);
    const [, taken] = visitEntries(patientJson(), {
      ...encounter,
      diagnosis: [{ condition: { display: 'THA' } }],
      participant: [{ individual: { display: 'BS' } }],
    });
    if (!taken) throw new Error('no encounter');
    expect(outcomesOf(await post(transactionJson([...withdrawn, taken])))).toEqual([
      'person unchanged',
      'visit retracted',
    ]);
    await post({ ...transactionJson(visitEntries(patientJson(), sameEpisode)), timestamp: '2026-10-08T00:00:00Z' });
    const url = 'Encounter?identifier=urn:lien-tuyen:sid:episode-number:08Z11%7CLK-1';
    const deletion: JsonObject = {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [{ request: { method: 'DELETE', url } }],
    };
    expect(outcomesOf(await post(deletion))).toEqual(['visit retracted']);
    expect(typesOf(await harness.events('visit'))).toEqual([
      'VisitRecorded',
      'VisitRetracted',
      'VisitRecorded',
      'VisitRetracted',
    ]);
  });

  it('is read once for intake and answer', () => {
    const received = message(station, transactionJson(), { contentType });
    expect(readFhirMessage(received)).toEqual(readFhirMessage(received));
  });
});
