import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { accessibilityFaults, describeInBrowser, openBrowser } from '#deploy/local/src/test-browser.js';
import { type FhirServer, type Identity, startFhirServer } from '../fhir-server.js';
import { type ExampleRecord, exampleRecord, nationalId, station, strangers } from './example-record.js';
import { enter, fitsItsWidth, originOf, phone, settled, type Window } from './record-browser.js';

const atStation: Identity = { kind: 'station', facility: station };
const away: Identity = { kind: 'clinician', facility: strangers };

describeInBrowser('the page that finds a resident', () => {
  let browser: Browser;
  let server: FhirServer;
  let record: ExampleRecord;
  let window: Window;
  let page: Page;

  beforeAll(async () => {
    record = exampleRecord();
    [browser, server] = await Promise.all([openBrowser(), startFhirServer(record.events)]);
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });
  beforeEach(() => open(atStation));
  afterEach(() => window.close());

  async function open(identity: Identity): Promise<void> {
    await window?.close();
    window = await enter(browser, server, identity);
    page = window.page;
    await page.goto(`${originOf(server)}/records`);
    await page.locator('#links *').first().waitFor();
  }
  async function search(fields: Readonly<Record<string, string>>): Promise<readonly string[]> {
    for (const [id, value] of Object.entries(fields)) await page.fill(`#${id}`, value);
    await page.keyboard.press('Enter');
    await page.locator('#count:not(:empty)').waitFor();
    return page.locator('#list .item strong').allInnerTexts();
  }

  it('sends whoever is not logged in to the login page, and back to the record', async () => {
    const stranger = await browser.newContext();
    const tab = await stranger.newPage();
    await tab.goto(`${originOf(server)}/records/${record.hoa}?asOf=2026-11-01`);
    await tab.fill('#token', await server.token(atStation));
    await tab.click('button[type=submit]');
    await tab.waitForURL(`${originOf(server)}/records/${record.hoa}?asOf=2026-11-01`);
    await settled(tab);
    expect(await tab.innerText('h1')).toContain('Nông Thị Hòa');
    await stranger.close();
  });

  it.each([
    ['the identity number', { number: nationalId }],
    ['the identity number with spaces', { number: ' 008 161 000 017 ' }],
    ['the insurance number', { number: '0816100017' }],
    ['name and birth date', { name: 'Nông Thị Hòa', 'birth-date': '02/08/1951' }],
    ['a name without diacritics, and the year', { name: 'nong thi hoa', 'birth-date': '1951' }],
  ])('finds by %s', async (_, fields: Readonly<Record<string, string>>) => {
    expect(await search(fields)).toEqual(['Nông Thị Hòa']);
    const found = await page.locator('#list .item').innerText();
    expect(found).toContain('sinh 02/08/1951');
    expect(found).toContain('008•••••0017');
    expect(page.url()).toBe(`${originOf(server)}/records`);
    await page.keyboard.press('Enter');
    await settled(page);
    expect(page.url()).toBe(`${originOf(server)}/records/${record.hoa}`);
    expect(window.complaints).toEqual([]);
  });

  it('finds only whom the caller may read, and says what is missing', async () => {
    expect(await search({ name: 'Ma Văn Mẫu' })).toEqual([]);
    expect(await page.innerText('#count')).toContain('Không tìm thấy ai mà bạn được xem hồ sơ.');
    expect(await page.locator('#break-glass').isVisible()).toBe(false);
    expect(await search({ name: 'nong', 'birth-date': '1952' })).toEqual([]);
    await page.fill('#birth-date', '31/02/1951');
    await page.keyboard.press('Enter');
    await page.locator('#fault:not(:empty)').waitFor();
    expect(await page.innerText('#fault')).toBe('Ngày sinh không đọc được.');
    expect(await page.locator('#birth-date:focus').count()).toBe(1);
    await page.fill('#name', '');
    await page.fill('#birth-date', '');
    await page.keyboard.press('Enter');
    await page.locator('#fault:has-text("Hãy nhập số, hoặc họ tên.")').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it('shows a clinician who is not concerned nothing, and the way for an emergency', async () => {
    await open(away);
    expect(await search({ number: nationalId })).toEqual([]);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.click('#open');
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.fill('#reason', 'Hôn mê, cần biết thuốc đang dùng');
    await page.click('dialog button[type=submit]');
    await page.waitForURL(`**/records/${record.hoa}`);
    await settled(page);
    expect(await page.innerText('#medicines')).toContain('Amlodipin 5mg');
  });

  it('says that the line is gone, and finds when it is back', async () => {
    await page.route('**/fhir/**', (route) => route.abort());
    await page.fill('#name', 'nong');
    await page.keyboard.press('Enter');
    await page.locator('#message.bad').waitFor();
    expect(await page.innerText('#message')).toBe('Không kết nối được máy chủ.');
    await page.unroute('**/fhir/**');
    await page.focus('#name');
    expect(await search({ name: 'nong' })).toEqual(['Nông Thị Hòa']);
    expect(await page.innerText('#message')).toBe('');
  });

  it('fits a phone, in both languages, without a fault of access', async () => {
    await page.setViewportSize(phone);
    await search({ name: 'nong' });
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(await fitsItsWidth(page)).toBe(true);
    await page.click('#language');
    expect(await page.innerText('#search h2')).toBe('Find a resident');
    expect(await page.innerText('#list .item')).toContain('born 02/08/1951');
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it('is closed to those who read no records', async () => {
    for (const kind of ['province', 'operator'] as const) {
      const answer = await fetch(`${originOf(server)}/records`, {
        headers: { authorization: `Bearer ${await server.token({ kind })}` },
      });
      expect(answer.status).toBe(403);
    }
    const unknown = await fetch(`${originOf(server)}/records/elsewhere.js`, {
      headers: { authorization: `Bearer ${await server.token(atStation)}` },
    });
    expect(unknown.status).toBe(404);
  });
});
