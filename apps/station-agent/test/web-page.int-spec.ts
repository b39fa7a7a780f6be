import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { WebPage } from '../src/pages/web-page.js';
import { AgentHarness, until } from './agent-harness.js';
import { refusal } from './scripted-server.js';

let given: AgentHarness;
let page: WebPage;

beforeEach(async () => {
  given = await AgentHarness.open();
  page = await WebPage.open(await given.start(), 0);
});
afterEach(async () => {
  await page.close();
  await given.close();
});

interface Told {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** By Node's own client: `fetch` does not let the host be chosen. */
function ask(method: string, path: string, headers: Readonly<Record<string, string>> = {}): Promise<Told> {
  const { promise, resolve, reject } = Promise.withResolvers<Told>();
  const asked = request(new URL(path, page.address), { method, headers, agent: false }, (answer) => {
    text(answer).then((body) => resolve({ status: answer.statusCode, headers: answer.headers, body }), reject);
  });
  asked.on('error', reject).end();
  return promise;
}

const ours = (): Record<string, string> => ({ origin: page.address, 'x-station-agent': 'page' });

it('is on the loopback address alone', () => {
  expect(new URL(page.address).hostname).toBe('127.0.0.1');
});

it('opens on another port when its own is taken', async () => {
  const other = await WebPage.open(given.agent ?? (await given.start()), Number(new URL(page.address).port));
  expect(other.address).not.toBe(page.address);
  await other.close();
});

it('is not read under a name that somebody else lets point here', async () => {
  expect((await ask('GET', '/state', { host: 'attacker.example' })).status).toBe(403);
  expect((await ask('GET', '/state', { host: `attacker.example:${new URL(page.address).port}` })).status).toBe(403);
  expect((await ask('GET', '/state')).status).toBe(200);
});

it('obeys its own page only', async () => {
  const { agent } = given;
  for (const headers of [
    {},
    { 'x-station-agent': 'page' },
    { origin: page.address },
    { origin: 'https://attacker.example', 'x-station-agent': 'page' },
    { origin: 'null', 'x-station-agent': 'page' },
  ]) {
    expect((await ask('POST', '/actions/pause', headers)).status).toBe(403);
  }
  expect(agent?.outbox.paused).toBe(false);
  expect((await ask('POST', '/actions/pause', ours())).status).toBe(204);
  expect(agent?.outbox.paused).toBe(true);
});

it('loads nothing from elsewhere and may be framed by nobody', async () => {
  const { headers, body } = await ask('GET', '/');
  expect(headers['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
  expect(body).not.toMatch(/https?:\/\//);
  expect((await ask('GET', '/page/..%2Fpackage.json')).status).toBe(404);
  expect((await ask('GET', '/nothing')).status).toBe(404);
});

it('tells the state, without the token or its mark', async () => {
  given.server.script = refusal;
  given.drop('a.xml', '<A/>');
  await until('refused', () => given.has('refused/a.xml') && given.agent?.outbox.unfiled(0) === undefined);
  const { body } = await ask('GET', '/state');
  const state = JSON.parse(body) as { refused: { id: number; filedAs: string }[]; counts: object };
  expect(state).toMatchObject({ counts: { waiting: 0, refused: 1, answered: 1 }, refused: [{ filedAs: 'a.xml' }] });
  expect(body).not.toMatch(/token/);
  const details = await ask('GET', `/files/${state.refused[0]?.id ?? 0}`);
  expect(JSON.parse(details.body)).toMatchObject({ faultCount: 1, reason: { vi: 'Không nhận.', en: 'Not taken.' } });
  expect((await ask('GET', '/files/99')).status).toBe(404);
  expect((await ask('GET', '/files/x')).status).toBe(404);
  expect(JSON.parse((await ask('GET', '/files?list=refused&below=1000')).body)).toMatchObject({
    files: [{ name: 'a.xml' }],
  });
});
