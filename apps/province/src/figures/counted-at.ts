import type { FigurePlace } from '#domain/indicators/figure-places.js';
import type { FigureLevel } from './measures.js';

/** Where one fact is counted: its places, its facility, and both together. */
export interface CountedAt {
  readonly province: string | null;
  readonly district: string | null;
  readonly commune: string | null;
  readonly facility: string;
}

export const countedAt = ({ province, district, commune }: FigurePlace, facility: string): CountedAt => ({
  province: province ?? null,
  district: district ?? null,
  commune: commune ?? null,
  facility,
});

/** `{facility}/{province}/{district}/{commune}`; unknown parts are empty. */
export const pairKey = (at: CountedAt): string =>
  `${at.facility}/${at.province ?? ''}/${at.district ?? ''}/${at.commune ?? ''}`;

export function parsePairKey(key: string): {
  readonly [Part in 'facility' | 'province' | 'district' | 'commune']: string;
} {
  const [facility = '', province = '', district = '', commune = ''] = key.split('/');
  return { facility, province, district, commune };
}

/** Calls back with every level and place that a fact counts at. */
export function forEachPlace(
  at: CountedAt,
  count: (level: FigureLevel, place: string) => void,
  levels: 'with-pairs' | 'single',
): void {
  count('all', '');
  if (at.province !== null) count('province', at.province);
  if (at.district !== null) count('district', at.district);
  if (at.commune !== null) count('commune', at.commune);
  count('facility', at.facility);
  if (levels === 'with-pairs') count('pair', pairKey(at));
}
