import { writeCsv } from '#station-formats/outreach/csv.js';
import type { Fault } from '#station-formats/station-message.js';
import type { DryRunResult } from './dry-run.js';

const severities: Readonly<Record<Fault['severity'], string>> = {
  error: 'Lỗi (không nhận)',
  warning: 'Cảnh báo',
  information: 'Lưu ý',
};

/** The faults of a dry run as a sheet that Excel opens: one line each. */
export function faultSheet({ faults, faulty }: DryRunResult): string {
  const line = (row: string, { path, code, severity, text }: Fault): readonly string[] => [
    row,
    path.replace(/^row\[\d+\]\/?/, ''),
    severities[severity],
    text.vi,
    text.en,
    code,
  ];
  return `\uFEFF${writeCsv([
    ['Dòng', 'Cột', 'Mức độ', 'Nội dung', 'English', 'Mã lỗi'],
    ...faults.map((fault) => line('', fault)),
    ...faulty.flatMap(({ row, faults: ofRow }) => ofRow.map((fault) => line(String(row), fault))),
  ])}`;
}
