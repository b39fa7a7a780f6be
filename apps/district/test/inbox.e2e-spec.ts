import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { addDays, type DateTime, dayOf } from '#domain/dates.js';
import type { FacilityCode, ResidentId } from '#domain/ids.js';
import type { ReferralDocument } from '../src/show-referral/referral-document.js';
import { accessibilityFaults, complaintsOf, describeInBrowser, openBrowser } from '#deploy/local/src/test-browser.js';
import { type DistrictHarness, hospital, openDistrict, paperOf, provincial, station } from './district-harness.js';

const yesterday = `${addDays(dayOf(Date.now()), -1)}T08:00:00+07:00` as DateTime;

describeInBrowser('the inbox page', () => {
  let browser: Browser;
  let district: DistrictHarness;
  let residents: ResidentId[];
  let context: BrowserContext;
  let page: Page;
  let complaints: readonly string[];

  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());

  beforeEach(async () => {
    district = await openDistrict();
    residents = [await district.register('Nông Thị Thử', 1961), await district.register('Ma Văn Mẫu', 1948)];
    await issue('CT-1', 0);
    await issue('CT-2', 1);
    [context, page] = await enter(hospital);
    complaints = complaintsOf(page);
  });
  afterEach(async () => {
    await context.close();
    await district.close();
  });

  const issue = (number: string, resident: number): Promise<void> =>
    district.record(
      paperOf(number, residents[resident] ?? residents[0] ?? ('' as ResidentId), { issuedAt: yesterday }),
    );
  const idOf = (number: string): string => `${station}.${number}`;
  const document = async (number: string): Promise<ReferralDocument> =>
    (await district.get<ReferralDocument>(`/referrals/${idOf(number)}`, hospital)).body;

  /** A window of somebody who is logged in. */
  async function enter(facility: FacilityCode, size = { width: 1280, height: 800 }): Promise<[BrowserContext, Page]> {
    const opened = await browser.newContext({ viewport: size, locale: 'vi-VN', timezoneId: 'UTC' });
    const token = await district.token(facility.startsWith('08Z0') ? 'hospital' : 'station', facility);
    await opened.addCookies([
      { name: 'lt_session', value: token, url: district.address, httpOnly: true, sameSite: 'Strict' },
    ]);
    return [opened, await opened.newPage()];
  }

  const names = (of: Page = page) => of.locator('#list .who').allTextContents();
  const step = (name: string, of: Page = page) => of.locator(`#referral .steps button[data-step="${name}"]`);
  const confirm = (of: Page = page) => of.locator('dialog button[type=submit]').click();
  async function open(number: string, of: Page = page): Promise<void> {
    await of.locator(`#list .item[data-id="${idOf(number)}"]`).click();
    await of.locator('#referral-title').waitFor();
  }

  it('sends whoever is not logged in to the login page and back', async () => {
    const stranger = await browser.newContext();
    const window = await stranger.newPage();
    await window.goto(`${district.address}/inbox`);
    expect(window.url()).toBe(`${district.address}/login?next=%2Finbox`);
    await window.fill('#token', await district.token('hospital', hospital));
    await window.click('button[type=submit]');
    await window.waitForURL(`${district.address}/inbox`);
    await window.locator('#list .item').first().waitFor();
    expect(await names(window)).toHaveLength(2);
    await stranger.close();
  });

  it('shows the worklist in Vietnamese, without a fault of access, and in English at a touch', async () => {
    await page.goto(`${district.address}/inbox`);
    await page.locator('#list .item').first().waitFor();
    expect(await names()).toEqual(['Ma Văn Mẫu, sinh 1948, nữ', 'Nông Thị Thử, sinh 1961, nữ']);
    expect(await page.locator('#me').textContent()).toBe('Trung tâm Y tế Lâm Bình (giả lập) (08Z01)');
    await page.locator('#line.live').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await open('CT-1');
    expect(await page.locator('#referral .timeline li').allTextContents()).toHaveLength(1);
    expect(await page.locator('#referral').textContent()).toContain('I10 Tăng huyết áp vô căn');
    expect(await page.locator('#referral a').getAttribute('href')).toBe(`/records/${residents[0]}`);
    expect(await accessibilityFaults(page)).toEqual([]);
    await step('decline').click();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.click('#language');
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    expect(await names()).toContain('Nông Thị Thử, born 1961, female');
    expect(await step('accept').textContent()).toBe('Accept');
    expect(complaints).toEqual([]);
  });

  it('takes a referral through its whole way', async () => {
    await page.goto(`${district.address}/inbox`);
    await open('CT-1');
    await step('accept').click();
    await page.fill('dialog [name=appointment]', '2099-01-04T08:00');
    await confirm();
    await page.locator('#message.good').waitFor();
    expect(await document('CT-1')).toMatchObject({ status: 'accepted', appointment: '2099-01-04T08:00:00+07:00' });

    await step('arrive').click();
    await page.fill('dialog [name=episode]', '08Z01.202611.00007');
    await confirm();
    await step('answer').waitFor();

    await step('answer').click();
    expect(await page.inputValue('dialog [name=main]')).toBe('I10');
    await page.fill('dialog [name=main]', 'tăng huyết áp');
    await confirm();
    expect(await page.textContent('#fault-main')).toBe('Mã ICD-10 có dạng I10 hoặc E11.9.');
    await page.fill('dialog [name=main]', 'i10');
    await page.fill('dialog [name=others]', 'E11.9; j44.9');
    await page.selectOption('dialog [name=treatmentResult]', '2');
    await page.fill('dialog [name=treatment]', 'Amlodipin 5mg');
    await confirm();
    await page.locator('#referral .standing .answered').waitFor();
    expect((await document('CT-1')).answers).toEqual([
      {
        episode: '08Z01.202611.00007',
        diagnoses: [
          { code: 'I10', role: 'main' },
          { code: 'E11.9', role: 'comorbidity' },
          { code: 'J44.9', role: 'comorbidity' },
        ],
        treatmentResult: '2',
        treatment: 'Amlodipin 5mg',
      },
    ]);

    await step('refer-back').click();
    await page.fill('dialog [name=number]', 'V-7');
    await confirm();
    await page.locator('#referral .standing .referred-back').waitFor();
    expect(await document('CT-1')).toMatchObject({
      status: 'referred-back',
      back: { paper: { number: 'V-7', from: hospital, to: station } },
    });
    expect(await page.locator('#referral .timeline li').count()).toBe(5);
    expect(complaints).toEqual([]);
  });

  it('asks for a reason, and tells what cannot be taken back', async () => {
    await page.goto(`${district.address}/inbox`);
    await open('CT-1');
    await step('redirect').click();
    expect(await page.textContent('#step-guide')).toContain('Không rút lại được');
    await confirm();
    expect(await page.textContent('#fault-to')).toBe('Hãy điền mục này.');
    expect((await document('CT-1')).status).toBe('issued');
    await page.selectOption('dialog [name=to]', provincial);
    await page.fill('dialog [name=reason]', 'Vượt khả năng');
    await confirm();
    await page.locator('#referral .standing .redirected').waitFor();
    expect(await page.locator('#referral .steps').count()).toBe(0);
    await page.locator('#list .item').nth(1).waitFor({ state: 'detached' });
    expect(await names()).toEqual(['Ma Văn Mẫu, sinh 1948, nữ']);
  });

  it('moves by itself when something happens elsewhere, within a second', async () => {
    await page.goto(`${district.address}/inbox`);
    await open('CT-1');
    await page.locator('#line.live').waitFor();
    const began = Date.now();
    await issue('CT-3', 1);
    await page.locator(`#list .item[data-id="${idOf('CT-3')}"]`).waitFor({ timeout: 1_000 });
    expect(Date.now() - began).toBeLessThan(1_000);
    expect(await page.textContent('#message')).toBe('Có giấy chuyển mới từ Trạm Y tế Xã Phúc Yên (giả lập).');
    await district.post(`/referrals/${idOf('CT-1')}/cancel`, station, '"0"', { reason: 'Người bệnh không đi' });
    await page.locator('#referral .standing .cancelled').waitFor({ timeout: 1_000 });
    await page.locator(`#list .item[data-id="${idOf('CT-1')}"]`).waitFor({ state: 'detached', timeout: 1_000 });
    expect(await names()).toHaveLength(2);
  });

  it('tells when somebody else was first, and shows what is now', async () => {
    await page.goto(`${district.address}/inbox`);
    await open('CT-1');
    // The page must not hear of it before the button is pressed.
    await page.route('**/referrals/feed*', (route) => route.abort());
    await step('accept').click();
    await district.post(`/referrals/${idOf('CT-1')}/cancel`, station, '"0"', { reason: 'Người bệnh không đi' });
    await confirm();
    await page.locator('#message.bad').waitFor();
    expect(await page.textContent('#message')).toContain('Người khác vừa thay đổi giấy chuyển này');
    await page.locator('#referral .standing .cancelled').waitFor();
    expect((await document('CT-1')).status).toBe('cancelled');
  });

  it('says that nothing was recorded when the line is gone, and keeps what was written', async () => {
    await page.goto(`${district.address}/inbox`);
    await open('CT-1');
    await step('decline').click();
    await page.fill('dialog [name=reason]', 'Hết giường');
    await page.route('**/decline', (route) => route.abort());
    await confirm();
    await page.locator('dialog form > .fault:not(:empty)').waitFor();
    expect(await page.textContent('dialog form > .fault')).toContain('Chưa ghi gì');
    await page.unroute('**/decline');
    await confirm();
    await page.locator('#referral .standing .declined').waitFor();
    expect(await document('CT-1')).toMatchObject({ status: 'declined', reason: 'Hết giường' });
  });

  it('is used with the keyboard alone', async () => {
    await page.goto(`${district.address}/inbox`);
    await page.locator('#list .item').first().waitFor();
    await page.locator('#list .item').first().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.locator('#referral-title').waitFor();
    expect(await page.textContent('#referral-title')).toContain('Nông Thị Thử');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.locator('dialog').waitFor();
    await page.keyboard.press('Enter');
    await page.locator('#referral .standing .received').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('#list .item:focus').waitFor();
    await page.locator('#tab-incoming').focus();
    await page.keyboard.press('ArrowRight');
    await page.locator('#tab-outgoing[aria-selected=true]:focus').waitFor();
    expect((await document('CT-1')).status).toBe('received');
  });

  it('fits a phone: the list, then one referral, and back', async () => {
    const [phone, window] = await enter(hospital, { width: 360, height: 740 });
    await window.goto(`${district.address}/inbox`);
    await open('CT-1', window);
    expect(await window.locator('#list').isVisible()).toBe(false);
    expect(await window.evaluate<boolean>('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
    expect(await accessibilityFaults(window)).toEqual([]);
    await window.goBack();
    await window.locator('#list .item').first().waitFor();
    expect(await window.locator('#referral').isVisible()).toBe(false);
    expect(await window.evaluate<boolean>('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
    await phone.close();
  });

  it('prints the paper and nothing else', async () => {
    await page.goto(`${district.address}/inbox`);
    await open('CT-1');
    await page.evaluate('window.print = () => {}');
    await page.click('.print');
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('header').isVisible()).toBe(false);
    const printed = await page.locator('#printed').innerText();
    for (const text of [
      'PHIẾU CHUYỂN CƠ SỞ KHÁM BỆNH, CHỮA BỆNH',
      'CT-1',
      'Nông Thị Thử',
      'Trung tâm Y tế Lâm Bình (giả lập)',
      'I10',
    ]) {
      expect(printed).toContain(text);
    }
  });

  it('shows the station what it has sent, and lets it cancel', async () => {
    const [desk, window] = await enter(station);
    await window.goto(`${district.address}/inbox#tab=outgoing&state=all`);
    await open('CT-2', window);
    expect(await window.locator('#referral .steps button').allTextContents()).toEqual(['Hủy giấy chuyển']);
    await step('cancel', window).click();
    await window.fill('dialog [name=reason]', 'Người bệnh không đi');
    await confirm(window);
    await window.locator('#referral .standing .cancelled').waitFor();
    expect((await document('CT-2')).status).toBe('cancelled');
    await desk.close();
  });

  it('shows names and notes as text, never as markup', async () => {
    residents.push(await district.register('<img src=x onerror=alert(1)>', 1990));
    await issue('CT-9', 2);
    await page.goto(`${district.address}/inbox`);
    await open('CT-9');
    expect(await page.textContent('#referral-title')).toContain('<img src=x onerror=alert(1)>');
    expect(await page.locator('main img').count()).toBe(0);
    expect(complaints).toEqual([]);
  });
});
