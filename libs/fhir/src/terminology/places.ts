import type { PlaceRegister } from '#domain/places/place-register.js';
import { codeSystems } from '../systems.js';
import { byCode, type Concept, type ConceptProperty, once, type ShippedCodeSystem } from './code-system.js';

/** Administrative units, before and after 1 July 2025: all provinces, and the communes of those that are served. */
export function placeCodeSystem(register: PlaceRegister): ShippedCodeSystem {
  return {
    id: 'gso-place',
    url: codeSystems.place,
    name: 'GsoPlace',
    title: 'Đơn vị hành chính (administrative units, General Statistics Office)',
    version: '2025-07-01',
    language: 'vi',
    complete: false,
    properties: [
      { code: 'level', type: 'code' },
      { code: 'valid-from', type: 'date' },
      { code: 'valid-to', type: 'date' },
      { code: 'earlier-name', type: 'string' },
    ],
    mayBe: (code) => /^(\d{2}|\d{3}|\d{5})$/.test(code),
    concepts: once(() => {
      const ofCodes = Map.groupBy(register.units(), ({ code }) => code);
      return byCode([...ofCodes].map(([code, units]) => conceptOf(code, units)));
    }),
  };
}

/** A code may have been another area's before: what it is now comes first, what it was is told. */
function conceptOf(code: string, units: ReturnType<PlaceRegister['units']>): Concept {
  const newestFirst = units.toSorted((a, b) => ((a.validTo ?? '9999') < (b.validTo ?? '9999') ? 1 : -1));
  const [now, ...before] = newestFirst;
  if (!now) return { code };
  const parent =
    now.level === 'province'
      ? undefined
      : ((now.level === 'commune' ? now.districtCode : undefined) ?? now.provinceCode);
  const earlier = [...new Set(before.map(({ name }) => name))].filter((name) => name !== now.name);
  const properties: readonly ConceptProperty[] = [
    { code: 'level', value: now.level, kind: 'code' },
    ...(now.validFrom === undefined ? [] : [{ code: 'valid-from', value: now.validFrom, kind: 'date' } as const]),
    ...(now.validTo === undefined ? [] : [{ code: 'valid-to', value: now.validTo, kind: 'date' } as const]),
    ...earlier.map((value) => ({ code: 'earlier-name', value, kind: 'string' }) as const),
  ];
  return {
    code,
    vi: now.name,
    properties,
    ...(earlier.length > 0 && { also: earlier }),
    ...(parent !== undefined && { parent }),
  };
}
