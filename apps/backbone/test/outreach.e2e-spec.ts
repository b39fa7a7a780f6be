import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { accessibilityFaults, complaintsOf, describeInBrowser, openBrowser } from '#deploy/local/src/test-browser.js';
import type { DryRunResult } from '#apps/commune/src/outreach/dry-run.js';
import type { OutreachRun } from '#apps/commune/src/outreach/outreach-runs.js';
import type { Receipt } from '#apps/commune/src/intake/receipt.js';
import type { FacilityCode } from '#domain/ids.js';
import { openSecrets } from '#security/secrets.js';
import { TokenIssuer } from '#security/token-issuer.js';
import { syntheticOutreachSheet } from '#station-formats/synthetic/outreach-sheet.js';
import { Client } from '../src/verify/client.js';
import { type OwnServer, startServer } from '../src/verify/own-server.js';
import { waitForViews } from '../src/verify/post-folder.js';

const station = '08Z13' as FacilityCode;
const otherStation = '08Z12' as FacilityCode;
let folder: string;
let environment: Record<string, string>;
let server: OwnServer;
let client: Client;
let tokens: Readonly<Record<'station' | 'other' | 'province', string>>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'outreach-'));
  environment = { DATA_DIR: join(folder, 'data'), SECRETS_FILE: join(folder, 'keys', 'k.json'), OIDC_ISSUER: '' };
  await start();
});
afterAll(async () => {
  await server.stop('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<void> {
  server = await startServer(environment, ['--empty']);
  const issuer = new TokenIssuer(openSecrets(environment['SECRETS_FILE'] ?? ''));
  client = new Client(server.origin, issuer);
  tokens = {
    station: await issuer.issue({ kind: 'station', facility: station, hours: 1 }),
    other: await issuer.issue({ kind: 'station', facility: otherStation, hours: 1 }),
    province: await issuer.issue({ kind: 'province', hours: 1 }),
  };
}

const sheet = (seed: number, rows: number, change?: Parameters<typeof syntheticOutreachSheet>[0]['change']) =>
  new Uint8Array(
    syntheticOutreachSheet({ seed, rows, day: '12/10/2026', commune: 'Xã Minh Quang', ...(change && { change }) }),
  );
const spoiled = (seed: number, rows: number) =>
  sheet(seed, rows, (cells, index) => {
    if (index === 1) cells.systolic = '1520';
    if (index === 2) cells.name = '=HYPERLINK("http://x")<img src=x onerror=alert(1)>';
    if (index === 2) cells.diastolic = '290';
  });

function ask(
  path: string,
  init: Omit<RequestInit, 'headers'> & { as?: keyof typeof tokens; headers?: Record<string, string> } = {},
): Promise<Response> {
  const { as = 'station', headers, ...rest } = init;
  return fetch(server.origin + path, { ...rest, headers: { ...headers, authorization: `Bearer ${tokens[as]}` } });
}
const post = (path: string, body: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  ask(path, { method: 'POST', body, headers: { 'content-type': 'text/csv; charset=utf-8', ...headers } });

async function finished(path: string): Promise<OutreachRun> {
  for (let left = 400; left > 0; left -= 1, await sleep(50)) {
    const run = (await (await ask(path)).json()) as OutreachRun;
    if (run.state !== 'running') return run;
  }
  throw new Error('The run did not end');
}

describe('the sheet of a screening day, over HTTP', () => {
  it('has a template that a spreadsheet opens, and an example that is taken', async () => {
    const template = await ask('/intake/outreach/template');
    expect(template.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect([...new Uint8Array(await template.arrayBuffer()).slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const example = new Uint8Array(await (await ask('/intake/outreach/example')).arrayBuffer());
    expect(await (await post('/intake/outreach/dry-run', example)).json()).toMatchObject({ rows: 1, errors: 0 });
  });

  it('is taken by the ordinary call, answered 201, then 200', async () => {
    const first = await post('/intake/messages', sheet(1, 20));
    expect(first.status).toBe(201);
    const receipt = (await first.json()) as Receipt;
    expect(receipt).toMatchObject({ status: 'accepted', format: 'outreach-csv', facility: station });
    expect(receipt.records).toHaveLength(20);
    expect((await post('/intake/messages', sheet(1, 20))).status).toBe(200);
  });

  it('is checked without a trace, and the faults come as a sheet too', async () => {
    const before = await client.get<{ position: number }>('/views', { kind: 'operator' });
    const answer = await post('/intake/outreach/dry-run', spoiled(2, 10));
    const result = (await answer.json()) as DryRunResult;
    expect(result).toMatchObject({ rows: 10, outcomes: { recorded: 8, refused: 2 }, residents: { new: 8, known: 0 } });
    expect(result.faulty.map(({ row }) => row)).toEqual([3, 4]);
    const list = await post('/intake/outreach/dry-run', spoiled(2, 10), { accept: 'text/csv' });
    expect(list.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect((await list.text()).split('\r\n')[1]).toContain('3;Huyết áp tâm thu (mmHg);Lỗi (không nhận);');
    expect(await client.get<{ position: number }>('/views', { kind: 'operator' })).toMatchObject({
      position: before.position,
    });
  });

  it('is refused with its reason when it is no sheet, of another type, or of nobody’s facility', async () => {
    const unreadable = await post('/intake/outreach/dry-run', new TextEncoder().encode('x;y\n1;2'));
    expect([unreadable.status, await unreadable.json()]).toEqual([
      422,
      expect.objectContaining({
        type: 'urn:lien-tuyen:problem:unreadable-sheet',
        faults: [expect.objectContaining({ code: 'no-headings' })],
      }),
    ]);
    expect((await post('/intake/outreach/dry-run', sheet(1, 1), { 'content-type': 'application/json' })).status).toBe(
      415,
    );
    expect((await ask('/intake/outreach/dry-run', { as: 'province', method: 'POST' })).status).toBe(403);
    expect((await post('/intake/messages', new TextEncoder().encode('x;y\n1;2'))).status).toBe(422);
  });

  it('is seen by the record and by the figures', async () => {
    const rows = 30;
    await post('/intake/messages', sheet(31, rows));
    await waitForViews(client, 20_000);
    const found = await client.get<{ total: number }>(
      '/fhir/Observation?code=85354-9&date=2026-10-12&_total=accurate',
      {
        kind: 'clinician',
      },
    );
    expect(found.total).toBeGreaterThanOrEqual(rows);
    const { indicators } = await client.get<{ indicators: { code: string; numerator: number | null }[] }>(
      '/statistics/indicators?place=02302&period=2026-10',
      { kind: 'province' },
    );
    const figure = (code: string) => indicators.find((one) => one.code === code)?.numerator ?? 0;
    expect(figure('health-managed-12m')).toBeGreaterThanOrEqual(rows);
    expect(figure('high-risk-checked-12m')).toBeGreaterThan(0);
    expect(figure('hypertension-found')).toBeGreaterThan(0);
  });

  it('is run in the background, followed as events, and looked at by its own station alone', async () => {
    const begun = await post('/intake/outreach/runs', sheet(4, 150));
    expect(begun.status).toBe(202);
    const run = (await begun.json()) as OutreachRun;
    expect(run).toMatchObject({ state: 'running', rows: 150 });
    const place = begun.headers.get('location') ?? '';
    const events = await (await ask(`${place}/progress`)).text();
    const told = [...events.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => JSON.parse(data) as OutreachRun);
    const done = told.map((one) => one.done);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(told.at(-1)).toMatchObject({ state: 'done', rows: 150, done: 150, outcomes: { recorded: 150 } });
    expect((await ask(place, { as: 'other' })).status).toBe(404);
    expect(await (await ask(`/intake/receipts/${run.receipt}`)).json()).toMatchObject({ status: 'accepted' });
    expect(await (await post('/intake/outreach/runs', sheet(4, 150))).json()).toMatchObject({ receipt: run.receipt });
    expect(await finished(place)).toMatchObject({ state: 'done', outcomes: { recorded: 150 } });
  });

  it('is finished at the next start when the service is killed in the middle', async () => {
    const begun = await post('/intake/outreach/runs', sheet(6, 600));
    const place = begun.headers.get('location') ?? '';
    expect(begun.status).toBe(202);
    await server.stop('SIGKILL');
    await start();
    expect(await finished(place)).toMatchObject({
      state: 'done',
      rows: 600,
      outcomes: { recorded: 600, refused: 0 },
    });
    const again = await post('/intake/messages', sheet(6, 600));
    expect([again.status, ((await again.json()) as Receipt).records.length]).toEqual([200, 600]);
  });
});

describeInBrowser('the page for screening days', () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let complaints: readonly string[];

  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    [context, page] = await enter();
    complaints = complaintsOf(page);
  });
  afterEach(() => context.close());

  async function enter(width = 1280): Promise<[BrowserContext, Page]> {
    const opened = await browser.newContext({ viewport: { width, height: 800 }, locale: 'vi-VN' });
    await opened.addCookies([
      { name: 'lt_session', value: tokens.station, url: server.origin, httpOnly: true, sameSite: 'Strict' },
    ]);
    return [opened, await opened.newPage()];
  }
  const choose = (bytes: Uint8Array, on: Page = page) =>
    on.setInputFiles('#file', { name: 'bang.csv', mimeType: 'text/csv', buffer: Buffer.from(bytes) });
  const number = (name: string, within = '#summary', on: Page = page) =>
    on.locator(`${within} [data-number="${name}"] dd`).textContent();

  it('sends whoever is not logged in to the login page', async () => {
    const stranger = await browser.newPage();
    await stranger.goto(`${server.origin}/outreach`);
    expect(stranger.url()).toBe(`${server.origin}/login?next=%2Foutreach`);
    await stranger.close();
  });

  it('shows the faults of every row, and takes the sheet before the eyes of its user', async () => {
    await page.goto(`${server.origin}/outreach`);
    expect(await accessibilityFaults(page)).toEqual([]);
    await choose(spoiled(11, 100));
    await page.locator('#result:focus').waitFor();
    expect([await number('rows'), await number('recorded'), await number('refused')]).toEqual(['100', '98', '2']);
    expect(await page.locator('#faults tbody th').allTextContents()).toEqual(['3', '4']);
    expect(await page.locator('#faults td.marked.error').allTextContents()).toEqual(['1520', '290']);
    expect(await page.locator('#faults img').count()).toBe(0);
    expect(await accessibilityFaults(page)).toEqual([]);

    const download = page.waitForEvent('download');
    await page.click('#fault-list');
    expect((await download).suggestedFilename()).toBe('danh-sach-loi.csv');

    await page.click('#take');
    await page.locator('#run:focus').waitFor();
    await page.locator('#receipt h3').waitFor();
    expect(await page.textContent('#run-state')).toBe('Đã nhận xong.');
    expect([await number('recorded', '#receipt'), await number('refused', '#receipt')]).toEqual(['98', '2']);
    expect(await page.locator('#receipt tbody tr').count()).toBe(2);
    expect(await page.locator('#progress').evaluate((bar) => (bar as unknown as { position: number }).position)).toBe(
      1,
    );
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('goes on with a run when it is closed, and shows it again', async () => {
    await page.goto(`${server.origin}/outreach`);
    await choose(sheet(12, 300));
    await page.locator('#result:focus').waitFor();
    await page.click('#take');
    await page.waitForURL(/#run=/);
    const address = page.url();
    await page.close();
    page = await context.newPage();
    await page.goto(address);
    await page.locator('#receipt h3').waitFor({ timeout: 30_000 });
    expect(await page.textContent('#run-count')).toBe('300 / 300 dòng');
  });

  it('takes what was pasted, in English, with the keyboard', async () => {
    await page.goto(`${server.origin}/outreach`);
    await page.click('#language');
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    await page.locator('summary').focus();
    await page.keyboard.press('Enter');
    await page.fill('#paste', 'Họ tên\tCCCD\tNgày khám\tHuyết áp\nMa Thị Dán\t008160700001\t12/10/2026\t120/200\n');
    await page.locator('#check-paste').focus();
    await page.keyboard.press('Enter');
    await page.locator('#result:focus').waitFor();
    expect(await page.locator('#take').isDisabled()).toBe(true);
    expect(await page.textContent('#faults')).toContain('the diastolic pressure must be below the systolic');
    await page.fill('#paste', 'không phải bảng');
    await page.click('#check-paste');
    await page.locator('#summary .error').waitFor();
    expect(await page.textContent('#summary')).toContain('No row of headings was found');
  });

  it('fits a phone', async () => {
    const [phone, window] = await enter(390);
    await window.goto(`${server.origin}/outreach`);
    await choose(spoiled(13, 20), window);
    await window.locator('#result:focus').waitFor();
    expect(await window.evaluate<boolean>('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
    expect(await accessibilityFaults(window)).toEqual([]);
    await phone.close();
  });
});
