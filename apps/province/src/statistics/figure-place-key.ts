import type { LocalDate } from '#domain/dates.js';
import type { FacilityRegister } from '#domain/facilities/facility-register.js';
import type { PlaceRegister } from '#domain/places/place-register.js';

export const figureLevels = ['all', 'province', 'district', 'commune', 'facility'] as const;

/** What figures can be asked for: everything, an administrative unit, or one facility. */
export interface FigurePlaceKey {
  readonly level: (typeof figureLevels)[number];
  /** Empty for `all`. */
  readonly code: string;
}

export const everywhere: FigurePlaceKey = { level: 'all', code: '' };

/** As answers name a place. */
export const placeText = ({ level, code }: FigurePlaceKey): string => (level === 'all' ? level : code);

/** The same text for the same place, another for every other. */
export const placeKey = ({ level, code }: FigurePlaceKey): string => `${level} ${code}`;

/** Last day on which districts existed, and the day after which provinces are the present ones. */
const lastDayOfDistricts = '2025-06-30' as LocalDate;

interface Registers {
  readonly facilities: FacilityRegister;
  readonly places: PlaceRegister;
  readonly today: LocalDate;
}

/**
 * Reads a place as asked for: nothing or `all`; `facility:08Z11`, `commune:02302`, `district:071`, `province:08`; or a bare
 * code. Codes of facilities and communes may look alike: a facility of the register wins. Communes and districts that are
 * not in the register are taken by their code, for the register does not hold every province.
 * @returns `undefined` when the text names no place
 */
export function parseFigurePlace(text: string | undefined, registers: Registers): FigurePlaceKey | undefined {
  if (text === undefined || text === '' || text === 'all') return everywhere;
  const prefixed = /^(facility|commune|district|province):(.*)$/.exec(text);
  const code = prefixed?.[2] ?? text;
  switch (prefixed?.[1] ?? levelOf(code, registers)) {
    case 'facility':
      return registers.facilities.get(code) && { level: 'facility', code };
    case 'commune':
      return /^\d{5}$/.test(code) ? { level: 'commune', code } : undefined;
    case 'district':
      return /^\d{3}$/.test(code) ? { level: 'district', code } : undefined;
    case 'province':
      return /^\d{2}$/.test(code) && isProvince(code, registers) ? { level: 'province', code } : undefined;
    default:
      return undefined;
  }
}

function levelOf(code: string, { facilities }: Registers): string | undefined {
  if (facilities.get(code)) return 'facility';
  return { 2: 'province', 3: 'district', 5: 'commune' }[code.length];
}

const isProvince = (code: string, { places, today }: Registers): boolean =>
  [today, lastDayOfDistricts].some((day) => places.on(code, day)?.level === 'province');
