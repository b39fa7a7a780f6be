import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery } from 'graphql';
import type { Bundle, OperationOutcome } from '@medplum/fhirtypes';
import type { ResidentId } from '#domain/ids.js';
import { type FhirServer, type Identity, startFhirServer } from './fhir-server.js';
import { EventLog, facility, paper, visitContent } from './recorded-events.js';

const clinician: Identity = { kind: 'clinician' };
const nationalId = 'http://fhir.ehealth.gov.vn/core/sid/national_id';

let server: FhirServer;
let log: EventLog;
let binh: ResidentId;
let huong: ResidentId;
let joined: ResidentId;

beforeAll(async () => {
  log = new EventLog();
  log.facility({ code: facility('08Z01'), name: 'Trung tâm Y tế Lâm Bình (giả lập)', kind: 'district-health-centre' });
  log.facility({ code: facility('08Z11'), name: 'Trạm Y tế Xã Phúc Yên (giả lập)' });
  log.facility({ code: facility('08Z12'), name: 'Trạm Y tế Xã Xuân Lập (giả lập)' });
  binh = log.resident('Chẩu Văn Bình', '08Z11', { phone: '0930 280 156' }, [
    { system: 'national-id', value: '008051828479' },
  ]);
  huong = log.resident('Ma Thị Hương', '08Z12', { sex: 'female' });
  joined = log.resident('Chẩu Văn Bình', '08Z12');
  for (const [index, code] of ['I10', 'E11.9', 'J44.9'].entries())
    log.visit(
      binh,
      visitContent('08Z11', `E${index}`, `2026-0${index + 5}-05T08:00:00+07:00`, {
        diagnoses: [{ code, role: 'main' }],
        vitals: { systolic: 130 + index, diastolic: 79, pulse: 70 },
      }),
    );
  log.visit(
    huong,
    visitContent('08Z12', 'H1', '2026-09-05T08:00:00+07:00', { diagnoses: [{ code: 'L30.9', role: 'main' }] }),
  );
  log.visit(
    huong,
    visitContent('08Z12', 'H2', '2026-09-06T08:00:00+07:00', { diagnoses: [{ code: 'B24', role: 'main' }] }),
  );
  log.referral(binh, paper('08Z11', '08Z01', '08Z11-CT-1', '2026-10-11T12:00:00+07:00'));
  server = await startFhirServer(log.events);
});
afterAll(async () => server.close());

interface Answer {
  readonly status: number;
  readonly data: Record<string, unknown> | null | undefined;
  readonly errors: readonly { message: string; path?: readonly string[]; extensions: { resource: OperationOutcome } }[];
}

async function ask(
  query: string,
  {
    at = '$graphql',
    identity = clinician,
    variables = {},
    operationName,
  }: {
    readonly at?: string;
    readonly identity?: Identity;
    readonly variables?: object;
    readonly operationName?: string;
  } = {},
): Promise<Answer> {
  const answer = await fetch(`${server.base}/${at}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await server.token(identity)}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables, operationName }),
  });
  const body = (await answer.json()) as Partial<Answer>;
  return { status: answer.status, data: body.data, errors: body.errors ?? [] };
}

async function data(query: string, options: Parameters<typeof ask>[1] = {}): Promise<unknown> {
  const { data: found, errors } = await ask(query, options);
  expect(errors).toEqual([]);
  return found;
}

const codeOf = (fault: Answer['errors'][number] | undefined): string | undefined =>
  fault?.extensions.resource.issue?.[0]?.code;

describe('of the server', () => {
  it('reads one resource, with what its references lead to', async () => {
    expect(
      await data(`{ Patient(id: "${binh}") {
        resourceType id birthDate gender name { text given }
        managingOrganization { reference resource { ... on Organization { name } } }
      } }`),
    ).toEqual({
      Patient: {
        resourceType: 'Patient',
        id: binh,
        birthDate: '1951-08-02',
        gender: 'male',
        name: [{ text: 'Chẩu Văn Bình', given: ['Văn', 'Bình'] }],
        managingOrganization: {
          reference: 'Organization/08Z11',
          resource: { name: 'Trạm Y tế Xã Phúc Yên (giả lập)' },
        },
      },
    });
  });

  it('searches, with repeats and prefixes', async () => {
    const query = `query ($dates: [String!]) { ConditionList(patient: "${binh}", recorded_date: $dates, _sort: "-recorded-date") { code { coding { code } } } }`;
    const codes = (answer: unknown): readonly unknown[] =>
      (answer as { ConditionList: { code: { coding: { code: string }[] } }[] }).ConditionList.map(
        ({ code }) => code.coding[0]?.code,
      );
    expect(codes(await data(query, { variables: { dates: ['ge2026-06-01', 'lt2026-07-30'] } }))).toEqual([
      'J44.9',
      'E11.9',
    ]);
    expect(codes(await data(query, { variables: { dates: 'ge2026-07' } }))).toEqual(['J44.9']);
    expect(await data(`{ PatientList(identifier: "${nationalId}|008051828479", _count: 5) { id } }`)).toEqual({
      PatientList: [{ id: binh }],
    });
  });

  it('navigates lists by their elements and places', async () => {
    expect(
      await data(`{ Patient(id: "${binh}") {
        official: name(use: "official") { text } other: name(use: "old") { text }
        telecom(system: "phone") { value } identifier(_offset: 0, _count: 1) { value }
      } }`),
    ).toEqual({
      Patient: {
        official: [{ text: 'Chẩu Văn Bình' }],
        other: [],
        telecom: [{ value: '0930 280 156' }],
        identifier: [{ value: '008051828479' }],
      },
    });
  });

  it('gives pages that together are the whole', async () => {
    const query = `query ($cursor: ID) { EncounterConnection(patient: "${binh}", _count: 2, _cursor: $cursor) { count pagesize next edges { mode resource { id } } } }`;
    interface Page {
      readonly EncounterConnection: {
        readonly count: number;
        readonly pagesize: number;
        readonly next: string | null;
        readonly edges: readonly { readonly mode: string; readonly resource: { readonly id: string } }[];
      };
    }
    const first = ((await data(query)) as Page).EncounterConnection;
    expect([first.count, first.pagesize, first.edges.length, first.edges[0]?.mode]).toEqual([3, 2, 2, 'match']);
    const second = ((await data(query, { variables: { cursor: first.next } })) as Page).EncounterConnection;
    expect([second.count, second.edges.length, second.next]).toEqual([3, 1, null]);
    for (const [cursor, count] of [
      [first.next, 500],
      ['made up', 2],
    ])
      expect(
        (await ask(`{ EncounterConnection(_cursor: "${cursor}", _count: ${count}) { next } }`)).errors.map(codeOf),
      ).toEqual(['value']);
    expect(new Set([...first.edges, ...second.edges].map(({ resource }) => resource.id)).size).toBe(3);
  });

  it('follows what refers to each of many', async () => {
    const query = `{ PatientList(_count: 10) { id EncounterList(_reference: "patient", _count: 2, _sort: "-date") { period { start } subject { resource { id } } } } }`;
    const { PatientList } = (await data(query)) as {
      PatientList: {
        id: string;
        EncounterList: { period: { start: string }; subject: { resource: { id: string } } }[];
      }[];
    };
    const ofBinh = PatientList.find(({ id }) => id === binh)?.EncounterList;
    expect(ofBinh?.map(({ period }) => period.start.slice(0, 7))).toEqual(['2026-07', '2026-06']);
    expect(PatientList.find(({ id }) => id === huong)?.EncounterList).toHaveLength(1);
    expect(PatientList.find(({ id }) => id === joined)?.EncounterList).toEqual([]);
    for (const { id, EncounterList } of PatientList)
      for (const { subject } of EncounterList) expect(subject.resource.id).toBe(id);
  });

  it('takes operations by name, fragments, aliases and directives', async () => {
    const query = `query a { Patient(id: "${binh}") { ...who } }
      query b($more: Boolean!) { p: Patient(id: "${huong}") { ...who gender @include(if: $more) } }
      fragment who on Patient { name { text } }`;
    expect(await data(query, { operationName: 'b', variables: { more: false } })).toEqual({
      p: { name: [{ text: 'Ma Thị Hương' }] },
    });
    expect((await ask(query)).status).toBe(400);
  });

  it('tells its schema, to the usual tools whole', async () => {
    const whole = await ask(getIntrospectionQuery());
    expect([whole.status, whole.errors]).toEqual([200, []]);
    const client = buildClientSchema(whole.data as unknown as IntrospectionQuery);
    expect(Object.keys(client.getQueryType()?.getFields() ?? {})).toEqual(
      expect.arrayContaining(['Patient', 'PatientList', 'PatientConnection']),
    );
    const { __type } = (await data('{ __type(name: "PatientContact") { name fields { name } } }')) as {
      __type: { fields: { name: string }[] };
    };
    expect(__type.fields.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['relationship', 'name', 'gender', '_gender']),
    );
  });
});

describe('of one resource', () => {
  it('asks from it on', async () => {
    const query = '{ id name { text } ConditionList(_reference: "patient") { code { coding { code } } } }';
    expect(await data(query, { at: `Patient/${binh}/$graphql` })).toMatchObject({
      id: binh,
      name: [{ text: 'Chẩu Văn Bình' }],
      ConditionList: expect.arrayContaining([{ code: { coding: [{ code: 'I10' }] } }]),
    });
    expect((await ask('{ id }', { at: `Patient/${randomId}/$graphql` })).errors.map(codeOf)).toEqual(['not-found']);
    expect((await ask('{ id }', { at: 'Shoe/1/$graphql' })).status).toBe(404);
  });

  it('as of a moment tells what was known then', async () => {
    const registered = log.events.find(({ stream }) => stream.includes(binh))?.recordedAt ?? '';
    const moment = encodeURIComponent(new Date(Date.parse(registered) + 500).toISOString());
    const query = '{ id EncounterList(_reference: "patient") { id } }';
    expect(await data(query, { at: `Patient/${binh}/$graphql?asOf=${moment}` })).toEqual({
      id: binh,
      EncounterList: [],
    });
    expect((await ask('{ PatientList { id } }', { at: '$graphql?asOf=2026-01-01' })).status).toBe(400);
  });
});

const randomId = '00000000-0000-4000-8000-000000000000';

describe('who asks', () => {
  it('sees what may be seen, by whatever way', async () => {
    const station: Identity = { kind: 'station', facility: facility('08Z11') };
    const query = `{ PatientList(_count: 10) { id } Patient(id: "${huong}") { id } }`;
    const { data: found, errors } = await ask(query, { identity: station });
    expect(found).toEqual({ PatientList: [{ id: binh }], Patient: null });
    expect(errors.map(codeOf)).toEqual(['not-found']);
    const all = JSON.stringify(await data(`{ ConditionList(patient: "${huong}") { code { coding { code } } } }`));
    expect(all).toContain('L30.9');
    expect(all).not.toContain('B24');
    expect((await ask('{ PatientList { id } }', { identity: { kind: 'province' } })).status).toBe(403);
  });

  it('with scopes of SMART no more than these allow', async () => {
    const identity = { ...clinician, scope: 'record.read user/Patient.rs' };
    const query = `{ Patient(id: "${binh}") { id managingOrganization { resource { id } } missing: managingOrganization { resource(optional: true) { id } } } ConditionList(patient: "${binh}") { id } }`;
    const { data: found, errors } = await ask(query, { identity });
    expect(found).toEqual({
      Patient: { id: binh, managingOrganization: { resource: null }, missing: { resource: null } },
      ConditionList: null,
    });
    expect(errors.map((one) => codeOf(one) ?? '').toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
      'forbidden',
      'not-found',
    ]);
  });

  it('is written down with whose data were read, though the answer names nobody', async () => {
    expect(await data(`{ Patient(id: "${huong}") { x: gender } }`)).toEqual({ Patient: { x: 'female' } });
    const headers = { authorization: `Bearer ${await server.token({ kind: 'resident', resident: huong })}` };
    const trail = (await (
      await fetch(`${server.base}/AuditEvent?patient=${huong}&_count=1`, { headers })
    ).json()) as Bundle;
    expect(JSON.stringify(trail.entry?.[0])).toContain('$graphql');
  });
});

describe('a query is refused', () => {
  const fragments = Array.from(
    { length: 12 },
    (_, n) =>
      `fragment f${n} on Patient { ${n === 11 ? 'id' : `PatientList(_reference: "link", _count: 500) { ...f${n + 1} }`} }`,
  );

  it.each([
    ['{ Patient', 400],
    ['', 400],
    ['{ Shoe { id } }', 400],
    ['{ PatientList(favourite_colour: "red") { id } }', 400],
    ['mutation { PatientDelete(id: "x") { id } }', 400],
    ['{ PatientList(_count: 500) { EncounterList(_reference: "patient", _count: 500) { id } } }', 400],
    [
      'query ($n: Int = 500) { PatientList(_count: $n) { EncounterList(_reference: "patient", _count: $n) { id } } }',
      400,
    ],
    [`{ PatientList { ...f0 } } ${fragments.join(' ')}`, 400],
    [`{ ${Array.from({ length: 3000 }, (_, n) => `a${n}: __typename`).join(' ')} }`, 400],
    ['{ a: __schema { types { name } } b: __schema { types { name } } c: __schema { types { name } } }', 400],
    ['{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }', 400],
    ['{ Patient(id: "x") { ...a } } fragment a on Patient { ...b } fragment b on Patient { ...a }', 400],
  ])('%s', async (query, status) => {
    const answer = await ask(query);
    expect([answer.status, answer.data]).toEqual([status, undefined]);
  });

  it('field by field where the record refuses', async () => {
    const { data: found, errors } = await ask(
      `{ a: PatientList(birthdate: "hôm qua") { id } b: ConditionList(code: "I10", _count: 1) { id }
         c: Patient(id: "${binh}") { ConditionList(_reference: "encounter") { id } } }`,
    );
    expect(found).toMatchObject({ a: null, b: [{ id: expect.any(String) }], c: { ConditionList: null } });
    expect(errors.map(codeOf)).toEqual(['value', 'value']);
    expect(errors.map(({ path }) => path)).toEqual([['a'], ['c', 'ConditionList']]);
  });

  it('in other formats, with other parameters', async () => {
    const headers = { authorization: `Bearer ${await server.token(clinician)}` };
    const post = (type: string, body: string): Promise<Response> =>
      fetch(`${server.base}/$graphql`, { method: 'POST', headers: { ...headers, 'content-type': type }, body });
    expect((await post('text/plain', '{ PatientList { id } }')).status).toBe(415);
    expect((await post('application/json', '[]')).status).toBe(400);
    expect((await post('application/json', '{"query": 1}')).status).toBe(400);
    expect((await post('application/json', '{"query": "{ __typename }", "variables": []}')).status).toBe(400);
    const plain = await post('application/graphql', '{ __typename }');
    expect([plain.status, await plain.json()]).toEqual([200, { data: { __typename: 'Query' } }]);
    const byGet = await fetch(
      `${server.base}/$graphql?${new URLSearchParams({ query: '{ __typename }' }).toString()}`,
      { headers },
    );
    expect([byGet.status, byGet.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    expect((await fetch(`${server.base}/$graphql?query={__typename}&foo=1`, { headers })).status).toBe(400);
  });
});
