import { readFileSync } from 'node:fs';
import type { LocalDate } from '#domain/dates.js';
import { type Place, PlaceRegister, type PlaceSuccession } from '#domain/places/place-register.js';
import { parseTabSeparated } from './tab-separated.js';

/** Districts were abolished and provinces merged on 1 July 2025. */
const lastDayOfOldMap = '2025-06-30' as LocalDate;
const firstDayOfNewMap = '2025-07-01' as LocalDate;

const read = (name: string): string =>
  readFileSync(new URL(`../../domain/data/places/${name}`, import.meta.url), 'utf8');

/**
 * The administrative map before and after 1 July 2025: all provinces, and the communes of Tuyên Quang, Hà Giang, Lai Châu and
 * Lâm Đồng (`libs/domain/data/places`).
 */
export function loadPlaceRegister(): PlaceRegister {
  return new PlaceRegister([...provinces(), ...oldUnits(), ...newCommunes()], successions());
}

function provinces(): readonly Place[] {
  const old = parseTabSeparated(read('provinces_pre_2025-07.tsv'), ['province_code', 'name']);
  const present = parseTabSeparated(read('provinces_post_2025-07.tsv'), ['province_code', 'name']);
  return [
    ...old.map((row) => ({ ...provinceOf(row), validTo: lastDayOfOldMap })),
    ...present.map((row) => ({ ...provinceOf(row), validFrom: firstDayOfNewMap })),
  ];
}

function provinceOf(row: { readonly province_code: string; readonly name: string }) {
  return { code: row.province_code, level: 'province' as const, name: row.name, provinceCode: row.province_code };
}

function oldUnits(): readonly Place[] {
  const rows = parseTabSeparated(read('admin_units_pre_2025-07_TQ_HG_LC_LD.tsv'), [
    'province_code',
    'district_code',
    'district',
    'commune_code',
    'commune',
  ]);
  const districts = new Map(rows.map((row) => [row.district_code, row]));
  return [
    ...[...districts.values()].map((row) => ({
      code: row.district_code,
      level: 'district' as const,
      name: row.district,
      provinceCode: row.province_code,
      validTo: lastDayOfOldMap,
    })),
    ...rows.map((row) => ({
      code: row.commune_code,
      level: 'commune' as const,
      name: row.commune,
      provinceCode: row.province_code,
      districtCode: row.district_code,
      validTo: lastDayOfOldMap,
    })),
  ];
}

function newCommunes(): readonly Place[] {
  const rows = parseTabSeparated(read('admin_units_post_2025-07_TQ_LC_LD.tsv'), [
    'province_code',
    'commune_code',
    'commune',
  ]);
  return rows.map((row) => ({
    code: row.commune_code,
    level: 'commune',
    name: row.commune,
    provinceCode: row.province_code,
    validFrom: firstDayOfNewMap,
  }));
}

function successions(): readonly PlaceSuccession[] {
  const rows = parseTabSeparated(read('admin_units_map_pre_to_post_2025-07_TQ_LC_LD.tsv'), [
    'old_commune_code',
    'new_commune_code',
    'part',
  ]);
  return rows.map((row) => {
    if (row.part !== 'full' && row.part !== 'partial')
      throw new Error(`Unknown part "${row.part}" of ${row.old_commune_code}`);
    return { from: row.old_commune_code, to: row.new_commune_code, part: row.part, on: firstDayOfNewMap };
  });
}
