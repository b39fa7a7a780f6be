import { describe, expect, it } from '@jest/globals';
import type { LocalDate } from '#domain/dates.js';
import type { FacilityCode } from '#domain/ids.js';
import { PlaceRegister, type Place } from '#domain/places/place-register.js';
import { foldName } from '#domain/residents/names.js';
import { outreachColumns, type ColumnKey } from '../src/outreach/columns.js';
import { columnOfHeading } from '../src/outreach/headings.js';
import {
  countOutreachRows,
  readOutreachSheet,
  type OutreachLimits,
  type OutreachSheet,
} from '../src/outreach/read-outreach-sheet.js';
import { outreachExample, outreachTemplate } from '../src/outreach/write-sheet.js';
import { encodeSheet, syntheticOutreachSheet, type SheetEncoding } from '../src/synthetic/outreach-sheet.js';
import { UnreadableMessage } from '../src/unreadable-message.js';

const commune = (code: string, name: string, provinceCode = '08'): Place => ({
  code,
  level: 'commune',
  name,
  provinceCode,
  validFrom: '2025-07-01' as LocalDate,
});
const places = new PlaceRegister([
  { code: '08', level: 'province', name: 'Tuyên Quang', provinceCode: '08' },
  { code: '68', level: 'province', name: 'Lâm Đồng', provinceCode: '68' },
  commune('02302', 'Xã Minh Quang'),
  commune('02303', 'Xã Hồng Thái'),
  commune('02304', 'Xã Hồng Sơn'),
  commune('02305', 'Phường Hồng Sơn'),
  commune('24001', 'Xã Hồng Thái', '68'),
  { ...commune('02200', 'Xã Cũ'), validFrom: undefined, validTo: '2025-06-30' as LocalDate } as unknown as Place,
]);
const context = { facility: '08Z20' as FacilityCode, receivedOn: '2026-11-20' as LocalDate, places };

const read = (text: string | Uint8Array, limits?: OutreachLimits): OutreachSheet =>
  readOutreachSheet(typeof text === 'string' ? Buffer.from(text) : text, context, limits);

/** A sheet of one row. */
const sheetOf = (cells: Partial<Record<string, string>>): string =>
  `${Object.keys(cells).join(';')}\r\n${Object.values(cells).join(';')}\r\n`;
const person = {
  'Họ và tên': 'Nông Thị Thử',
  'Ngày sinh': '11/05/1961',
  'Giới tính': 'Nữ',
  'Số CCCD': '008161000001',
  'Xã/phường': 'Xã Minh Quang',
  'Ngày khám': '12/10/2026',
  'HA tâm thu': '152',
  'HA tâm trương': '96',
};
const one = (changes: Partial<Record<string, string>> = {}) => {
  const [row] = read(sheetOf({ ...person, ...changes })).rows;
  if (!row) throw new Error('no row');
  return row;
};
const codes = (changes: Partial<Record<string, string>>): readonly string[] =>
  one(changes).faults.map(({ code, severity }) => `${severity} ${code}`);
const refusal = (text: string | Uint8Array, limits?: OutreachLimits): string | undefined => {
  try {
    read(text, limits);
    return undefined;
  } catch (error) {
    if (error instanceof UnreadableMessage) return error.faults[0]?.code;
    throw error;
  }
};

describe('the template', () => {
  it('has headings that are all known, each once, and an example that is taken without a fault', () => {
    const headings = outreachTemplate().slice(1).trim().split(';');
    expect(headings.map((heading) => columnOfHeading(heading)?.key)).toEqual(
      outreachColumns.filter(({ inTemplate }) => inTemplate).map(({ key }) => key),
    );
    const sheet = read(outreachExample());
    expect(sheet.faults).toEqual([]);
    expect(sheet.rows.map(({ faults }) => faults)).toEqual([[]]);
    expect(sheet.rows[0]?.taken?.screening).toMatchObject({
      at: '2026-10-12',
      programme: 'general',
      vitals: { systolic: 152, diastolic: 96, pulse: 78, height: 152, weight: 54.5, waist: 84 },
      findings: [{ code: 'I10' }],
      residence: { communeCode: '02302', provinceCode: '08' },
    });
  });

  it('uses no heading or alias for two columns', () => {
    const owners = new Map<string, ColumnKey>();
    for (const { key, heading, aliases } of outreachColumns) {
      for (const name of new Set([heading, ...aliases].map(foldName))) {
        expect([name, owners.get(name)]).toEqual([name, undefined]);
        owners.set(name, key);
      }
    }
  });
});

describe('headings', () => {
  it.each([
    ['HO VA TEN', 'name'],
    ['  Năm   sinh ', 'birthDate'],
    ['Huyết áp tâm thu (mmHg)', 'systolic'],
    ['Đường huyết lúc đói (mmol/L)', 'glucoseFasting'],
    ['Đường huyết (lúc đói) mmol/l', 'glucoseFasting'],
    ['ĐƯỜNG HUYẾT', 'glucoseRandom'],
    ['Chiều cao cm', 'height'],
    ['Huyết áp', 'bloodPressure'],
    ['Chẩn đoán nghi ngờ', 'findings'],
    ['Giới tính (Nam/Nữ)', 'sex'],
    ['Tên con bò', undefined],
  ])('%s', (heading, key) => {
    expect(columnOfHeading(heading)?.key).toBe(key);
  });

  it('may stand in any order below title lines, with columns nobody knows', () => {
    const sheet = read(
      'TRẠM Y TẾ XÃ (giả lập);;;\nDANH SÁCH KHÁM SÀNG LỌC;;;\n\nGhi chú thêm;Ngày khám;Họ tên;CCCD;Huyết áp\nđi xa;12/10/2026;Ma Văn Thử;008061000002;152/96\n;;;;\n',
    );
    expect(sheet.faults.map(({ code, path }) => [code, path])).toEqual([
      ['column-missing', 'Ngày sinh'],
      ['column-missing', 'Giới tính'],
      ['unknown-column', 'Ghi chú thêm'],
    ]);
    expect(sheet.rows).toHaveLength(1);
    expect(sheet.rows[0]).toMatchObject({
      row: 5,
      taken: { screening: { vitals: { systolic: 152, diastolic: 96 }, otherColumns: { 'Ghi chú thêm': 'đi xa' } } },
    });
  });
});

describe('what a row says', () => {
  it('is a person and a screening', () => {
    expect(
      one({ 'Hút thuốc': 'Đã bỏ', 'Uống rượu bia': 'x', 'Đường huyết (mg/dL)': '126', 'Người khám': 'BS. A' }),
    ).toEqual({
      row: 2,
      cells: expect.any(Array),
      faults: [],
      taken: {
        person: {
          details: {
            name: 'Nông Thị Thử',
            sex: 'female',
            birthDate: '1961-05-11',
            residence: { text: 'Xã Minh Quang', provinceCode: '08', communeCode: '02302' },
          },
          identifiers: [{ system: 'national-id', value: '008161000001' }],
          cards: [],
          history: {
            riskFactors: [
              { kind: 'tobacco', status: 'yes', stopped: true },
              { kind: 'alcohol', status: 'yes' },
            ],
          },
          observedOn: '2026-10-12',
        },
        screening: {
          facility: '08Z20',
          at: '2026-10-12',
          programme: 'general',
          vitals: { systolic: 152, diastolic: 96 },
          results: [{ name: 'Glucose máu mao mạch bất kỳ', value: '7', unit: 'mmol/L', at: '2026-10-12' }],
          findings: [],
          practitioner: 'BS. A',
          residence: { text: 'Xã Minh Quang', provinceCode: '08', communeCode: '02302' },
        },
      },
    });
  });

  it.each([
    ['1/5/1961', '1961-05-01'],
    ['05/1961', '1961-05'],
    ['1961', '1961'],
    ['1961-05-01', '1961-05-01'],
    ['01.05.1961', '1961-05-01'],
    ['1-5-1961', '1961-05-01'],
    ['22402', '1961-05-01'],
  ])('takes the birth date %s', (written, birthDate) => {
    expect(one({ 'Ngày sinh': written }).taken?.person.details.birthDate).toBe(birthDate);
  });

  it.each([
    [{ 'Ngày khám': '12/10/2026 7:45' }, '2026-10-12T07:45:00+07:00'],
    [{ 'Ngày khám': '2026-10-12' }, '2026-10-12'],
    [{ 'Ngày khám': '46307' }, '2026-10-12'],
  ])('takes the day %j', (changes, at) => {
    expect(one(changes).taken?.screening.at).toBe(at);
  });

  it.each([
    ['xa minh quang', '02302'],
    ['Minh Quang', '02302'],
    ['2302', '02302'],
    ['Hồng Thái', '02303'],
    ['Xã Hồng Thái, tỉnh Lâm Đồng', '24001'],
    ['Xã Hồng Sơn', '02304'],
    ['phường Hồng Sơn', '02305'],
  ])('finds the commune %s', (written, code) => {
    expect(one({ 'Xã/phường': written }).taken?.person.details.residence?.communeCode).toBe(code);
  });

  it('puts back zeros that a spreadsheet took away, only where the number fits the person', () => {
    const changes = { 'Số CCCD': '8161000001' };
    expect(one(changes).taken?.person.identifiers).toEqual([{ system: 'national-id', value: '008161000001' }]);
    expect(codes(changes)).toEqual(['warning leading-zeros']);
    expect(codes({ ...changes, 'Ngày sinh': '1962' })).toEqual(['warning bad-person-number']);
  });

  it('takes several codes, and keeps words in the conclusion', () => {
    const row = one({ 'Chẩn đoán': '"i10 Tăng huyết áp; E119; đau lưng"', 'Kết luận': 'Hẹn lại' });
    expect(row.taken?.screening).toMatchObject({
      findings: [{ code: 'I10', display: 'Tăng huyết áp' }, { code: 'E11.9' }],
      conclusion: 'Hẹn lại. đau lưng',
    });
    expect(row.faults.map(({ code }) => code)).toEqual(['not-icd-10']);
  });
});

describe('faults', () => {
  it.each<[Partial<Record<string, string>>, string]>([
    [{ 'Họ và tên': '' }, 'error required'],
    [{ 'Ngày khám': '31/02/2026' }, 'error not-a-date'],
    [{ 'Ngày khám': '12/10/26' }, 'error two-digit-year'],
    [{ 'Ngày khám': '12/12/2026' }, 'error in-the-future'],
    [{ 'Ngày sinh': '12/12/2027' }, 'error not-possible'],
    [{ 'Ngày sinh': '2015' }, 'warning under-18'],
    [{ 'HA tâm thu': '15' }, 'error not-possible'],
    [{ 'HA tâm thu': '1e2' }, 'error not-a-number'],
    [{ 'HA tâm thu': '15o' }, 'error not-a-number'],
    [{ 'HA tâm thu': '96', 'HA tâm trương': '120' }, 'error diastolic-not-below-systolic'],
    [{ 'HA tâm trương': '' }, 'warning half-a-blood-pressure'],
    [{ 'HA tâm thu': '240' }, 'warning unusual'],
    [{ 'Đường huyết': '126' }, 'error not-possible'],
    [{ 'Chiều cao': '1,62' }, 'warning metres'],
    [{ 'Số CCCD': '8,16E+10' }, 'error rounded-number'],
    [{ 'Số CCCD': '12' }, 'warning bad-person-number'],
    [{ 'Giới tính': 'constructor' }, 'warning unknown-code'],
    [{ 'Xã/phường': 'Xã Không Có' }, 'warning unknown-place'],
    [{ 'Xã/phường': 'Xã Cũ' }, 'warning unknown-place'],
    [{ 'Xã/phường': 'Hồng Sơn' }, 'warning ambiguous-place'],
    [{ 'Mã cơ sở': '08Z21' }, 'error sender-is-another-facility'],
    [{ 'Điện thoại': '12' }, 'warning bad-phone'],
    [{ 'Hút thuốc': 'hơi hơi' }, 'warning unknown-code'],
    [{ 'Chương trình': 'Răng' }, 'error unknown-code'],
  ])('%j: %s', (changes, expected) => {
    expect(codes(changes)).toEqual([expected]);
    expect(one(changes).taken === undefined).toBe(expected.startsWith('error'));
  });

  it('name the row and the heading as written, never the value', () => {
    const [fault] = one({ 'HA tâm thu': '999888' }).faults;
    expect(fault?.path).toBe('row[2]/HA tâm thu');
    expect(JSON.stringify(fault)).not.toContain('999888');
  });

  it('refuse who could not be found again, and who was not examined', () => {
    expect(codes({ 'Số CCCD': '', 'Ngày sinh': '' })).toEqual(['error cannot-be-recognised', 'warning required']);
    expect(codes({ 'HA tâm thu': '', 'HA tâm trương': '' })).toEqual(['error nothing-examined']);
  });

  it('tell rows that would write over each other', () => {
    const [head = '', row = ''] = sheetOf(person).split('\r\n');
    const sheet = read([head, row, row, row.replace('152', '148')].join('\n'));
    expect(sheet.rows.map(({ faults, taken }) => [faults.map(({ code }) => code), taken !== undefined])).toEqual([
      [[], true],
      [['same-row-twice'], true],
      [['same-person-twice'], false],
    ]);
  });
});

describe('files', () => {
  it.each<SheetEncoding>(['utf-8', 'utf-8-bom', 'utf-16le', 'utf-16be'])('reads %s', (encoding) => {
    expect(read(encodeSheet(sheetOf(person), encoding)).rows[0]?.taken?.person.details.name).toBe('Nông Thị Thử');
  });

  it('reads semicolons, commas and tabs, and the hint of Excel', () => {
    for (const separator of [';', ',', '\t']) {
      const text = sheetOf(person).replaceAll(';', separator);
      expect(read(text).rows[0]?.faults).toEqual([]);
      expect(read(`sep=${separator}\r\n${text}`).rows[0]).toMatchObject({ row: 3, faults: [] });
    }
  });

  it('reads 2,000 synthetic rows without a fault, and counts them', () => {
    const bytes = syntheticOutreachSheet({ seed: 7, rows: 2000, day: '12/10/2026', commune: 'Xã Minh Quang' });
    const sheet = read(bytes);
    expect(sheet.rows.filter(({ faults }) => faults.length > 0)).toEqual([]);
    expect([sheet.rows.length, countOutreachRows(bytes)]).toEqual([2000, 2000]);
  });

  it.each<[string, string | Uint8Array, string]>([
    ['nothing', '\n\n', 'no-headings'],
    ['a workbook', Buffer.from([0x50, 0x4b, 3, 4, 1, 2]), 'is-a-workbook'],
    ['NULs', `${sheetOf(person)}\u0000`, 'not-text'],
    ['another encoding', Buffer.from([0x48, 0xec, 0xe0, 0x3b, 0x0a]), 'wrong-encoding'],
    ['a quotation mark that is not closed', `${sheetOf(person)}"abc;\n`, 'unclosed-quote'],
    ['text behind a quotation mark', `${sheetOf(person)}"abc"d;\n`, 'text-after-quote'],
    ['one giant cell', `${sheetOf(person)}${'x'.repeat(20_000)}`, 'cell-too-long'],
    ['too many cells', `${sheetOf(person)}${';'.repeat(1000)}`, 'too-many-cells'],
    ['a column missing', 'Họ tên;Năm sinh;Mạch\nA;1960;70\n', 'column-missing'],
    ['no rows', 'Họ tên;Ngày khám\n;\n', 'no-rows'],
  ])('refuses %s', (_, bytes, code) => {
    expect(refusal(bytes)).toBe(code);
  });

  it('refuses what is too large before it is read', () => {
    expect(refusal(new Uint8Array(50 * 1024 * 1024))).toBe('too-large');
    const million = Buffer.from(`Họ tên;Ngày khám\n${'A;1\n'.repeat(1_000_000)}`);
    const before = process.cpuUsage();
    expect(refusal(million)).toBe('too-many-rows');
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(5);
  });
});
