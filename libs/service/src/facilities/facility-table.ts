import { readFileSync } from 'node:fs';
import { type LocalDate, parseLocalDate } from '#domain/dates.js';
import type { CareLevel, FacilityDetails, FacilityKind, FacilityPlace } from '#domain/facilities/facility-events.js';
import { parseFacilityCode } from '#domain/ids.js';
import { reasonOf } from '#platform/program.js';
import { SetupError } from '#platform/setup-error.js';
import { parseTabSeparated } from '#platform/tab-separated.js';

const kinds: readonly FacilityKind[] = [
  'commune-station',
  'district-health-centre',
  'district-hospital',
  'provincial-hospital',
  'other',
];
const levels: readonly CareLevel[] = ['initial', 'basic', 'specialised'];
const headings = ['code', 'name', 'kind', 'care_level', 'province_code', 'refers_to'] as const;

/**
 * Facilities of a tab-separated table. Beside the fixed columns, places stand in columns named after their time:
 * `district_code_until_2025-06-30`, `commune_code_from_2025-07-01`.
 * @throws SetupError that names the file, the row and what is wrong with it
 */
export function readFacilityTable(file: string): readonly FacilityDetails[] {
  const text = readText(file);
  const columns = (text.replace(/^\uFEFF/, '').split(/\r?\n/, 1)[0] ?? '').split('\t');
  const periods = periodsOf(columns);
  const codes = new Set<string>();
  return parse(file, text, [
    ...headings,
    ...periods.flatMap((period) => period.columns.map(({ column }) => column)),
  ]).map((row, index) => {
    const fault = (vi: string, en: string): SetupError => wrongRow(file, index + 1, vi, en);
    const code = parseFacilityCode(row['code'] ?? '');
    if (!code)
      throw fault('mã cơ sở (code) phải có 5 ký tự như 08Z11', 'code: a facility code has five characters, like 08Z11');
    if (codes.has(code)) throw fault(`mã ${code} xuất hiện hai lần`, `code: ${code} is there twice`);
    codes.add(code);
    const kind = kinds.find((known) => known === row['kind']);
    if (!kind) throw fault(`kind: cho phép ${kinds.join(' | ')}`, `kind: allowed are ${kinds.join(' | ')}`);
    const careLevel = levels.find((known) => known === row['care_level']);
    if (!careLevel)
      throw fault(`care_level: cho phép ${levels.join(' | ')}`, `care_level: allowed are ${levels.join(' | ')}`);
    const provinceCode = row['province_code'] ?? '';
    if (!/^\d{2}$/.test(provinceCode)) throw fault('province_code: hai chữ số', 'province_code: two digits');
    const refersTo = row['refers_to'] ? parseFacilityCode(row['refers_to']) : undefined;
    if (row['refers_to'] && !refersTo) throw fault('refers_to: không phải mã cơ sở', 'refers_to: not a facility code');
    return {
      code,
      name: row['name']?.trim() || code,
      kind,
      careLevel,
      provinceCode,
      places: periods.flatMap((period) => placeIn(period, row)),
      ...(refersTo && { refersTo }),
    };
  });
}

interface Period {
  readonly validFrom?: LocalDate;
  readonly validTo?: LocalDate;
  readonly columns: readonly { readonly column: string; readonly code: 'districtCode' | 'communeCode' }[];
}

/** Oldest first, as {@link FacilityDetails.places} has them. */
function periodsOf(columns: readonly string[]): readonly Period[] {
  const found = new Map<string, Period>();
  for (const column of columns) {
    const [, level, edge, text = ''] = /^(district|commune)_code_(until|from)_(\d{4}-\d{2}-\d{2})$/.exec(column) ?? [];
    const day = parseLocalDate(text);
    if (!level || !edge || !day) continue;
    const key = `${day} ${edge}`;
    const period = found.get(key) ?? { ...(edge === 'until' ? { validTo: day } : { validFrom: day }), columns: [] };
    const code = level === 'district' ? 'districtCode' : 'communeCode';
    found.set(key, { ...period, columns: [...period.columns, { column, code }] });
  }
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, period]) => period);
}

function placeIn({ columns, ...validity }: Period, row: Readonly<Record<string, string>>): FacilityPlace[] {
  const codes = columns.flatMap(({ column, code }) => (row[column] ? [[code, row[column]]] : []));
  return codes.length === 0
    ? []
    : [{ ...(Object.fromEntries(codes) as Pick<FacilityPlace, 'districtCode' | 'communeCode'>), ...validity }];
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    throw new SetupError(
      {
        vi: `Không đọc được bảng cơ sở ${file} (${code})`,
        en: `Cannot read the table of facilities ${file} (${code})`,
      },
      { cause: error },
    );
  }
}

function parse(file: string, text: string, columns: readonly string[]): readonly Readonly<Record<string, string>>[] {
  try {
    return parseTabSeparated(text, columns);
  } catch (error) {
    const reason = reasonOf(error);
    throw new SetupError(
      { vi: `Bảng cơ sở ${file}: ${reason}`, en: `Table of facilities ${file}: ${reason}` },
      { cause: error },
    );
  }
}

function wrongRow(file: string, row: number, vi: string, en: string): SetupError {
  return new SetupError({
    vi: `Bảng cơ sở ${file}, dòng dữ liệu ${row}: ${vi}`,
    en: `Table of facilities ${file}, row ${row}: ${en}`,
  });
}
