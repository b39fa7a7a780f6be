import type { ResultLine } from '#domain/visits/visit-content.js';
import { foldName } from '#domain/residents/names.js';
import { readTable } from '../tables.js';

export interface LaboratoryCode {
  readonly loinc: string;
  readonly display: string;
}

interface Recognition extends LaboratoryCode {
  readonly unit: string;
  readonly allOf: readonly string[];
  readonly noneOf: readonly string[];
}

export interface MeasuredValue {
  readonly value: number;
  readonly comparator?: '<' | '<=' | '>' | '>=';
}

const recognitions: readonly Recognition[] = readTable('laboratory-loinc.tsv').map((row) => ({
  loinc: row['loinc'] ?? '',
  display: row['display'] ?? '',
  unit: (row['ucum'] ?? '').toLowerCase(),
  allOf: words(row['all_of']),
  noneOf: words(row['none_of']),
}));

const ucum = new Map(readTable('ucum-units.tsv').map((row) => [row['written'] ?? '', row['ucum'] ?? '']));

/** The LOINC code of a result, only where its name and unit leave no doubt. */
export function laboratoryCode(line: ResultLine): LaboratoryCode | undefined {
  const unit = (line.unit ?? '').trim().toLowerCase();
  const name = ` ${foldName(line.name)} `;
  const has = (word: string): boolean => name.includes(` ${word} `);
  return recognitions.find((one) => one.unit === unit && one.allOf.every(has) && !one.noneOf.some(has));
}

/** UCUM code of a unit as stations write it; `undefined` when not known. */
export function ucumUnit(written: string): string | undefined {
  return ucum.get(written.trim().toLowerCase().replace(/\s+/g, ''));
}

/** `5,6`, `5.6`, `<0.1`: a number, the comma being a decimal comma; `undefined` for words. */
export function measuredValue(written: string): MeasuredValue | undefined {
  const found = /^(<=|>=|≤|≥|<|>)?\s*(-?\d{1,15}(?:[.,]\d{1,10})?)$/.exec(written.trim());
  if (!found) return undefined;
  const value = Number((found[2] ?? '').replace(',', '.'));
  const sign = found[1];
  if (sign === undefined) return { value };
  return { value, comparator: sign === '≤' ? '<=' : sign === '≥' ? '>=' : (sign as '<' | '<=' | '>' | '>=') };
}

function words(cell: string | undefined): readonly string[] {
  return cell === undefined || cell === '' ? [] : cell.split(',');
}
