import { readFileSync } from 'node:fs';
import type { IndicatorCode } from '#domain/indicators/indicator.js';
import { parseTabSeparated } from '#platform/tab-separated.js';

export interface Target {
  /** In the indicator's unit. */
  readonly value: number;
  /** As the document writes it: `>95%`. */
  readonly text: string;
  /** Document and line. */
  readonly source: string;
}

/** Which line of the targets file an indicator is measured against. */
const targetLines: Readonly<Partial<Record<IndicatorCode, { readonly document: string; readonly target: string }>>> = {
  'visits-insured': { document: '001 Tuyên Quang', target: 'Người sử dụng CSSKBĐ tại YTCS được BHYT chi trả' },
  'health-managed-12m': { document: '001 Tuyên Quang', target: 'Dân số được quản lý sức khỏe' },
  'high-risk-checked-12m': {
    document: '001 Tuyên Quang',
    target: 'Người nguy cơ cao được kiểm tra sức khỏe ≥1 lần/năm',
  },
};

export type Targets = ReadonlyMap<string, Target>;

/**
 * Targets for 2030 by indicator, from `data/targets_2030.tsv`.
 * @throws Error when a line that an indicator needs is missing or is not a percentage
 */
export function loadTargets(): Targets {
  const text = readFileSync(new URL('../../data/targets_2030.tsv', import.meta.url), 'utf8');
  const rows = parseTabSeparated(text, ['document', 'line', 'target_vi', 'value']);
  return new Map(
    Object.entries(targetLines).map(([code, { document, target }]) => {
      const row = rows.find((each) => each.document === document && each.target_vi === target);
      const value = /^>?=?(\d+(?:\.\d+)?)%$/.exec(row?.value ?? '')?.[1];
      if (!row || value === undefined) throw new Error(`No percentage "${target}" of ${document} in targets_2030.tsv`);
      return [code, { value: Number(value), text: row.value, source: `${document}, ${row.line}` }];
    }),
  );
}
