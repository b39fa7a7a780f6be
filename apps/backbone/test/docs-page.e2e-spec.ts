import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { accessibilityFaults, complaintsOf, describeInBrowser, openBrowser } from '#deploy/local/src/test-browser.js';
import { type OwnServer, startServer } from '../src/verify/own-server.js';

describeInBrowser('the page of the API', () => {
  let folder: string;
  let server: OwnServer;
  let browser: Browser;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'docs-'));
    server = await startServer({ DATA_DIR: join(folder, 'data'), SECRETS_FILE: join(folder, 'k', 'k.json') }, [
      '--empty',
    ]);
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('shows every call, finds one by a word, and needs no token', async () => {
    const page = await browser.newPage();
    const complaints = complaintsOf(page);
    await page.goto(`${server.origin}/docs`);
    const document = (await (await fetch(`${server.origin}/openapi.json`)).json()) as { paths: Record<string, object> };
    const calls = Object.values(document.paths).flatMap((item) => Object.keys(item)).length;
    await page.locator('details').first().waitFor();
    expect(await page.locator('details').count()).toBe(calls);

    await page.getByLabel('Lọc').fill('giấy kết quả');
    expect(await page.locator('details:visible summary').allInnerTexts()).toEqual([]);
    await page.getByLabel('Lọc').fill('trả kết quả');
    expect(await page.locator('details:visible summary').allInnerTexts()).toEqual([
      expect.stringContaining('/referrals/{id}/answer'),
    ]);
    await page.locator('details:visible summary').click();
    expect(await page.locator('details:visible').innerText()).toContain('referrals.write');

    await page.getByLabel('Lọc').fill('');
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
