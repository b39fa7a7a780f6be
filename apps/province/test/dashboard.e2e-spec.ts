import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { livesIn, residentId, visitRecorded } from './support/events.js';
import { chromiumPath, openBrowser } from './support/browser.js';
import { sampleProvince } from './support/sample-province.js';
import { Service } from './support/service.js';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const desktop = { width: 1280, height: 900 };
const phone = { width: 390, height: 844 };

if (!chromiumPath) {
  process.stderr.write(
    '\nSKIPPED: the dashboard was not tested in a browser, for there is no Chromium (apt-get install chromium).\n',
  );
}
const describeInBrowser = chromiumPath ? describe : describe.skip;

describeInBrowser('the dashboard in a browser', () => {
  let service: Service;
  let browser: Browser;
  let context: BrowserContext;
  const broken: string[] = [];

  beforeAll(async () => {
    service = await Service.start();
    await service.tell(sampleProvince());
    browser = await openBrowser();
    context = await browser.newContext({ viewport: desktop, locale: 'vi-VN' });
    await context.addCookies([{ name: 'lt_session', value: service.sessionToken, url: service.origin }]);
  });

  afterAll(async () => {
    await browser.close();
    await service.stop();
  });

  async function open(path: string, size = desktop): Promise<Page> {
    const page = await context.newPage();
    await page.setViewportSize(size);
    page.on('pageerror', (error) => broken.push(error.message));
    page.on('console', (message) => message.type() === 'error' && broken.push(message.text()));
    await page.goto(`${service.origin}${path}`);
    await page.locator('#places table').waitFor();
    return page;
  }

  const valueOf = (page: Page, code: string) =>
    page.locator(`[data-indicator="${code}"] .value`).getAttribute('data-value');

  async function violationsOf(page: Page): Promise<readonly string[]> {
    // The policy of the page allows no foreign script: this one comes by the debugger.
    await page.evaluate(axeSource);
    return page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: {
          run: (
            options: object,
          ) => Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>;
        };
      };
      const { violations } = await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] });
      return violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0]?.html.slice(0, 120)}`);
    });
  }

  it('changes by itself within a second of a visit that is recorded', async () => {
    const page = await open('/?place=08&period=2026');
    await page.locator('#connection[data-state="live"]').waitFor();
    const before = Number(await valueOf(page, 'visits'));
    expect(before).toBeGreaterThan(100);
    const told = Date.now();
    await service.tell([
      visitRecorded(residentId(1), { episode: 'new', start: '2026-11-21T08:00:00+07:00', residence: livesIn('02266') }),
    ]);
    await page.locator(`[data-indicator="visits"] .value[data-value="${before + 1}"]`).waitFor({ timeout: 1_000 });
    expect(Date.now() - told).toBeLessThan(1_000);
    await expect(page.locator('#places tbody tr').first().textContent()).resolves.toContain('%');
    await page.close();
  });

  it('goes from the province to a commune and back, by keyboard too', async () => {
    const page = await open('/?place=08&period=2026');
    const whole = Number(await valueOf(page, 'visits'));
    await page.locator('#places a.drill', { hasText: 'Xã Lâm Bình' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('#place-name', { hasText: 'Xã Lâm Bình' }).waitFor();
    expect(new URL(page.url()).searchParams.get('place')).toBe('commune:02266');
    const part = Number(await valueOf(page, 'visits'));
    expect(part).toBeGreaterThan(0);
    expect(part).toBeLessThan(whole);
    await page.locator('#trail a', { hasText: 'Tuyên Quang' }).click();
    await page.locator('#place-name', { hasText: 'Tuyên Quang' }).waitFor();
    expect(Number(await valueOf(page, 'visits'))).toBe(whole);
    await page.goBack();
    await page.locator('#place-name', { hasText: 'Xã Lâm Bình' }).waitFor();
    await page.close();
  });

  it('shows another period, another split and another language', async () => {
    const page = await open('/?place=08&period=2026');
    await page.locator('#period-kinds label', { hasText: 'Tháng' }).click();
    await page.locator('#period-name', { hasText: /Tháng \d\d\/2026/ }).waitFor();
    await page.locator('#earlier').click();
    expect(new URL(page.url()).searchParams.get('period')).toMatch(/^2026-\d\d$/);
    await page.locator('#places label', { hasText: 'Theo cơ sở' }).click();
    await page.locator('#places a.drill', { hasText: 'Cơ sở 08Z11' }).waitFor();
    await page.locator('#language').click();
    await page.locator('h1', { hasText: 'Health indicators of the province' }).waitFor();
    await expect(page.locator('html').getAttribute('lang')).resolves.toBe('en');
    await page.locator('#language').click();
    await page.close();
  });

  it('says in words what it cannot show', async () => {
    const page = await context.newPage();
    await page.goto(`${service.origin}/?place=nowhere&period=2026`);
    await page.locator('#problem:not([hidden])').waitFor();
    await expect(page.locator('#problem').textContent()).resolves.toContain('place phải là mã');
    await page.close();
  });

  it('counts again from the log when asked, and shows that all is equal', async () => {
    const page = await open('/?place=08&period=2026');
    await page.locator('#recount').click();
    await page.locator('#reconciliation .verdict[data-met="yes"]').waitFor();
    await expect(page.locator('#reconciliation tbody tr').count()).resolves.toBe(18);
    expect(await violationsOf(page)).toEqual([]);
    await page.close();
  });

  it.each([
    ['on a desk', desktop],
    ['on a phone', phone],
  ])('has no violation of WCAG 2.2 AA and does not scroll sideways %s', async (_, size) => {
    const page = await open('/?place=08&period=2026', size);
    await page.locator('#connection[data-state="live"]').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    expect(overflow).toBe(0);
    await page.close();
  });

  it('sends whoever is not logged in to the login page', async () => {
    const stranger = await browser.newContext();
    const page = await stranger.newPage();
    await page.goto(`${service.origin}/?place=08`);
    expect(new URL(page.url()).pathname).toBe('/login');
    await stranger.close();
  });

  it('did all this without an error on the page', () => {
    expect(broken).toEqual([]);
  });
});
