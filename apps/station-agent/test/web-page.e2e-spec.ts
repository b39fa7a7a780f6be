import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { WebPage } from '../src/pages/web-page.js';
import { AgentHarness, until } from './agent-harness.js';
import { accessibilityFaults, complaintsOf, describeInBrowser, openBrowser } from '#deploy/local/src/test-browser.js';
import { accepted, problem, refusal } from './scripted-server.js';

describeInBrowser('the page of the station agent', () => {
  let browser: Browser;
  let given: AgentHarness;
  let served: WebPage;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    given = await AgentHarness.open();
    served = await WebPage.open(await given.start(), 0);
    context = await browser.newContext({ viewport: { width: 390, height: 800 } });
    page = await context.newPage();
  });
  afterEach(async () => {
    await context.close();
    await served.close();
    await given.close();
  });

  const refuseOne = async (): Promise<void> => {
    given.server.script = (received) =>
      received.body.toString().includes('bad') ? refusal(received) : accepted(received);
    given.drop('<b>hỏng<b>.xml', '<A>bad</A>');
    given.drop('tốt.xml', '<A>good</A>');
    await until('one of each', () => given.names('sent').length === 2 && given.names('refused').length === 3);
  };

  it('shows refusals first, with their faults, and is without a fault of access on a telephone', async () => {
    const complaints = complaintsOf(page);
    await refuseOne();
    await page.goto(served.address);
    await page.locator('#refused .name').waitFor();
    expect(await page.textContent('#count-refused')).toBe('1');
    expect(await page.textContent('#sent .name')).toBe('tốt.xml');
    await page.click('#refused button:has-text("Xem lỗi")');
    await page.locator('#refused .details:has-text("Thiếu.")').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    expect(complaints).toEqual([]);
  });

  it('sends a refused file again when asked, and shows it as sent without being loaded anew', async () => {
    await refuseOne();
    await page.goto(served.address);
    given.server.script = accepted;
    await page.click('#refused button:has-text("Gửi lại")');
    await page.locator('#sent li:nth-child(2)').waitFor();
    expect(await page.locator('#refused-section').isHidden()).toBe(true);
    expect(given.names('refused')).toEqual([]);
  });

  it('says that a refusal is dealt with, and leaves the file', async () => {
    await refuseOne();
    await page.goto(served.address);
    await page.click('#refused button:has-text("Đã xử lý")');
    await page.locator('#refused-section').waitFor({ state: 'hidden' });
    expect(given.names('refused')).toHaveLength(3);
  });

  it('pauses and goes on', async () => {
    await page.goto(served.address);
    await page.locator('#line:not(:empty)').waitFor();
    await page.click('#pause');
    await page.locator('#line.paused').waitFor();
    given.drop('a.xml', '<A/>');
    await page.locator('#waiting .name:has-text("a.xml")').waitFor();
    expect(given.server.received).toEqual([]);
    await page.click('#pause');
    await page.locator('#sent .name:has-text("a.xml")').waitFor();
  });

  it('says why nothing goes out and when it is tried again; “send now” does so at once', async () => {
    given.server.script = () => problem(503, 'unavailable', {}, { 'retry-after': '600' });
    await page.goto(served.address);
    given.drop('a.xml', '<A/>');
    await page.locator('#next:has-text("Thử lại sau")').waitFor();
    expect(await page.textContent('#line')).toContain('Máy chủ đang bận');
    expect(await accessibilityFaults(page)).toEqual([]);
    given.server.script = accepted;
    await page.click('#send-now');
    await page.locator('#line.good').waitFor();
  });

  it('asks for another token when its own is refused', async () => {
    given.server.script = () => problem(401, 'unauthorised');
    given.drop('a.xml', '<A/>');
    await page.goto(served.address);
    await page.locator('#line:has-text("không chấp nhận mã truy cập")').waitFor();
    given.server.script = accepted;
    given.saveToken('second-token');
    await page.locator('#line.good').waitFor();
  });

  it('speaks English when asked, and remembers it', async () => {
    await page.goto(served.address);
    await page.click('#language');
    expect(await page.textContent('#waiting-title')).toBe('Waiting to be sent');
    await page.reload();
    await page.locator('#waiting-title:has-text("Waiting to be sent")').waitFor();
    expect(await page.getAttribute('html', 'lang')).toBe('en');
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it('says so when the agent is gone', async () => {
    await page.goto(served.address);
    await page.locator('#line:not(:empty)').waitFor();
    await served.close();
    await page.locator('#line.lost').waitFor();
    expect(await page.textContent('#line')).toContain('đã dừng');
  });
});
