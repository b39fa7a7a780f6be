import { readFileSync } from 'node:fs';

/** Whether districts exist in the world: the administrative map changed on 1 July 2025. */
export type Era = '2025' | '2026';

export interface Place {
  readonly code: string;
  readonly name: string;
}

export interface Station extends Place {
  readonly commune: string;
  readonly district?: string;
  /** What the commune is called, without "Trạm Y tế". */
  readonly area: string;
}

export interface SyntheticFacilities {
  /** As sent along with the messages; columns of `facilities.tsv`. */
  readonly tsv: string;
  readonly stations: readonly Station[];
  readonly centre: Place;
}

/** Ten invented stations (codes `08Z..`) on real places, and the district centre they refer to. */
export function syntheticFacilities(era: Era): SyntheticFacilities {
  const tsv = readFileSync(new URL('../../data/synthetic_facilities.tsv', import.meta.url), 'utf8');
  const [head = '', ...lines] = tsv.trimEnd().split('\n');
  const columns = head.split('\t');
  const rows = lines.map((line) => new Map(line.split('\t').map((cell, index) => [columns[index] ?? '', cell])));
  const text = (row: ReadonlyMap<string, string>, column: string): string => row.get(column) ?? '';
  const stations = rows
    .filter((row) => text(row, 'kind') === 'commune-station')
    .map((row): Station => ({
      code: text(row, 'code'),
      name: text(row, 'name'),
      commune: text(row, era === '2025' ? 'commune_code_until_2025-06-30' : 'commune_code_from_2025-07-01'),
      ...(era === '2025' && { district: text(row, 'district_code_until_2025-06-30') }),
      area: text(row, 'name').replace('Trạm Y tế ', '').replace(' (giả lập)', ''),
    }));
  const centre = rows.find((row) => text(row, 'kind') === 'district-health-centre');
  if (!centre) throw new Error('synthetic_facilities.tsv has no district health centre');
  return { tsv, stations, centre: { code: text(centre, 'code'), name: text(centre, 'name') } };
}
