import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import type { FacilityCode } from '#domain/ids.js';
import { readConfiguration } from '#platform/configuration.js';
import { createLogger } from '#platform/logging.js';
import type { AuditEntry } from '#security/audit/audit-entry.js';
import { AuditReader } from '#security/audit/audit-reader.js';
import type { AuditTrail } from '#security/audit/audit-trail.js';
import type { CallerKind } from '#security/caller.js';
import { AUDIT_TRAIL } from '#security/injection.js';
import { type Backbone, openBackbone, viewsCaughtUp } from '../src/backbone.js';

const samples = fileURLToPath(new URL('../../../../samples/station-messages-1/', import.meta.url));

/**
 * Routes that show nobody. Whatever else is served must leave an entry in the audit trail each time it is asked: a route that is
 * added and not thought of here fails.
 */
const showNobody = [
  /^GET \/fhir\/\$export\/:job$/,
  /^\w+ \/(health|health\/live|health\/ready|metrics|openapi\.json|docs|docs\/:file)$/,
  /^\w+ \/views(\/|$)/,
  /^\w+ \/(login|login\/:file|session)$/,
  /^GET (\/fhir)?\/\.well-known\//,
  /^GET \/fhir\/metadata$/,
  /^(GET|POST) \/fhir\/(CodeSystem|ValueSet)(\/|$)/,
  /^GET \/(dashboard\/:file)?$/,
  /^GET \/statistics\//,
  /^GET \/(inbox|reviews|outreach)(\/:file|\/facilities)?$/,
  /^GET \/records(\/:name)?$/,
  /^GET \/intake\/outreach\/(template|example)$/,
  // What became of what the caller has just sent; the log says who sent it.
  /^POST \/intake\/messages$/,
];

let folder: string;
let backbone: Backbone;
let routes: readonly string[];
let reader: AuditReader;
const opened = new AsyncDisposableStack();
const tokens = new Map<CallerKind, string>();
const station = '08Z11' as FacilityCode;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'audited-'));
  const configuration = readConfiguration({
    PORT: '0',
    DATA_DIR: join(folder, 'data'),
    SECRETS_FILE: join(folder, 'k', 'k.json'),
  });
  const logger = createLogger({ logLevel: 'silent' });
  backbone = await openBackbone(configuration, { shipped: join(samples, 'facilities.tsv') }, logger, opened);
  const server: FastifyInstance = backbone.application.getHttpAdapter().getInstance();
  routes = [...server.routeNames].filter((name) => /^(GET|POST) /.test(name));
  reader = new AuditReader(backbone.application.get<AuditTrail>(AUDIT_TRAIL, { strict: false }).store.database);
  for (const kind of ['station', 'clinician', 'operator', 'province'] as const)
    tokens.set(kind, await backbone.issuer.issue({ kind, hours: 1, ...(kind === 'station' && { facility: station }) }));
}, 60_000);
afterAll(async () => {
  await opened.disposeAsync();
  rmSync(folder, { recursive: true, force: true });
});

async function ask(path: string, kind: CallerKind = 'station', init: RequestInit = {}): Promise<Response> {
  const headers = { authorization: `Bearer ${tokens.get(kind)}`, ...(init.headers as Record<string, string>) };
  return fetch(backbone.origin + path, { ...init, headers, redirect: 'manual' });
}
const json = { headers: { 'content-type': 'application/json' }, body: '{}' };
const newest = async (count = 50): Promise<readonly AuditEntry[]> =>
  (await reader.page({}, count)).found.map(({ entry }) => entry);
const seqOfNewest = async (): Promise<number> => (await reader.page({}, 1)).found[0]?.seq ?? 0;

const post = (command: object): Promise<Response> =>
  ask('/intake/messages', 'station', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(command),
  });
const person = (name: string, number: string): object => ({
  name,
  sex: 'female',
  birthDate: '1961-05-11',
  identifiers: [{ system: 'national-id', value: number }],
});

describe('every route that can show personal data', () => {
  it('leaves an entry each time it is asked, whoever asks, shown or refused', async () => {
    const silent: string[] = [];
    for (const name of routes.filter((route) => !showNobody.some((one) => one.test(route)))) {
      const [method = '', template = ''] = name.split(' ');
      const path = template.replaceAll(/:\w+/g, 'x').replace('*', 'x/x/x/x');
      for (const kind of ['station', 'operator', 'province'] as const) {
        const before = await seqOfNewest();
        const answer = await ask(path, kind, { method, ...(method === 'POST' && json) });
        await answer.body?.cancel();
        const entry = (await newest(1))[0];
        if ((await seqOfNewest()) <= before || entry?.route !== name || entry.status !== answer.status)
          silent.push(`${name} as ${kind}: ${answer.status}`);
      }
    }
    expect(silent).toEqual([]);
  });

  it('and the others leave none', async () => {
    const quiet = routes.filter((route) => route.startsWith('GET ') && showNobody.some((one) => one.test(route)));
    expect(quiet.length).toBeGreaterThan(10);
    const loud: string[] = [];
    for (const name of quiet.filter((route) => !route.includes('/statistics/live'))) {
      const before = await seqOfNewest();
      const answer = await ask(name.slice(4).replaceAll(/:\w+/g, 'x'), 'operator');
      await answer.body?.cancel();
      if ((await seqOfNewest()) > before) loud.push(name);
    }
    expect(loud).toEqual([]);
  });
});

describe('the entry names the residents that were shown by', () => {
  let resident: string;
  let receipt: string;
  let referral: string;

  beforeAll(async () => {
    const answer = await post({
      command: 'issue-referral',
      person: person('Nông Thị Thử Nghiệm', '008161000001'),
      referral: {
        number: '08Z11-CT-1',
        to: '08Z01',
        issuedAt: new Date().toISOString(),
        diagnoses: [{ code: 'I10', role: 'main' }],
      },
    });
    const told = (await answer.json()) as { id: string; records: { resident: string }[] };
    receipt = told.id;
    resident = told.records[0]?.resident ?? '';
    await viewsCaughtUp(backbone, 20_000);
    const list = (await (await ask('/referrals?direction=outgoing')).json()) as { items: { id: string }[] };
    referral = list.items[0]?.id ?? '';
  }, 60_000);

  it.each([
    ['the record', () => `/fhir/Patient?identifier=008161000001`],
    ['one resource', () => `/fhir/Patient/${resident}`],
    ['$everything', () => `/fhir/Patient/${resident}/$everything`],
    ['history', () => `/fhir/Patient/${resident}/_history`],
    ['the worklist', () => '/referrals?direction=outgoing'],
    ['a referral', () => `/referrals/${encodeURIComponent(referral)}`],
    ['the feed of referrals', () => '/referrals/feed'],
    ['receipts', () => '/intake/receipts'],
    ['a receipt', () => `/intake/receipts/${receipt}`],
    ['the original of a message', () => `/intake/receipts/${receipt}/original`],
  ])('%s', async (_, path) => {
    const answer = await ask(path());
    expect([path(), answer.status]).toEqual([path(), 200]);
    await answer.arrayBuffer();
    expect((await newest(1))[0]).toMatchObject({ residents: [resident], status: 200, facility: station });
  });

  it('the live feed of referrals, before they are sent', async () => {
    const answer = await ask('/referrals/feed', 'station', { headers: { accept: 'text/event-stream' } });
    const lines = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    if (!lines) throw new Error('a stream has a body');
    let text = '';
    do text += (await lines.read()).value ?? '';
    while (!text.includes('event: step'));
    const shown = (await newest()).filter(({ residents }) => residents.includes(resident));
    expect(shown[0]).toMatchObject({ route: 'GET /referrals/feed', residents: [resident] });
    await lines.cancel();
  });

  it('the pairs that may be one person', async () => {
    const twin = { name: 'Nông Thị Thử Nghiệm', sex: 'female', birthDate: '1961-05-11' };
    await post({
      command: 'record-visit',
      person: { ...twin, phone: '0912345678' },
      visit: { episode: 'E-2', start: '2026-10-05T08:30:00+07:00', diagnoses: [{ code: 'I10', role: 'main' }] },
    });
    await viewsCaughtUp(backbone, 20_000);
    const answer = await ask('/match-reviews', 'operator');
    const { items } = (await answer.json()) as { items: { id: string; residents: string[] }[] };
    if (items.length === 0) return;
    expect((await newest(1))[0]?.residents).toEqual(expect.arrayContaining(items[0]?.residents ?? []));
    await (await ask(`/match-reviews/${items[0]?.id}`, 'operator')).arrayBuffer();
    expect((await newest(1))[0]?.residents.length).toBe(2);
  });
});
