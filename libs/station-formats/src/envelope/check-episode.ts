import { dayPart, type DateTime } from '#domain/dates.js';
import type { FaultList } from '../faults/fault-list.js';
import { labelOf, type FieldSchema } from '../schema/envelope-tables.js';
import { rowsOf } from '../schema/tables-file.js';
import { readNumber } from '../values/numbers.js';
import { checkDates } from './checks/check-dates.js';
import { checkLeave } from './checks/check-leave.js';
import { checkMoney } from './checks/check-money.js';
import { checkPayer } from './checks/check-payer.js';
import { checkPersonNumber } from './checks/check-person-number.js';
import { lowerFirst } from './checks/words.js';
import { rowPath, type EnvelopeRecord, type TableRows } from './envelope-record.js';
import type { FieldRow } from './field-row.js';

/** Law of 16 June 2025: from that day there are no districts, so the field has nothing to hold. */
const districtsEnd = '2025-07-01';

/**
 * `data/repeated_fields.tsv`: fields of other tables that repeat table 1 (QĐ 4750; QĐ 3176). Not those of the same name that mean
 * the paper's own.
 */
const repeatedFields: ReadonlyMap<string, readonly string[]> = new Map(
  [...Map.groupBy(rowsOf('repeated_fields.tsv'), (row) => row['table'] ?? '')].map(([table, rows]) => [
    table,
    rows.map((row) => row['field'] ?? ''),
  ]),
);

/** Discharge types that mean a transfer: QĐ 4750, table 1, MA_LOAI_RV. */
const transferred = new Set(['2', '5']);

/** What is required, what must agree between tables, dates in order, money adding up. None of it keeps an episode out. */
export function checkEpisode(record: EnvelopeRecord, summary: FieldRow, start: DateTime): void {
  const { faults } = record;
  checkRequiredFields(record, start);
  checkRepeated(record, summary);
  checkDates(record, summary);
  checkMoney(record, summary);
  checkReferral(record, summary);
  checkPayer(summary, start, faults);
  checkPersonNumber(summary, 'XML1', faults);
  checkLeave(record);
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
  for (const table of record.tables.values()) {
    const repeated = repeatedFields.get(table.name);
    if (!repeated) continue;
    table.rows.forEach((row, index) => {
      for (const field of repeated) {
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

function checkReferral(record: EnvelopeRecord, summary: FieldRow): void {
  const discharge = summary.get('MA_LOAI_RV') ?? '';
  const hasPaper = (record.tables.get('XML13')?.rows.length ?? 0) > 0;
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
}
