import type { Diagnosis } from '#domain/codes.js';
import { splitValues } from '../values/lists.js';
import type { FieldRow } from './field-row.js';

/**
 * The coded diagnoses of a row, and the words of CHAN_DOAN_RV beside them where it has exactly one part for each code; takes
 * the codes and leaves the words.
 */
export function diagnosesOf(row: FieldRow): readonly Diagnosis[] {
  const main = row.take('MA_BENH_CHINH');
  const comorbidities = splitValues(row.take('MA_BENH_KT') ?? '');
  const words = splitValues(row.get('CHAN_DOAN_RV') ?? '');
  const codes = [...(main === undefined ? [] : [main]), ...comorbidities];
  const paired = main !== undefined && words.length === codes.length;
  const display = (index: number): { readonly display?: string } => (paired ? { display: words[index] ?? '' } : {});
  return [
    ...codes.map((code, index): Diagnosis => ({
      code,
      ...display(index),
      role: main !== undefined && index === 0 ? 'main' : 'comorbidity',
    })),
    ...splitValues(row.take('MA_BENH_YHCT') ?? '').map((code): Diagnosis => ({ code, role: 'traditional-medicine' })),
  ];
}
