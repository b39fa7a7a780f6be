import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { accessibilityFaults, complaintsOf, describeInBrowser, openBrowser } from '#deploy/local/src/test-browser.js';
import type { FacilityCode } from '#domain/ids.js';
import { readConfiguration } from '#platform/configuration.js';
import { createLogger } from '#platform/logging.js';
import { openSecrets } from '#security/secrets.js';
import { TokenIssuer } from '#security/token-issuer.js';
import { type Backbone, openBackbone } from '../src/backbone.js';

const shipped = fileURLToPath(new URL('../../../../samples/station-messages-1/facilities.tsv', import.meta.url));
const station = '08Z11' as FacilityCode;

describeInBrowser('the page of records to compare', () => {
  let folder: string;
  let backbone: Backbone;
  let token: string;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let complaints: readonly string[];
  let opened: AsyncDisposableStack;

  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    opened = new AsyncDisposableStack();
    folder = mkdtempSync(join(tmpdir(), 'reviews-'));
    const secretsFile = join(folder, 'k', 'k.json');
    const configuration = readConfiguration({ PORT: '0', DATA_DIR: join(folder, 'data'), SECRETS_FILE: secretsFile });
    const logger = createLogger({ logLevel: 'silent' });
    backbone = await openBackbone(configuration, { shipped }, logger, opened, async () => undefined);
    token = await new TokenIssuer(openSecrets(secretsFile)).issue({ kind: 'station', facility: station, hours: 1 });
    await visit('E1', { system: 'national-id', value: '008161000001' });
    await visit('E2', { system: 'insurance-number', value: '0899999999' });
    await enter({ width: 1280, height: 800 });
  });
  afterEach(async () => {
    await context.close();
    await opened.disposeAsync();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Synthetic. */
  async function visit(episode: string, identifier: object): Promise<void> {
    const answer = await fetch(`${backbone.origin}/intake/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        command: 'record-visit',
        person: {
          name: 'Nguyễn Thị Hoa',
          sex: 'female',
          birthDate: '1961',
          identifiers: [identifier],
          residence: { provinceCode: '08', communeCode: '02302' },
        },
        visit: { episode, start: '2026-10-05T08:30:00+07:00', diagnoses: [{ code: 'I10', role: 'main' }] },
      }),
    });
    expect(answer.status).toBe(201);
  }

  async function enter(viewport: { readonly width: number; readonly height: number }): Promise<void> {
    context = await browser.newContext({ viewport, locale: 'vi-VN' });
    await context.addCookies([
      { name: 'lt_session', value: token, url: backbone.origin, httpOnly: true, sameSite: 'Strict' },
    ]);
    page = await context.newPage();
    complaints = complaintsOf(page);
  }

  /** The list is a view: it has the pair within moments. */
  async function open(): Promise<void> {
    for (let tries = 0; tries < 100; tries += 1) {
      await page.goto(`${backbone.origin}/reviews`);
      await page.waitForFunction("document.getElementById('count').textContent !== ''");
      if ((await page.locator('#list .item').count()) > 0) return;
    }
    throw new Error('The pair did not come');
  }
  const cell = (field: string) => page.locator(`#pair tr[data-field="${field}"] td`).allTextContents();

  it('shows two records side by side, merges them, and offers the way back at once', async () => {
    await open();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.locator('#list .item').first().click();
    await page.locator('#pair table').waitFor();
    expect(await cell('name')).toEqual(['Nguyễn Thị Hoa', 'Nguyễn Thị Hoa', expect.stringContaining('✓ giống')]);
    expect((await cell('visits')).join()).toContain('1: ');
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.fill('#reason', 'cùng địa chỉ');
    await page.click('[data-do="merge-first"]');
    await page.locator('#undo').waitFor();
    expect(await page.locator('#message').textContent()).toContain('Đã gộp hai hồ sơ.');
    expect(await page.locator('#pair').textContent()).toContain('Hồ sơ 1 được giữ lại.');
    expect(await page.locator('#list .item').count()).toBe(0);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.click('#undo');
    await page.getByText('Đã tách hai hồ sơ.').waitFor();
    await page.selectOption('#status', 'dismissed');
    await page.locator('#list .item').first().waitFor();
    expect(complaints).toEqual([]);
  });

  it('is used by the keyboard alone, in English too', async () => {
    await open();
    await page.locator('#language').focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('h1').textContent()).toContain('Records that may be one person');
    await page.locator('#list .item').first().focus();
    await page.keyboard.press('Enter');
    await page.locator('[data-do="dismiss"]').waitFor();
    expect(await page.evaluate<string>('document.activeElement.id')).toBe('pair');
    await page.locator('[data-do="dismiss"]').focus();
    await page.keyboard.press('Enter');
    await page.getByText('Noted as two people.').waitFor();
    expect(complaints).toEqual([]);
  });

  it('fits a telephone', async () => {
    await context.close();
    await enter({ width: 390, height: 800 });
    await open();
    await page.locator('#list .item').first().click();
    await page.locator('[data-do="merge-first"]').waitFor();
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    expect(await accessibilityFaults(page)).toEqual([]);
  });
});
