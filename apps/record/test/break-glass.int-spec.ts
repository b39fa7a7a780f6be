import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AuditEvent, Bundle, OperationOutcome, Parameters } from '@medplum/fhirtypes';
import type { ResidentId } from '#domain/ids.js';
import { residentStream } from '#domain/streams.js';
import { faultsOf } from '#fhir/validation.js';
import { type FhirServer, type Identity, startFhirServer } from './fhir-server.js';
import { day, EventLog, facility, visitContent } from './recorded-events.js';

let server: FhirServer;
let an: ResidentId;
let binh: ResidentId;
let token: string;
const nationalId = { system: 'http://fhir.ehealth.gov.vn/core/sid/national_id', value: '008051828479' };
const reason = 'Hôn mê, cần biết thuốc đang dùng';

beforeAll(async () => {
  const log = new EventLog();
  log.facility({ code: facility('08Z11'), name: 'Trạm Y tế 08Z11 (giả lập)' });
  log.facility({ code: facility('08Z12'), name: 'Trạm Y tế 08Z12 (giả lập)' });
  an = log.resident('Nông Văn An', '08Z11', {}, [{ system: 'national-id', value: nationalId.value }]);
  binh = log.resident('Lý Thị Bình', '08Z11');
  for (const [resident, episode] of [
    [an, 'A'],
    [binh, 'B'],
  ] as const)
    log.visit(
      resident,
      visitContent('08Z11', episode, '2026-09-05T08:00:00+07:00', { diagnoses: [{ code: 'B20', role: 'main' }] }),
    );
  const data = { resident: an, statedOn: day('2026-10-01'), takenBy: facility('08Z11') };
  log.record(residentStream(an), { type: 'ConsentWithdrawn', data }, '08Z11');
  server = await startFhirServer(log.events);
  token = await server.token({ kind: 'clinician', facility: facility('08Z12') });
});
afterAll(() => server.close());

const parameters = (...parameter: NonNullable<Parameters['parameter']>): string =>
  JSON.stringify({ resourceType: 'Parameters', parameter });
async function open(body: string, as = token): Promise<{ status: number; body: Parameters & OperationOutcome }> {
  const answer = await fetch(`${server.base}/Patient/$break-glass`, {
    method: 'POST',
    headers: { authorization: `Bearer ${as}`, 'content-type': 'application/fhir+json' },
    body,
  });
  return { status: answer.status, body: (await answer.json()) as Parameters & OperationOutcome };
}
async function ask(path: string, ticket: string | undefined, as = token): Promise<{ status: number; body: Bundle }> {
  const headers = { authorization: `Bearer ${as}`, ...(ticket !== undefined && { 'break-glass': ticket }) };
  const answer = await fetch(`${server.base}/${path}`, { headers });
  return { status: answer.status, body: (await answer.json()) as Bundle };
}
const valueOf = ({ parameter }: Parameters, name: string): string | undefined => {
  const found = parameter?.find((one) => one.name === name);
  return found?.valueString ?? found?.valueReference?.reference ?? found?.valueInstant;
};

describe('breaking the glass', () => {
  it('opens one record, whole, to one token, for a while', async () => {
    expect((await ask(`Patient/${an}`, undefined)).status).toBe(404);
    const { status, body } = await open(
      parameters({ name: 'identifier', valueIdentifier: nationalId }, { name: 'reason', valueString: reason }),
    );
    expect([status, valueOf(body, 'patient')]).toEqual([200, `Patient/${an}`]);
    const until = Date.parse(valueOf(body, 'until') ?? '') - Date.now();
    expect(until).toBeGreaterThan(29 * 60_000);
    expect(until).toBeLessThanOrEqual(30 * 60_000);
    const ticket = valueOf(body, 'ticket');
    expect((await ask(`Patient/${an}`, ticket)).status).toBe(200);
    expect((await ask(`Condition?code=B20`, ticket)).body.entry).toHaveLength(1);
    expect((await ask(`Patient/${binh}`, ticket)).status).toBe(404);
    expect((await ask(`Patient/${an}`, undefined)).status).toBe(404);
    const another = await server.token({ kind: 'clinician', facility: facility('08Z12') });
    for (const [wrong, as] of [
      [ticket, another],
      ['x', token],
      [ticket?.slice(1), token],
    ] as const) {
      expect(await ask(`Patient/${an}`, wrong, as)).toMatchObject({
        status: 403,
        body: { resourceType: 'OperationOutcome', issue: [{ code: 'forbidden' }] },
      });
    }
  });

  it('raises an alert: an event, a metric, the list of those who watch over access, and the resident sees it', async () => {
    const before = server.appended.length;
    const { body } = await open(
      parameters(
        { name: 'patient', valueReference: { reference: `Patient/${an}` } },
        { name: 'reason', valueString: reason },
      ),
    );
    await ask(`Patient/${an}`, valueOf(body, 'ticket'));
    expect(server.appended.slice(before)).toEqual([
      expect.objectContaining({
        type: 'EmergencyAccessOpened',
        data: expect.objectContaining({ resident: an, reason, facility: '08Z12', until: valueOf(body, 'until') }),
      }),
    ]);
    expect(await server.metrics.metrics()).toMatch(/emergency_access_total [12]\n/);
    for (const kind of ['operator', 'province'] as const) {
      const answer = await fetch(`${server.base.replace(/fhir$/, '')}access/emergencies?limit=1`, {
        headers: { authorization: `Bearer ${await server.token({ kind })}` },
      });
      expect(await answer.json()).toMatchObject({
        items: [{ resident: an, reason, facility: '08Z12', opened: true }],
        next: expect.stringContaining('/access/emergencies?after='),
      });
    }
    const self: Identity = { kind: 'resident', resident: an };
    const { body: seen } = await ask(
      `AuditEvent?patient=${an}&agent=08Z12&_count=2`,
      undefined,
      await server.token(self),
    );
    const [read, alert] = (seen.entry ?? []).map(({ resource }) => resource as AuditEvent);
    expect(alert).toMatchObject({
      type: { code: '110113' },
      subtype: [{ code: '110127' }],
      purposeOfEvent: [{ coding: [{ code: 'BTG' }], text: reason }],
    });
    expect(read).toMatchObject({ subtype: [{ code: 'read' }], purposeOfEvent: [{ coding: [{ code: 'BTG' }] }] });
    expect(alert && faultsOf(alert)).toEqual([]);
    expect(server.log.join('')).not.toContain(reason);
  });

  it('needs a clinician, a reason and somebody who is known; what was tried is in the list', async () => {
    const patient = { name: 'patient', valueReference: { reference: `Patient/${an}` } };
    const why = { name: 'reason', valueString: reason };
    for (const kind of ['station', 'hospital'] as const) {
      const station = await server.token({ kind, facility: facility('08Z12') });
      expect((await open(parameters(patient, why), station)).status).toBe(403);
    }
    for (const body of [
      '',
      '{}',
      parameters(patient),
      parameters(why),
      parameters(patient, { name: 'reason', valueString: 'vì' }),
    ])
      expect([body, (await open(body)).status]).toEqual([body, 400]);
    const nobody = { name: 'identifier', valueIdentifier: { value: '000' } };
    expect((await open(parameters(nobody, why))).status).toBe(404);
    const answer = await fetch(`${server.base.replace(/fhir$/, '')}access/emergencies`, {
      headers: { authorization: `Bearer ${await server.token({ kind: 'operator' })}` },
    });
    const { items } = (await answer.json()) as { items: { opened: boolean }[] };
    expect(items.filter(({ opened }) => !opened).length).toBeGreaterThan(0);
    expect(
      (await ask('Patient', undefined, await server.token({ kind: 'clinician', scope: 'record.read' }))).status,
    ).toBe(200);
    const without = await server.token({ kind: 'clinician', scope: 'record.read' });
    expect((await open(parameters(patient, why), without)).status).toBe(403);
  });
});
