import { foldName } from '#domain/residents/names.js';
import { outreachColumns, templateHeadings, type Column } from './columns.js';

/** A column of a sheet as it was found there. */
export interface FoundColumn {
  /** From 0. */
  readonly index: number;
  /** As written. */
  readonly heading: string;
  /** Absent for a column that is not known. */
  readonly column?: Column;
  /** Glucose is written in two units; height in two. */
  readonly unit?: 'mg/dL' | 'm';
}

const known = new Map<string, Column>();
for (const column of outreachColumns) {
  for (const name of [column.heading, ...column.aliases]) known.set(foldName(name), column);
}
for (const [index, heading] of templateHeadings.entries()) {
  const column = outreachColumns.filter((one) => one.inTemplate)[index];
  if (column) known.set(foldName(heading), column);
}

/** Behind a heading, with or without brackets. */
const unitWords = / (mmhg|mmol l|mmol|mg dl|mg|cm|m|kg|lan phut|l p|nhip phut|dd mm yyyy|ngay thang nam|icd 10)$/;

/** The known column that a heading means, whatever its case, diacritics, punctuation and unit. */
export function columnOfHeading(heading: string): Column | undefined {
  const whole = foldName(heading);
  const withoutUnit = whole.replace(unitWords, '');
  const withoutBrackets = foldName(heading.replaceAll(/[([{][^)\]}]*[)\]}]/g, ' '));
  return known.get(whole) ?? known.get(withoutUnit) ?? known.get(withoutBrackets);
}

/** Every column of a row of headings; a second column of the same meaning counts as one that is not known. */
export function findColumns(cells: readonly string[]): readonly FoundColumn[] {
  const taken = new Set<Column>();
  return cells.map((heading, index): FoundColumn => {
    const column = columnOfHeading(heading);
    if (!column || taken.has(column)) return { index, heading };
    taken.add(column);
    const unit = unitOf(column, foldName(heading));
    return { index, heading, column, ...(unit && { unit }) };
  });
}

function unitOf(column: Column, folded: string): FoundColumn['unit'] {
  if (column.measure?.unit === 'mmol/L' && / mg( dl)?$/.test(folded)) return 'mg/dL';
  if (column.key === 'height' && folded.endsWith(' m')) return 'm';
  return undefined;
}
