import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OperationOutcome, Resource } from '@medplum/fhirtypes';
import type { Client } from 'fhir-kit-client';
import type { ResidentId } from '#domain/ids.js';
import { hl7Examples } from '#fhir/testing/hl7-examples.js';
import { observationJson, patientJson } from '#fhir/testing/bundles.js';
import { fromXml } from '#fhir/xml/read-xml.js';
import { toXml } from '#fhir/xml/write-xml.js';
import { type FhirServer, type Identity, startFhirServer } from './fhir-server.js';
import { EventLog, facility } from './recorded-events.js';

const own: Identity = { kind: 'station', facility: facility('08Z11') };
let server: FhirServer;
let client: Client;
let token: string;
let lan: ResidentId;

beforeAll(async () => {
  const log = new EventLog();
  log.facility({ code: facility('08Z11'), name: 'Trạm Y tế 08Z11 (giả lập)' });
  lan = log.resident('Nông Thị Lan', '08Z11');
  server = await startFhirServer(log.events);
  client = await server.client(own);
  token = await server.token(own);
}, 60_000);
afterAll(() => server.close());

async function validate(
  path: string,
  body?: object | string,
  headers: Record<string, string> = {},
  by = token,
): Promise<{ readonly status: number; readonly text: string; readonly outcome: OperationOutcome }> {
  const answer = await fetch(`${server.base}/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${by}`, 'content-type': 'application/fhir+json', ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    text,
    outcome: (text.startsWith('<') ? fromXml(text) : JSON.parse(text)) as OperationOutcome,
  };
}

const parameters = (resource: object, more: Readonly<Record<string, string>> = {}): object => ({
  resourceType: 'Parameters',
  parameter: [
    { name: 'resource', resource },
    ...Object.entries(more).map(([name, value]) => ({ name, [name === 'mode' ? 'valueCode' : 'valueUri']: value })),
  ],
});
const noErrors = [{ severity: 'information', details: { text: 'Không có lỗi.' }, diagnostics: 'No errors.' }];

describe('$validate of a type', () => {
  it('says that what is right is right, to a FHIR client, in JSON and in XML', async () => {
    const outcome = (await client.operation({
      name: 'validate',
      resourceType: 'Patient',
      input: parameters(patientJson(), { mode: 'create' }) as never,
    })) as Resource;
    expect(outcome).toMatchObject({ resourceType: 'OperationOutcome', issue: noErrors });
    expect((await validate('Patient/$validate', patientJson())).outcome.issue).toMatchObject(noErrors);
    const xml = await validate('Patient/$validate', toXml(patientJson() as unknown as Resource), {
      'content-type': 'application/fhir+xml',
      accept: 'application/fhir+xml',
    });
    expect(xml.text).toMatch(/^<\?xml/);
    expect(xml.outcome.issue).toMatchObject(noErrors);
  });

  it('names every fault with its place', async () => {
    const wrong = {
      ...patientJson(),
      gender: 'x',
      birthDate: '2026-02-30',
      nickname: 'Lan',
      contact: [{ gender: 'female' }],
    };
    const { status, outcome } = await validate('Patient/$validate', wrong);
    expect(status).toBe(200);
    const told = outcome.issue?.map(({ severity, expression }) => [severity, expression?.[0]]);
    expect(told).toEqual(
      expect.arrayContaining([
        ['error', 'Patient.gender'],
        ['error', 'Patient.birthDate'],
        ['error', 'Patient.nickname'],
      ]),
    );
    // pat-1, an invariant that intake does not look at.
    expect(told).toContainEqual(['error', expect.stringMatching(/^Patient\.contact/)]);
    expect(JSON.stringify(outcome)).not.toContain('No errors');
    expect(new Set(told?.map((one) => JSON.stringify(one))).size).toBe(told?.length);
  });

  it('says for a create what intake would say', async () => {
    const ofNobody = observationJson({}, ['29463-7', 'Body weight', 50, 'kg', 'kg']);
    expect((await validate('Observation/$validate', ofNobody)).outcome.issue).toMatchObject(noErrors);
    const create = await validate('Observation/$validate?mode=create', ofNobody);
    expect(create.outcome.issue).toMatchObject([
      { severity: 'error', diagnostics: expect.stringContaining('Whose resource') },
    ]);
    const known = observationJson({ subject: { reference: `Patient/${lan}` } }, [
      '29463-7',
      'Body weight',
      50,
      'kg',
      'kg',
    ]);
    expect(
      (await validate('Observation/$validate', parameters(known, { mode: 'create' }))).outcome.issue,
    ).toMatchObject([{ severity: 'information', diagnostics: expect.stringContaining('must be known') }, ...noErrors]);
    const numberless = { ...patientJson(), identifier: [] as never[] };
    expect(
      (await validate('Patient/$validate?mode=create', { ...numberless, identifier: undefined })).outcome.issue,
    ).toContainEqual(expect.objectContaining({ severity: 'warning' }));
    const clinician = await server.token({ kind: 'clinician' });
    const other = await validate('Patient/$validate?mode=create', patientJson(), {}, clinician);
    expect(other.outcome.issue).toMatchObject([
      { severity: 'information', diagnostics: expect.stringContaining('no facility') },
      ...noErrors,
    ]);
  });

  it('says honestly which profiles it does not know, and how a record is updated and deleted', async () => {
    const profile = 'http://fhir.ehealth.gov.vn/core/StructureDefinition/vn-core-patient';
    const asked = await validate('Patient/$validate', parameters(patientJson(), { profile }));
    expect(asked.outcome.issue).toMatchObject([
      { severity: 'error', code: 'not-supported', diagnostics: expect.stringContaining(profile) },
    ]);
    const claimed = await validate('Patient/$validate', { ...patientJson(), meta: { profile: [profile] } });
    expect(claimed.outcome.issue).toMatchObject([
      { severity: 'information', code: 'not-supported', expression: ['Patient.meta.profile'] },
      ...noErrors,
    ]);
    const base = 'http://hl7.org/fhir/StructureDefinition/Patient|4.0.1';
    expect(
      (await validate('Patient/$validate', parameters(patientJson(), { profile: base }))).outcome.issue,
    ).toMatchObject(noErrors);
    expect((await validate('Patient/$validate?mode=delete', patientJson())).outcome.issue).toMatchObject([
      { code: 'not-supported' },
    ]);
    expect((await validate('Patient/$validate?mode=update', patientJson())).outcome.issue?.[0]?.diagnostics).toMatch(
      /same identifier/,
    );
  });

  it('refuses what it cannot check', async () => {
    for (const [path, body, status] of [
      ['Patient/$validate', observationJson({}, ['1', 'x', 1, 'kg', 'kg']), 400],
      ['Krankheit/$validate', { resourceType: 'Krankheit' }, 404],
      ['Patient/$validate?mode=burn', patientJson(), 400],
      ['Patient/$validate', { resourceType: 'Parameters', parameter: [{ name: 'shoe', valueCode: 'x' }] }, 400],
      ['Patient/$validate', parameters({}), 400],
      ['Patient/$validate', { resourceType: 'Parameters' }, 400],
      ['Patient/$validate', '{', 400],
      ['Patient/$validate?shoe=1', patientJson(), 400],
      ['Patient/$validate', `{"resourceType":"Patient","name":${'['.repeat(200_000)}${']'.repeat(200_000)}}`, 400],
    ] as const) {
      const answer = await validate(path, body);
      expect([path, answer.status, answer.outcome.resourceType]).toEqual([path, status, 'OperationOutcome']);
    }
  });

  it('tells of nonsense in the place of elements without falling over it', async () => {
    for (const nonsense of [
      { name: 5 },
      { name: [[]] },
      { contained: ['x'] },
      { extension: { a: null } },
      { meta: 'x' },
    ]) {
      const { status, outcome } = await validate('Patient/$validate', { resourceType: 'Patient', ...nonsense });
      expect([status, outcome.issue?.[0]?.severity]).toEqual([200, 'error']);
    }
    expect((await validate('Patient/$validate', patientJson())).outcome.issue).toMatchObject(noErrors);
  });

  it("finds nothing wrong with HL7's own examples", async () => {
    const wrong: string[] = [];
    for (const type of ['Patient', 'Observation', 'Encounter', 'Bundle'])
      for (const { file, resource } of hl7Examples(type).slice(0, 15)) {
        const { outcome } = await validate(`${type}/$validate`, resource);
        if (outcome.issue?.some(({ severity }) => severity === 'error'))
          wrong.push(`${file}: ${JSON.stringify(outcome.issue)}`);
      }
    expect(wrong).toEqual([]);
  }, 60_000);
});

describe('$validate of a resource of the record', () => {
  it('checks it as it is, or what would take its place', async () => {
    expect((await validate(`Patient/${lan}/$validate`)).outcome.issue?.at(-1)).toMatchObject(noErrors[0] ?? {});
    const changed = { ...patientJson(), id: lan };
    expect((await validate(`Patient/${lan}/$validate`, changed)).outcome.issue).toMatchObject(noErrors);
    expect((await validate(`Patient/${lan}/$validate`, { ...changed, gender: 'x' })).outcome.issue?.[0]?.code).toBe(
      'code-invalid',
    );
    expect((await validate(`Patient/${lan}/$validate`, patientJson())).status).toBe(400);
    expect((await validate('Patient/00000000-0000-4000-8000-000000000000/$validate')).status).toBe(404);
  });
});
