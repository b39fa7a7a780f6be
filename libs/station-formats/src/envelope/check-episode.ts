import { dayPart, type DateTime } from '#domain/dates.js';
import type { Bilingual } from '#domain/bilingual.js';
import type { FaultList } from '../faults/fault-list.js';
import { labelOf, type FieldSchema } from '../schema/envelope-tables.js';
import { isBefore, readDay } from '../values/dates.js';
import { splitPlaces, splitValues } from '../values/lists.js';
import { readNumber } from '../values/numbers.js';
import { rowPath, type EnvelopeRecord, type TableRows } from './envelope-record.js';
import type { FieldRow } from './field-row.js';

/** Law of 16 June 2025: from that day there are no districts, so the field has nothing to hold. */
const districtsEnd = '2025-07-01';

/** Fields of XML13 and XML14 that repeat XML1 (QĐ 4750; QĐ 3176). Not those of the same name that mean this paper's own. */
const repeatedFields = [
  'HO_TEN',
  'NGAY_SINH',
  'GIOI_TINH',
  'MA_QUOCTICH',
  'MA_DANTOC',
  'MA_NGHE_NGHIEP',
  'DIA_CHI',
  'MA_THE_BHYT',
  'GT_THE_DEN',
  'NGAY_VAO',
  'NGAY_VAO_NOI_TRU',
  'NGAY_RA',
  'CHAN_DOAN_RV',
  'MA_BENH_CHINH',
  'MA_BENH_KT',
  'MA_BENH_YHCT',
  'MA_CSKCB',
  'MA_DOITUONG_KCB',
  'MA_LOAI_RV',
  'PP_DIEU_TRI',
] as const;

/** Discharge types that mean a transfer: QĐ 4750, table 1, MA_LOAI_RV. */
const transferred = new Set(['2', '5']);

const rowsOf = (record: EnvelopeRecord, table: string): readonly FieldRow[] => record.tables.get(table)?.rows ?? [];

/** What is required, what must agree between tables, dates in order, money adding up. None of it keeps an episode out. */
export function checkEpisode(record: EnvelopeRecord, summary: FieldRow, start: DateTime): void {
  const { faults } = record;
  for (const table of record.tables.values()) checkRequired(table, start, faults);
  checkRepeated(record, summary);
  checkDates(record, summary);
  checkMoney(record, summary);
  checkReferral(record, summary);
  checkCards(summary, start, faults);
}

/** Required fields alone: all there is to check of a patient who has only checked in. */
export function checkRequiredFields({ tables, faults }: EnvelopeRecord, start: DateTime): void {
  for (const table of tables.values()) checkRequired(table, start, faults);
}

function checkRequired(table: TableRows, start: DateTime, faults: FaultList): void {
  if (!table.schema) return;
  const { requiredFields } = table.schema;
  table.rows.forEach((row, index) => {
    for (const field of requiredFields) {
      if (!row.has(field) && isDemanded(field, row, start)) {
        faults.add('warning', 'required', `${rowPath(table, index)}/${field.name}`, {
          vi: `Thiếu ${lowerFirst(field.label.vi)} (${field.name}).`,
          en: `The ${field.label.en} is missing (${field.name}).`,
        });
      }
    }
  });
}

function isDemanded(field: FieldSchema, row: FieldRow, start: DateTime): boolean {
  if (field.name.startsWith('MAHUYEN_')) return dayPart(start) < districtsEnd;
  if (field.name.startsWith('T_NGUONKHAC_')) return (readNumber(row.get('T_NGUONKHAC') ?? '0') ?? 0) !== 0;
  if (field.form === '4750') return row.get('MA_CSKCB_DI') === undefined;
  return true;
}

function checkRepeated(record: EnvelopeRecord, summary: FieldRow): void {
  for (const name of ['XML13', 'XML14']) {
    const table = record.tables.get(name);
    table?.rows.forEach((row, index) => {
      for (const field of repeatedFields) {
        const value = row.get(field);
        if (value === undefined || value === (summary.get(field) ?? '')) continue;
        record.faults.add('warning', 'differs-from-xml1', `${rowPath(table, index)}/${field}`, {
          vi: `${labelOf(field).vi} (${field}) khác với bảng XML1.`,
          en: `The ${labelOf(field).en} (${field}) differs from table XML1.`,
        });
      }
    });
  }
}

function checkDates(record: EnvelopeRecord, summary: FieldRow): void {
  const { faults } = record;
  const [start, discharge] = [summary.get('NGAY_VAO'), summary.get('NGAY_RA')];
  const order = (path: string, earlier: string, later: string): void =>
    faults.add('warning', 'dates-out-of-order', path, {
      vi: `${labelOf(later).vi} (${later}) sớm hơn ${lowerFirst(labelOf(earlier).vi)} (${earlier}).`,
      en: `The ${labelOf(later).en} (${later}) is earlier than the ${labelOf(earlier).en} (${earlier}).`,
    });
  const reversed = isBefore(discharge, start);
  if (reversed) order('XML1/NGAY_RA', 'NGAY_VAO', 'NGAY_RA');
  // One wrong date is one fault, not one for every line.
  const end = reversed ? undefined : discharge;
  if (isBefore(summary.get('NGAY_TTOAN'), end)) order('XML1/NGAY_TTOAN', 'NGAY_RA', 'NGAY_TTOAN');
  if (isBefore(start, summary.get('NGAY_SINH')?.slice(0, 8))) order('XML1/NGAY_VAO', 'NGAY_SINH', 'NGAY_VAO');
  for (const [name, field] of datesWithin) {
    const table = record.tables.get(name);
    table?.rows.forEach((row, index) => {
      const at = row.get(field);
      if (at === undefined || at === start) return;
      if (isBefore(at, start)) order(`${rowPath(table, index)}/${field}`, 'NGAY_VAO', field);
      else if (isBefore(end, at)) order(`${rowPath(table, index)}/${field}`, field, 'NGAY_RA');
    });
  }
  const services = record.tables.get('XML3');
  services?.rows.forEach((row, index) => {
    if (isBefore(row.get('NGAY_KQ'), row.get('NGAY_YL')))
      order(`${rowPath(services, index)}/NGAY_KQ`, 'NGAY_YL', 'NGAY_KQ');
  });
}

/** Dates of lines that lie between arrival and discharge. */
const datesWithin = [
  ['XML2', 'NGAY_YL'],
  ['XML3', 'NGAY_YL'],
  ['XML3', 'NGAY_TH_YL'],
  ['XML5', 'THOI_DIEM_DBLS'],
] as const;

const sum = (rows: readonly FieldRow[], field: string): number =>
  rows.reduce((total, row) => total + (readNumber(row.get(field) ?? '') ?? 0), 0);

function checkMoney(record: EnvelopeRecord, summary: FieldRow): void {
  const drugs = rowsOf(record, 'XML2');
  const services = rowsOf(record, 'XML3');
  // Amounts have two decimals, and every line may have been rounded to a dong.
  const rounding = 1 + (drugs.length + services.length) * 0.5;
  const mismatch = (field: string, expected: number, text: Bilingual): void => {
    const stated = readNumber(summary.get(field) ?? '');
    if (stated !== undefined && Math.abs(stated - expected) > rounding) {
      record.faults.add('warning', 'money-does-not-add-up', `XML1/${field}`, text);
    }
  };
  const totalOf = (field: string, parts: string): Bilingual => ({
    vi: `${labelOf(field).vi} (${field}) không bằng tổng các dòng của ${parts}.`,
    en: `The ${labelOf(field).en} (${field}) is not the sum of the lines of ${parts}.`,
  });
  if (drugs.length > 0) mismatch('T_THUOC', sum(drugs, 'THANH_TIEN_BV'), totalOf('T_THUOC', 'XML2'));
  if (drugs.length + services.length > 0) {
    for (const [field, line] of [
      ['T_TONGCHI_BV', 'THANH_TIEN_BV'],
      ['T_TONGCHI_BH', 'THANH_TIEN_BH'],
    ] as const) {
      mismatch(field, sum(drugs, line) + sum(services, line), totalOf(field, 'XML2, XML3'));
    }
  }
  const shares = ['T_BHTT', 'T_BNCCT', 'T_NGUONKHAC'].reduce(
    (total, field) => total + (readNumber(summary.get(field) ?? '') ?? 0),
    0,
  );
  if (summary.get('T_BHTT') !== undefined) {
    mismatch('T_TONGCHI_BH', shares, {
      vi: 'Tổng chi phí trong phạm vi BHYT (T_TONGCHI_BH) không bằng quỹ BHYT thanh toán + cùng chi trả + nguồn khác.',
      en: 'The total charges within the insurance (T_TONGCHI_BH) are not what the fund, the co-payment and other sources pay together.',
    });
  }
  for (const [name, price] of [
    ['XML2', 'DON_GIA'],
    ['XML3', 'DON_GIA_BV'],
  ] as const) {
    const table = record.tables.get(name);
    table?.rows.forEach((row, index) => checkLine(record.faults, `${rowPath(table, index)}/THANH_TIEN_BV`, row, price));
  }
}

function checkLine(faults: FaultList, path: string, row: FieldRow, priceField: string): void {
  const [quantity, price, amount] = [row.get('SO_LUONG'), row.get(priceField), row.get('THANH_TIEN_BV')].map((text) =>
    readNumber(text ?? ''),
  );
  const share = readNumber(row.get('TYLE_TT_DV') ?? '100');
  if (quantity === undefined || price === undefined || amount === undefined || share === undefined) return;
  if (Math.abs((quantity * price * share) / 100 - amount) <= 1) return;
  faults.add('warning', 'money-does-not-add-up', path, {
    vi: 'Thành tiền (THANH_TIEN_BV) không bằng số lượng nhân đơn giá.',
    en: 'The amount (THANH_TIEN_BV) is not the quantity times the unit price.',
  });
}

function checkReferral(record: EnvelopeRecord, summary: FieldRow): void {
  const discharge = summary.get('MA_LOAI_RV') ?? '';
  const hasPaper = rowsOf(record, 'XML13').length > 0;
  if (hasPaper && !transferred.has(discharge)) {
    record.faults.add('warning', 'not-a-transfer', 'XML1/MA_LOAI_RV', {
      vi: 'Có giấy chuyển tuyến (XML13) nhưng mã loại ra viện (MA_LOAI_RV) không phải 2 hoặc 5.',
      en: 'There is a transfer paper (XML13), but the type of discharge (MA_LOAI_RV) is not 2 or 5.',
    });
  }
  if (!hasPaper && transferred.has(discharge)) {
    record.faults.add('information', 'transfer-paper-missing', 'XML1/MA_LOAI_RV', {
      vi: 'Người bệnh được chuyển tuyến nhưng không có giấy chuyển tuyến điện tử (XML13).',
      en: 'The patient was transferred, but there is no electronic transfer paper (XML13).',
    });
  }
  const payer = summary.get('MA_DOITUONG_KCB') ?? '';
  if ((payer === '1.3' || payer === '1.5') && summary.get('GIAY_CHUYEN_TUYEN') === undefined) {
    record.faults.add('information', 'transfer-number-missing', 'XML1/GIAY_CHUYEN_TUYEN', {
      vi: 'Đối tượng đến khám 1.3 hoặc 1.5 nhưng chưa ghi số giấy chuyển tuyến hoặc giấy hẹn (GIAY_CHUYEN_TUYEN).',
      en: 'The payer category is 1.3 or 1.5, but the number of the transfer paper or appointment is missing (GIAY_CHUYEN_TUYEN).',
    });
  }
  if (payer === '3.6' && summary.get('MA_KHUVUC') === undefined) {
    record.faults.add('information', 'region-missing', 'XML1/MA_KHUVUC', {
      vi: 'Đối tượng đến khám 3.6 nhưng chưa ghi mã khu vực (MA_KHUVUC).',
      en: 'The payer category is 3.6, but the region is missing (MA_KHUVUC).',
    });
  }
}

function checkCards(summary: FieldRow, start: DateTime, faults: FaultList): void {
  const cards = splitValues(summary.get('MA_THE_BHYT') ?? '');
  const from = splitPlaces(summary.get('GT_THE_TU') ?? '');
  const to = splitPlaces(summary.get('GT_THE_DEN') ?? '');
  if (cards.length === 0) return;
  const day = dayPart(start);
  const covered = cards.some(
    (_, index) => (readDay(from[index] ?? '') ?? '') <= day && day <= (readDay(to[index] ?? '') ?? '9999'),
  );
  if (covered) return;
  faults.add('warning', 'card-not-valid', 'XML1/MA_THE_BHYT', {
    vi: 'Thẻ BHYT không còn (hoặc chưa có) giá trị vào ngày khám.',
    en: 'The insurance card is not valid on the day of the visit.',
  });
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
