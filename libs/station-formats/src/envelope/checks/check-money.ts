import type { Bilingual } from '#domain/bilingual.js';
import type { FaultList } from '../../faults/fault-list.js';
import { labelOf } from '../../schema/envelope-tables.js';
import { readNumber } from '../../values/numbers.js';
import { rowPath, type EnvelopeRecord } from '../envelope-record.js';
import type { FieldRow } from '../field-row.js';
import { dong } from './words.js';

const amountIn = (row: FieldRow, field: string): number | undefined => {
  const text = row.get(field);
  return text === undefined ? undefined : readNumber(text);
};
const sum = (rows: readonly FieldRow[], field: string): number =>
  rows.reduce((total, row) => total + (amountIn(row, field) ?? 0), 0);

/** What the fund, the co-payment and other sources pay is the whole within the insurance. */
const shares = ['T_BHTT', 'T_BNCCT', 'T_NGUONKHAC'] as const;

/** Totals of table 1 that are sums over the lines of tables 2 and 3. */
const totals = [
  ['T_TONGCHI_BV', 'THANH_TIEN_BV'],
  ['T_TONGCHI_BH', 'THANH_TIEN_BH'],
] as const;

/** Money adds up: in every line, over the lines of each table, and in table 1. Amounts are rounded to a dong at most. */
export function checkMoney(record: EnvelopeRecord, summary: FieldRow): void {
  const drugs = record.tables.get('XML2')?.rows ?? [];
  const services = record.tables.get('XML3')?.rows ?? [];
  const lines = [...drugs, ...services];
  // Amounts have two decimals, and every line may have been rounded to a dong.
  const rounding = 1 + lines.length * 0.5;
  const agrees = (field: string, expected: number, parts: Bilingual): void => {
    const stated = amountIn(summary, field);
    if (stated === undefined || Math.abs(stated - expected) <= rounding) return;
    record.faults.add('warning', 'money-does-not-add-up', `XML1/${field}`, {
      vi: `${labelOf(field).vi} (${field}) ghi ${dong(stated).vi} nhưng ${parts.vi} là ${dong(expected).vi}.`,
      en: `The ${labelOf(field).en} (${field}) is ${dong(stated).en}, but ${parts.en} make ${dong(expected).en}.`,
    });
  };
  const ofLines = (tables: string): Bilingual => ({
    vi: `tổng các dòng của ${tables}`,
    en: `the lines of ${tables}`,
  });
  if (drugs.length > 0) agrees('T_THUOC', sum(drugs, 'THANH_TIEN_BV'), ofLines('XML2'));
  const supplies = services.filter((row) => row.get('MA_VAT_TU') !== undefined);
  if (supplies.length > 0) agrees('T_VTYT', sum(supplies, 'THANH_TIEN_BV'), ofLines('XML3 (MA_VAT_TU)'));
  if (lines.length > 0) for (const [field, line] of totals) agrees(field, sum(lines, line), ofLines('XML2, XML3'));
  // The shares of the lines are not added up: small stations' software works out who pays what from the total alone.
  if (summary.get('T_BHTT') !== undefined) {
    agrees('T_TONGCHI_BH', sumOf(summary, shares), {
      vi: 'quỹ BHYT thanh toán + cùng chi trả + nguồn khác (T_BHTT + T_BNCCT + T_NGUONKHAC)',
      en: 'what the fund, the co-payment and other sources pay (T_BHTT + T_BNCCT + T_NGUONKHAC)',
    });
  }
  for (const [name, price] of [
    ['XML2', 'DON_GIA'],
    ['XML3', 'DON_GIA_BV'],
  ] as const) {
    const table = record.tables.get(name);
    table?.rows.forEach((row, index) => {
      checkLine(record.faults, rowPath(table, index), row, price);
    });
  }
}

const sumOf = (row: FieldRow, fields: readonly string[]): number =>
  fields.reduce((total, field) => total + (amountIn(row, field) ?? 0), 0);

function checkLine(faults: FaultList, path: string, row: FieldRow, priceField: string): void {
  const quantity = amountIn(row, 'SO_LUONG');
  const price = amountIn(row, priceField);
  const amount = amountIn(row, 'THANH_TIEN_BV');
  const share = readNumber(row.get('TYLE_TT_DV') ?? '100');
  if (quantity !== undefined && price !== undefined && amount !== undefined && share !== undefined) {
    const expected = (quantity * price * share) / 100;
    if (Math.abs(expected - amount) > 1) {
      faults.add('warning', 'money-does-not-add-up', `${path}/THANH_TIEN_BV`, {
        vi: `Thành tiền (THANH_TIEN_BV) ghi ${dong(amount).vi} nhưng số lượng nhân đơn giá là ${dong(expected).vi}.`,
        en: `The amount (THANH_TIEN_BV) is ${dong(amount).en}, but quantity times unit price is ${dong(expected).en}.`,
      });
    }
  }
  const insured = amountIn(row, 'THANH_TIEN_BH');
  if (insured === undefined || row.get('T_BHTT') === undefined) return;
  const paid = sumOf(row, shares);
  if (Math.abs(paid - insured) <= 1) return;
  faults.add('warning', 'money-does-not-add-up', `${path}/THANH_TIEN_BH`, {
    vi: `Thành tiền BHYT (THANH_TIEN_BH) ghi ${dong(insured).vi} nhưng T_BHTT + T_BNCCT + T_NGUONKHAC là ${dong(paid).vi}.`,
    en: `The amount within the insurance (THANH_TIEN_BH) is ${dong(insured).en}, but T_BHTT + T_BNCCT + T_NGUONKHAC make ${dong(paid).en}.`,
  });
}
