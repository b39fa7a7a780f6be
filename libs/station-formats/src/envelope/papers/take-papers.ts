import type { VisitPaper } from '#domain/visits/visit-papers.js';
import type { EnvelopeRecord } from '../envelope-record.js';
import type { FieldRow } from '../field-row.js';
import { paperTables, type PaperTable } from './paper-fields.js';

/** Tables 0, 6–12 and 15 as papers of the visit. What a field holds that cannot be read stays in its row. */
export function takePapers(record: EnvelopeRecord): readonly VisitPaper[] {
  const papers: VisitPaper[] = [];
  for (const { name, rows } of record.tables.values()) {
    const table = paperTables.get(name);
    if (!table) continue;
    for (const row of rows) {
      const paper = row.isForeign ? undefined : takePaper(row, table);
      if (paper) papers.push(paper);
    }
  }
  return papers;
}

function takePaper(row: FieldRow, { kind, fields }: PaperTable): VisitPaper | undefined {
  const taken: Record<string, unknown> = {};
  for (const [property, field, take] of fields) {
    const value = take(row, field);
    if (value !== undefined) taken[property] = value;
  }
  if (Object.keys(taken).length === 0) return undefined;
  // The tables are held to the papers by their types, see `FieldsOf`.
  return { kind, ...(tellsOfHiv(kind, taken) && { sensitive: 'hiv' }), ...taken } as VisitPaper;
}

const hivProperties = ['hivStatus', 'hivConfirmedOn', 'hivTreatmentStartedOn', 'cotrimoxazoleStartedOn'];

const tellsOfHiv = (kind: VisitPaper['kind'], taken: Readonly<Record<string, unknown>>): boolean =>
  kind === 'hiv-care' || (kind === 'tuberculosis-care' && hivProperties.some((property) => property in taken));
