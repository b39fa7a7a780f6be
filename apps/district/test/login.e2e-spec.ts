import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { accessibilityFaults, complaintsOf, describeInBrowser, openBrowser } from '#deploy/local/src/test-browser.js';
import { type DistrictHarness, hospital, openDistrict, station } from './district-harness.js';

describeInBrowser('the login page', () => {
  let browser: Browser;
  let district: DistrictHarness;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    [browser, district] = await Promise.all([openBrowser(), openDistrict()]);
  });
  afterAll(async () => {
    await browser.close();
    await district.close();
  });
  beforeEach(async () => {
    context = await browser.newContext();
    page = await context.newPage();
  });
  afterEach(() => context.close());

  const message = () => page.locator('#message:not(:empty)');

  it('is without a fault of access, also when it refuses', async () => {
    const complaints = complaintsOf(page);
    await page.goto(`${district.address}/login`);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.type('abc');
    await page.click('button[type=submit]');
    await message().waitFor();
    expect(await message().textContent()).toBe('Đây không phải là mã truy cập.This is not an access token.');
    expect(await accessibilityFaults(page)).toEqual([]);
    // The browser itself notes the two refused requests; nothing else.
    expect(complaints.filter((text) => !/status of 40[01]/.test(text))).toEqual([]);
  });

  it('takes a token broken by spaces, and begins at the caller’s own page', async () => {
    await page.goto(`${district.address}/login`);
    const token = await district.token('station', station);
    await page.fill('#token', `  ${token.slice(0, 40)}\n${token.slice(40)} `);
    await page.click('button[type=submit]');
    await page.waitForURL(`${district.address}/inbox`);
    const [cookie] = await context.cookies();
    expect(cookie).toMatchObject({ name: 'lt_session', value: token, httpOnly: true, sameSite: 'Strict' });
  });

  it('takes a token from a link and leaves it nowhere in the address', async () => {
    await page.goto(
      `${district.address}/login?next=/inbox%23tab=outgoing#token=${await district.token('hospital', hospital)}`,
    );
    await page.waitForURL(`${district.address}/inbox#tab=outgoing`);
    expect(await page.evaluate<string>('document.referrer')).not.toContain('token=');
    await page.goBack().catch(() => undefined);
    expect(page.url()).not.toContain('token=');
  });

  it('does not swap the user under somebody who is at work', async () => {
    await page.goto(`${district.address}/login#token=${await district.token('hospital', hospital)}`);
    await page.waitForURL(`${district.address}/inbox`);
    await page.goto('about:blank');
    await page.goto(`${district.address}/login#token=${await district.token('station', station)}`);
    await page.locator('#current').waitFor();
    expect(await page.textContent('#current-who')).toContain(hospital);
    expect(page.url()).toBe(`${district.address}/login`);
    await page.click('button[type=submit]');
    await page.waitForURL(`${district.address}/inbox`);
    await page.locator('#me:has-text("08Z11")').waitFor();
  });

  it('goes nowhere else after the login', async () => {
    await page.goto(`${district.address}/login?next=//elsewhere.example/`);
    await page.fill('#token', await district.token('hospital', hospital));
    await page.click('button[type=submit]');
    await page.waitForURL(`${district.address}/inbox`);
    expect(new URL(page.url()).origin).toBe(district.address);
  });

  it('logs out from the inbox', async () => {
    await page.goto(`${district.address}/login#token=${await district.token('hospital', hospital)}`);
    await page.waitForURL(`${district.address}/inbox`);
    await page.click('#log-out');
    await page.waitForURL(`${district.address}/login`);
    expect(await context.cookies()).toEqual([]);
  });
});
