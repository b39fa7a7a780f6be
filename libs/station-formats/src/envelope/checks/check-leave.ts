import { epochOf, type DateTime } from '#domain/dates.js';
import { readDay } from '../../values/dates.js';
import { readNumber } from '../../values/numbers.js';
import { rowPath, type EnvelopeRecord } from '../envelope-record.js';

/** Certificates that give days of rest from one day to another: both days count. */
const leaves = [
  ['XML10', 'SO_NGAY', 'TU_NGAY', 'DEN_NGAY'],
  ['XML11', 'SO_NGAY_NGHI', 'TU_NGAY', 'DEN_NGAY'],
  ['XML7', 'SO_NGAY_NGHI', 'NGOAITRU_TUNGAY', 'NGOAITRU_DENNGAY'],
] as const;

export function checkLeave({ tables, faults }: EnvelopeRecord): void {
  for (const [name, daysField, fromField, toField] of leaves) {
    const table = tables.get(name);
    if (!table) continue;
    table.rows.forEach((row, index) => {
      const days = readNumber(row.get(daysField) ?? '');
      const from = readDay(row.get(fromField) ?? '') as DateTime | undefined;
      const to = readDay(row.get(toField) ?? '') as DateTime | undefined;
      if (days === undefined || from === undefined || to === undefined || to < from) return;
      const expected = Math.round((epochOf(to) - epochOf(from)) / 86_400_000) + 1;
      if (days === expected) return;
      faults.add('warning', 'days-do-not-add-up', `${rowPath(table, index)}/${daysField}`, {
        vi: `Số ngày nghỉ (${daysField}) ghi ${days} nhưng từ ngày đến ngày (${fromField}–${toField}) là ${expected} ngày.`,
        en: `The days of rest (${daysField}) are ${days}, but from the first to the last day (${fromField}–${toField}) there are ${expected}.`,
      });
    });
  }
}
