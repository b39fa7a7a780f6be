import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Bundle, Observation } from '@medplum/fhirtypes';
import type { Browser, Page, Route } from 'playwright-core';
import { accessibilityFaults, describeInBrowser, openBrowser } from '#deploy/local/src/test-browser.js';
import { AuditReader } from '#security/audit/audit-reader.js';
import { residentStream } from '#domain/streams.js';
import { type FhirServer, type Identity, startFhirServer } from '../fhir-server.js';
import { EventLog, facility } from '../recorded-events.js';
import { type ExampleRecord, exampleRecord, hospital, nationalId, station, strangers } from './example-record.js';
import { desktop, enter, fitsItsWidth, openRecord, originOf, phone, settled, type Window } from './record-browser.js';

const clinician: Identity = { kind: 'clinician' };
const atStation: Identity = { kind: 'station', facility: station };

describeInBrowser('the page of a record', () => {
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
  beforeEach(async () => {
    window = await enter(browser, server, clinician);
    page = window.page;
  });
  afterEach(() => window.close());

  const text = (selector: string, of: Page = page): Promise<string> => of.locator(selector).innerText();
  const cells = (table: string, of: Page = page): Promise<string[][]> =>
    of.evaluate<string[][]>(
      `[...document.querySelectorAll('${table} tbody tr')].map((row) => [...row.children].map((cell) => cell.textContent))`,
    );
  async function observations(query: string, as: Identity): Promise<readonly Observation[]> {
    const headers = { authorization: `Bearer ${await server.token(as)}` };
    const answer = await fetch(`${server.base}/Observation?patient=${record.hoa}&_sort=-date&${query}`, { headers });
    return ((await answer.json()) as Bundle<Observation>).entry?.flatMap(({ resource }) => resource ?? []) ?? [];
  }

  it('shows who it is, warnings first, and every part of the record', async () => {
    await openRecord(page, server, record.hoa);
    expect(await text('h1')).toMatch(/^Nông Thị Hòa · nữ · \d\d tuổi$/);
    expect(await page.title()).toBe('Nông Thị Hòa · Liên Tuyến');
    const who = await text('#person-rows');
    expect(who).toContain('02/08/1951');
    expect(who).toContain('008•••••0017');
    expect(who).not.toContain(nationalId);
    expect(who).toContain('Trạm Y tế Xã Phúc Yên (giả lập)');
    await page.click('#reveal');
    expect(await text('#person-rows')).toContain(nationalId);
    expect(await page.locator('#reveal:focus').getAttribute('aria-pressed')).toBe('true');

    expect(await text('#allergies')).toMatch(/Penicillin.*nổi mề đay/);
    expect(await text('#problems')).toContain('I10 Tăng huyết áp vô căn');
    expect(await text('#medicines')).toContain('Amlodipin 5mg');
    expect(await text('#medicines')).toContain('Ngày 1 lần, Uống sau ăn');
    expect(await text('#signs')).toContain('61,5 kg');
    expect(await text('#referrals')).toContain('Trạm Y tế Xã Phúc Yên (giả lập) → Trung tâm Y tế Lâm Bình (giả lập)');
    expect(await text('#referrals .chip')).toBe('Đã phản hồi');
    await page.click('#referrals summary');
    expect(await text('#referrals')).toContain('Chỉnh liều Amlodipin');
    expect(await text('#programmes')).toContain('Quản lý tăng huyết áp');
    expect(await cells('#vaccines-table')).toEqual([
      ['Cúm mùa', '1', '10/04/2026', 'GL-17', 'Trạm Y tế Xã Phúc Yên (giả lập)', ''],
    ]);
    expect(await text('#history')).toContain('Hút thuốc lá, thuốc lào: Không');
    expect(await text('#consents')).toContain('Người bệnh chưa nói gì');
    expect(await page.locator('#readers').isVisible()).toBe(false);
    expect(window.complaints).toEqual([]);
  });

  it('charts what FHIR says, against the targets', async () => {
    await openRecord(page, server, record.hoa);
    const panels = await observations('code=85354-9', clinician);
    const parts = panels.map(({ component = [] }) =>
      component.map(({ valueQuantity }) => String(valueQuantity?.value)),
    );
    expect(parts).toHaveLength(3);
    expect((await cells('#bp-table')).map((row) => row.slice(1, 3))).toEqual(parts);
    expect(await page.locator('#blood-pressure .reading').count()).toBe(3);
    expect((await cells('#bp-table')).map((row) => row[3])).toEqual([
      'ngoài mục tiêu',
      'ngoài mục tiêu',
      'ngoài mục tiêu',
    ]);
    // 65 years and over, with diabetes.
    expect(await text('#blood-pressure .target-line')).toBe('Mục tiêu điều trị: dưới 130/80 mmHg (QĐ 5904/2019)');

    const numbers = (found: readonly Observation[]) =>
      found.map(({ valueQuantity }) => String(valueQuantity?.value).replace('.', ','));
    const glucose = numbers(await observations('code=14771-0', clinician));
    expect((await cells('#glucose-table')).map((row) => row[1])).toEqual(glucose);
    expect(glucose).toEqual(['6,8', '9,4']);
    expect((await cells('#glucose-table')).map((row) => row[3])).toEqual(['trong mục tiêu', 'ngoài mục tiêu']);
    const hba1c = numbers(await observations('code=4548-4', clinician));
    expect((await cells('#hba1c-table')).map((row) => row[1])).toEqual(hba1c);
    // Higher values stand higher.
    const heights = await page.evaluate<number[]>(
      "[...document.querySelectorAll('#glucose .mark.hba1c')].map((mark) => Number(mark.getAttribute('cy')))",
    );
    expect(heights[0]).toBeLessThan(heights[1] ?? 0);
  });

  it.each([
    ['at a desk', desktop],
    ['on a phone', phone],
  ])(
    'has no fault of access %s: now, in the past, in English, with everything opened, in the dialog',
    async (_, size) => {
      const desk = await enter(browser, server, clinician, size);
      await openRecord(desk.page, server, record.hoa);
      const faults = [await accessibilityFaults(desk.page)];
      expect(await fitsItsWidth(desk.page)).toBe(true);
      await desk.page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
      faults.push(await accessibilityFaults(desk.page));
      expect(await fitsItsWidth(desk.page)).toBe(true);
      await desk.page.click('#earlier');
      await settled(desk.page);
      faults.push(await accessibilityFaults(desk.page));
      await desk.page.click('#language');
      expect(await text('#problems-title', desk.page)).toBe('Problems');
      faults.push(await accessibilityFaults(desk.page));
      await desk.page.click('#open-emergency');
      faults.push(await accessibilityFaults(desk.page));
      expect(faults).toEqual([[], [], [], [], []]);
      expect(desk.complaints).toEqual([]);
      await desk.close();
    },
  );

  it('hides what is protected, and says so', async () => {
    await openRecord(page, server, record.hoa);
    expect(await text('.hidden-part')).toContain('Một phần hồ sơ này được bảo vệ');
    await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
    const shown = await text('body');
    for (const secret of ['Efavirenz', 'HIV', 'B20', 'F32', 'trầm cảm', '121/79']) expect(shown).not.toContain(secret);
    expect(await page.content()).not.toMatch(/Efavirenz|B20|F32/);
    expect(await text('#timeline')).toContain('(một phần không hiện)');
  });

  it('is opened in an emergency with a reason, for that record alone, and closed again', async () => {
    await openRecord(page, server, record.hoa);
    const before = server.appended.length;
    await page.click('#open-emergency');
    await page.keyboard.type('vì');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.locator('#reason-fault:not(:empty)').waitFor();
    expect(server.appended.length).toBe(before);
    await page.fill('#reason', 'Hôn mê, cần biết thuốc đang dùng');
    await page.click('dialog button[type=submit]');
    await page.locator('#close-emergency').waitFor();
    await settled(page);
    expect(await text('.emergency')).toMatch(/^Đang mở khẩn cấp đến \d\d:\d\d/);
    expect(await text('#medicines')).toContain('Efavirenz 600mg');
    expect(await text('#problems')).toContain('B20 Bệnh HIV');
    expect((await cells('#bp-table')).map((row) => row.slice(1, 3))).toContainEqual(['121', '79']);
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(server.appended.slice(before)).toEqual([
      expect.objectContaining({
        type: 'EmergencyAccessOpened',
        data: expect.objectContaining({ resident: record.hoa, reason: 'Hôn mê, cần biết thuốc đang dùng' }),
      }),
    ]);
    // It lasts while the page is loaded again, and goes for no other record.
    await page.reload();
    await settled(page);
    expect(await text('#medicines')).toContain('Efavirenz 600mg');
    await page.click('#earlier');
    await settled(page);
    expect(await text('#medicines')).toContain('Efavirenz 600mg');
    await page.click('#close-emergency');
    await page.locator('#open-emergency').waitFor();
    await settled(page);
    expect(await text('#record')).not.toContain('Efavirenz');
  });

  it('ends the emergency when the service says that its time is over', async () => {
    await openRecord(page, server, record.hoa);
    const until = new Date(Date.now() + 60_000).toISOString();
    await page.evaluate(
      `sessionStorage.setItem('lien-tuyen-emergency', JSON.stringify({ ticket: 'x', patient: '${record.hoa}', until: '${until}' }))`,
    );
    await page.reload();
    await page.locator('#message:has-text("Đã hết thời gian mở khẩn cấp.")').waitFor();
    await settled(page);
    expect(await page.locator('#open-emergency').isVisible()).toBe(true);
    expect(await text('#record')).not.toContain('Efavirenz');
  });

  it('opens what is not the facility’s to read in an emergency alone', async () => {
    const away = await enter(browser, server, { kind: 'clinician', facility: strangers });
    await away.page.goto(`${originOf(server)}/records/${record.hoa}`);
    await away.page.locator('#message.bad').waitFor();
    expect(await text('#message', away.page)).toContain('Không có hồ sơ này, hoặc bạn không được xem.');
    expect(await away.page.content()).not.toContain('Nông Thị');
    expect(await away.page.locator('#time').isVisible()).toBe(false);
    expect(await accessibilityFaults(away.page)).toEqual([]);
    await away.page.click('[data-does=break-glass-open]');
    await away.page.fill('#reason', 'Tai nạn, cần biết dị ứng');
    await away.page.click('dialog button[type=submit]');
    await settled(away.page);
    expect(await text('#allergies', away.page)).toContain('Penicillin');
    await away.close();
    // A station cannot break the glass.
    const other = await enter(browser, server, { kind: 'station', facility: strangers });
    await other.page.goto(`${originOf(server)}/records/${record.hoa}`);
    await other.page.locator('#message.bad').waitFor();
    expect(await other.page.locator('[data-does=break-glass-open]').count()).toBe(0);
    await other.close();
  });

  it('shows what was known at a moment, stop by stop, and shares it by its address', async () => {
    await openRecord(page, server, record.hoa);
    expect(await page.inputValue('#slider')).toBe(await page.getAttribute('#slider', 'max'));
    expect(await text('#stop')).toBe('Hiện tại');
    await page.focus('#slider');
    await page.keyboard.press('ArrowLeft');
    await page.locator('#slider[aria-valuetext*="lần khám"]').waitFor();
    await settled(page);
    // The newest event is her newest visit: at that stop it is known, at the stop before it is not.
    expect(await text('#medicines')).toContain('20/10/2026');
    await page.keyboard.press('ArrowLeft');
    await page.locator('#slider[aria-valuetext*="trả kết quả"]').waitFor();
    await settled(page);
    expect(await page.locator('#slider:focus').count()).toBe(1);
    expect(await text('#medicines')).not.toContain('20/10/2026');
    expect((await cells('#glucose-table')).map((row) => row[1])).toEqual(['9,4']);
    const at = record.recordedAt(record.beforeNewestVisit);
    expect(new URL(page.url()).searchParams.get('asOf')).toBe(at);
    // 12:00 of the standard time that events are recorded in.
    expect(at).toBe('2026-10-25T12:00:00.000Z');
    expect(await text('#as-of')).toContain('Hồ sơ như đã biết lúc 25/10/2026 19:00:00.');
    // What is in the address is what anybody is shown who opens it.
    const address = new URL(page.url());
    const other = await enter(browser, server, atStation);
    await openRecord(other.page, server, record.hoa, address.search);
    expect((await cells('#glucose-table', other.page)).map((row) => row[1])).toEqual(['9,4']);
    await other.close();
    await page.goBack();
    await page.locator('#slider[aria-valuetext*="lần khám"]').waitFor();
    await settled(page);
    expect((await cells('#glucose-table')).map((row) => row[1])).toEqual(['6,8', '9,4']);
    await page.click('#back-to-now');
    await settled(page);
    expect(await page.locator('#as-of').isVisible()).toBe(false);
    expect(new URL(page.url()).search).toBe('');
  });

  it('goes to a date and time, and says when nothing was known yet', async () => {
    await openRecord(page, server, record.hoa);
    const visit = new Date(Date.parse(record.recordedAt(record.beforeNewestVisit)) + 7 * 3_600_000).toISOString();
    await page.fill('#moment', visit.slice(0, 16));
    await page.click('#show-moment');
    await page.locator('#as-of:visible').waitFor();
    await settled(page);
    expect((await cells('#glucose-table')).map((row) => row[1])).toEqual(['9,4']);
    await page.fill('#moment', '2020-01-01T08:00');
    await page.click('#show-moment');
    await page.locator('body[data-state=none]').waitFor();
    expect(await text('#message')).toContain('Lúc đó hệ thống chưa có hồ sơ của người này.');
    expect(await page.locator('#record').isVisible()).toBe(false);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.locator('#message [data-does=back-to-now]').click();
    await settled(page);
    expect(await text('#problems')).toContain('I10');
  });

  it('is walked with the keyboard alone', async () => {
    await openRecord(page, server, record.hoa);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.className')).toBe('skip');
    await page.keyboard.press('Enter');
    await page.locator('#person-name:focus').waitFor();
    // From the newest reading of a chart to older ones; each says what it is.
    const said: unknown[] = [];
    await page.locator('#blood-pressure .reading[tabindex="0"]').focus();
    for (const key of ['ArrowLeft', 'Home', 'End']) {
      said.push(await page.evaluate("document.activeElement.getAttribute('aria-label')"));
      await page.keyboard.press(key);
    }
    expect(said).toEqual([
      '20/10/2026 09:30: 132/78 mmHg, ngoài mục tiêu, Trung tâm Y tế Lâm Bình (giả lập)',
      '03/06/2026 08:00: 151/92 mmHg, ngoài mục tiêu, Trạm Y tế Xã Phúc Yên (giả lập)',
      '02/03/2026 08:00: 168/102 mmHg, ngoài mục tiêu, Trạm Y tế Xã Phúc Yên (giả lập)',
    ]);
    expect(await text('#blood-pressure .pointed')).toContain('132/78');
    // Along the timeline, opening an entry.
    await page.locator('#timeline .entry').first().focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('#timeline details').first().getAttribute('open')).toBe('');
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowUp');
    expect(await page.locator('#timeline .entry:focus').count()).toBe(1);
    // What has the focus is seen: everything on the way has an outline of its own.
    await page.locator('#slider').focus();
    for (let step = 0; step < 12; step += 1) {
      await page.keyboard.press('Tab');
      const seen = await page.evaluate<boolean>(
        `(({ outlineStyle }, reach) => outlineStyle === 'solid' || (reach !== null && getComputedStyle(reach).stroke !== 'none'))(
          getComputedStyle(document.activeElement), document.activeElement.querySelector('.reach'))`,
      );
      expect([await page.evaluate('document.activeElement.outerHTML.slice(0, 60)'), seen]).toEqual([
        expect.any(String),
        true,
      ]);
    }
  });

  it('shows one kind of entry of the timeline at a time', async () => {
    await openRecord(page, server, record.hoa);
    const all = await page.locator('#timeline li').count();
    await page.selectOption('#kind', 'referral');
    expect(await page.locator('#timeline li').count()).toBe(1);
    expect(await page.locator('#kind:focus').count()).toBe(1);
    await page.selectOption('#kind', '');
    expect(await page.locator('#timeline li').count()).toBe(all);
  });

  it('tells an empty record as empty', async () => {
    await openRecord(page, server, record.empty);
    expect(await text('h1')).toMatch(/^Ma Văn Mẫu · nam/);
    expect(await text('#allergies')).toBe('Dị ứng: chưa ghi nhận. Hãy hỏi người bệnh.');
    for (const part of [
      '#problems',
      '#medicines',
      '#blood-pressure',
      '#glucose',
      '#results',
      '#timeline',
      '#referrals',
      '#vaccines',
    ])
      expect(await text(part)).toContain('Chưa ghi nhận.');
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.setViewportSize(phone);
    expect(await fitsItsWidth(page)).toBe(true);
  });

  it('shows what is here while the line is slow or broken, and goes on where it was cut off', async () => {
    // In small pages, so that there is something to be cut off.
    const small = (route: Route): Promise<void> =>
      route.continue({
        url: route
          .request()
          .url()
          .replace(/_count=\d+/, '_count=20'),
      });
    let cut = true;
    const asked: string[] = [];
    await page.route('**/fhir/Patient/*/$everything*', async (route) => {
      const url = route.request().url();
      if (url.includes('Provenance')) return route.continue();
      asked.push(url);
      if (url.includes('_page') && cut) return route.abort();
      return small(route);
    });
    await page.goto(`${originOf(server)}/records/${record.hoa}`);
    await page.locator('body[data-state=partly]').waitFor();
    expect(await text('#message')).toMatch(/Không kết nối được máy chủ\. Mới tải được một phần hồ sơ\./);
    expect(await text('h1')).toContain('Nông Thị Hòa');
    expect(await accessibilityFaults(page)).toEqual([]);
    cut = false;
    const before = asked.length;
    await page.click('[data-does=retry]');
    await settled(page);
    // Not from the beginning.
    expect(asked[before]).toContain('_page');
    expect((await cells('#glucose-table')).map((row) => row[1])).toEqual(['6,8', '9,4']);
    expect(await page.locator('#message').innerText()).toBe('');
  });

  it('says that it is loading, and that a slow line is no fault', async () => {
    await page.clock.install();
    let answer = (): void => undefined;
    const held = new Promise<void>((resolve) => (answer = resolve));
    await page.route('**/fhir/Patient/*/$everything*', async (route) => {
      await held;
      return route.continue();
    });
    await page.goto(`${originOf(server)}/records/${record.hoa}`);
    await page.locator('#progress:visible').waitFor();
    expect(await text('#progress')).toContain('Đang tải hồ sơ');
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.clock.fastForward(7_000);
    await page.locator('#message:has-text("Đường truyền chậm")').waitFor();
    answer();
    await settled(page);
    expect(await page.locator('#progress').isVisible()).toBe(false);
    expect(await text('#message')).toBe('');
  });

  it('asks a record in few requests, each with its purpose, which the audit trail keeps', async () => {
    const asked: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('/fhir/')) asked.push(request.url());
    });
    await openRecord(page, server, record.hoa);
    expect(asked).toHaveLength(2);
    await page.selectOption('#purpose', 'CAREMGT');
    await page.reload();
    await settled(page);
    const { found } = await new AuditReader(server.audit.store.database).page({}, 4);
    expect(
      found.map(({ entry }) => [entry.purpose, entry.interaction, [...entry.residents].includes(record.hoa)]),
    ).toEqual([
      ['CAREMGT', 'operation', true],
      ['CAREMGT', 'operation', true],
      ['TREAT', 'operation', true],
      ['TREAT', 'operation', true],
    ]);
  });

  it('shows those who may know who read the record', async () => {
    const station = await enter(browser, server, atStation);
    await openRecord(station.page, server, record.hoa);
    await station.page.click('#readers button');
    await station.page.locator('#readers-table tbody tr').first().waitFor();
    const rows = await cells('#readers-table', station.page);
    expect(rows[0]?.slice(1)).toEqual([
      'Trạm Y tế Xã Phúc Yên (giả lập) · Trạm y tế',
      'Khám, chữa bệnh',
      `Patient/${record.hoa}/$everything`,
    ]);
    expect(await accessibilityFaults(station.page)).toEqual([]);
    await station.page.click('#language');
    expect((await cells('#readers-table', station.page))[0]?.[2]).toBe('Treatment');
    await station.close();
  });

  it('is a resident’s own record, too', async () => {
    const own = await enter(browser, server, { kind: 'resident', resident: record.hoa });
    await own.page.goto(`${originOf(server)}/records`);
    await own.page.waitForURL(`**/records/${record.hoa}`);
    await settled(own.page);
    expect(await text('#medicines', own.page)).toContain('Efavirenz 600mg');
    expect(await own.page.locator('#open-emergency').count()).toBe(0);
    expect(await own.page.locator('#purpose').count()).toBe(0);
    await own.close();
  });

  it('prints on A4: everything opened, nothing to press, who printed and when', async () => {
    const desk = await enter(browser, server, { kind: 'hospital', facility: hospital });
    await openRecord(desk.page, server, record.hoa);
    await desk.page.evaluate("dispatchEvent(new Event('beforeprint'))");
    await desk.page.emulateMedia({ media: 'print' });
    const printed = await text('body', desk.page);
    expect(printed).toMatch(/In lúc \d\d\/\d\d\/\d{4} \d\d:\d\d bởi Bệnh viện, trung tâm y tế · 08Z01/);
    expect(printed).toContain('CCCD 008•••••0017');
    expect(printed).toContain('Tâm thu (mmHg)');
    expect(printed).toContain('Chỉnh liều Amlodipin');
    expect(printed).not.toContain('Đăng xuất');
    expect(await desk.page.locator('button:visible, select:visible, input:visible').count()).toBe(0);
    await desk.page.evaluate("dispatchEvent(new Event('afterprint'))");
    expect(await desk.page.locator('#record details[open]').count()).toBe(0);
    const pdf = await desk.page.pdf({ preferCSSPageSize: true });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    const boxes = [...pdf.toString('latin1').matchAll(/\/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]/g)];
    expect(boxes.length).toBeGreaterThan(0);
    // A4 in points.
    for (const [, width, height] of boxes)
      expect([Math.round(Number(width)), Math.round(Number(height))]).toEqual([595, 842]);
    await desk.close();
  });

  it('shows names and notes as text, never as markup', async () => {
    const log = new EventLog();
    const odd = '<img src=x onerror=alert(1)>';
    log.facility({ code: facility('08Z11'), name: odd });
    const resident = log.resident(odd, '08Z11');
    log.record(
      residentStream(resident),
      {
        type: 'HealthHistoryRecorded',
        data: {
          resident,
          history: { allergies: [{ code: '1', display: odd, present: true, note: odd }] },
          changed: [],
          observedOn: '2026-03-01' as never,
        },
      },
      '08Z11',
    );
    const hostile = await startFhirServer(log.events);
    const seen = await enter(browser, hostile, clinician);
    await openRecord(seen.page, hostile, resident);
    expect(await text('h1', seen.page)).toContain(odd);
    expect(await text('#allergies', seen.page)).toContain(odd);
    expect(await seen.page.locator('main img').count()).toBe(0);
    expect(seen.complaints).toEqual([]);
    await seen.close();
    await hostile.close();
  });
});
