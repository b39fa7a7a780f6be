import type { FaultList } from '../../faults/fault-list.js';
import { labelOf } from '../../schema/envelope-tables.js';
import { rowsOf } from '../../schema/tables-file.js';
import { isBefore } from '../../values/dates.js';
import { rowPath, type EnvelopeRecord } from '../envelope-record.js';
import type { FieldRow } from '../field-row.js';
import { lowerFirst } from './words.js';

/** Dates of lines that lie between arrival and discharge. */
const datesWithin = [
  ['XML2', 'NGAY_YL'],
  ['XML3', 'NGAY_YL'],
  ['XML3', 'NGAY_TH_YL'],
  ['XML5', 'THOI_DIEM_DBLS'],
] as const;

interface Order {
  readonly table: string;
  readonly fromSummary: boolean;
  readonly earlier: string;
  readonly later: string;
}

/** `data/date_order.tsv`: the date of `later` is not before that of `earlier`, in the same row or in table 1. */
const orders: ReadonlyMap<string, readonly Order[]> = Map.groupBy(
  rowsOf('date_order.tsv').map((row): Order => ({
    table: row['table'] ?? '',
    fromSummary: row['earlier_table'] === 'XML1',
    earlier: row['earlier'] ?? '',
    later: row['later'] ?? '',
  })),
  ({ table }) => table,
);

export function checkDates(record: EnvelopeRecord, summary: FieldRow): void {
  const { faults } = record;
  const [start, discharge] = [summary.get('NGAY_VAO'), summary.get('NGAY_RA')];
  const reversed = isBefore(discharge, start);
  if (reversed) outOfOrder(faults, 'XML1/NGAY_RA', 'NGAY_VAO', 'NGAY_RA');
  // One wrong date is one fault, not one for every line.
  const end = reversed ? undefined : discharge;
  if (isBefore(summary.get('NGAY_TTOAN'), end)) outOfOrder(faults, 'XML1/NGAY_TTOAN', 'NGAY_RA', 'NGAY_TTOAN');
  if (isBefore(start, summary.get('NGAY_SINH')?.slice(0, 8))) {
    outOfOrder(faults, 'XML1/NGAY_VAO', 'NGAY_SINH', 'NGAY_VAO');
  }
  for (const [name, field] of datesWithin) {
    const table = record.tables.get(name);
    table?.rows.forEach((row, index) => {
      const at = row.get(field);
      if (at === undefined || at === start) return;
      if (isBefore(at, start)) outOfOrder(faults, `${rowPath(table, index)}/${field}`, 'NGAY_VAO', field);
      else if (isBefore(end, at)) outOfOrder(faults, `${rowPath(table, index)}/${field}`, field, 'NGAY_RA');
    });
  }
  for (const table of record.tables.values()) {
    for (const { fromSummary, earlier, later } of orders.get(table.name) ?? []) {
      if (reversed && earlier === 'NGAY_RA') continue;
      const known = fromSummary ? summary.get(earlier) : undefined;
      table.rows.forEach((row, index) => {
        const at = row.get(later);
        if (at !== undefined && isBefore(at, fromSummary ? known : row.get(earlier))) {
          outOfOrder(faults, `${rowPath(table, index)}/${later}`, earlier, later);
        }
      });
    }
  }
}

function outOfOrder(faults: FaultList, path: string, earlier: string, later: string): void {
  faults.add('warning', 'dates-out-of-order', path, {
    vi: `${labelOf(later).vi} (${later}) sớm hơn ${lowerFirst(labelOf(earlier).vi)} (${earlier}).`,
    en: `The ${labelOf(later).en} (${later}) is earlier than the ${labelOf(earlier).en} (${earlier}).`,
  });
}
