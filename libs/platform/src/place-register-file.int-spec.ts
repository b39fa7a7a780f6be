import { describe, expect, it } from '@jest/globals';
import type { LocalDate } from '#domain/dates.js';
import { FigurePlaces } from '#domain/indicators/figure-places.js';
import { loadPlaceRegister } from './place-register-file.js';

const before = '2025-06-30' as LocalDate;
const after = '2025-07-01' as LocalDate;
const register = loadPlaceRegister();

describe('the administrative map as shipped', () => {
  it('has 63 provinces before 1 July 2025 and 34 from then on', () => {
    expect(register.all('province', before)).toHaveLength(63);
    expect(register.all('province', after)).toHaveLength(34);
    expect(register.all('district', after)).toEqual([]);
  });

  it('has the communes of Tuyên Quang before and after', () => {
    const communesOf = (day: LocalDate) =>
      register.all('commune', day).filter(({ provinceCode }) => provinceCode === '08');
    expect(communesOf(before)).toHaveLength(137);
    expect(communesOf(after)).toHaveLength(124);
    expect(register.on('071', before)?.name).toBe('Huyện Lâm Bình');
  });

  it('knows that a code names another commune after the change', () => {
    expect(register.on('24848', before)?.name).toBe('Xã Đạ Nhim');
    expect(register.on('24848', after)?.name).toBe('Xã Lạc Dương');
    expect(register.successors('02233')).toEqual([{ from: '02233', to: '02266', part: 'full', on: after }]);
  });
});

describe('where somebody is counted', () => {
  const places = new FigurePlaces(register);
  const station = [{ provinceCode: '08', communeCode: '02302', validFrom: after }];
  const at = (communeCode: string | undefined, statedOn: LocalDate, day: LocalDate, provinceCode = '08') =>
    places.of(communeCode ? { provinceCode, communeCode } : undefined, statedOn, day, station);

  it('is the commune of the day, or what has become of it', () => {
    expect(at('02233', before, before)).toEqual({
      province: '08',
      district: '071',
      commune: '02233',
      changesOn: after,
    });
    expect(at('02233', before, after)).toEqual({ province: '08', commune: '02266' });
    // An old code written after the change.
    expect(at('02233', after, after)).toEqual({ province: '08', commune: '02266' });
  });

  it('is where the facility stands when the residence is missing, unknown, or was split', () => {
    const here = { province: '08', commune: '02302' };
    expect(at(undefined, after, after)).toEqual(here);
    expect(at('99999', after, after)).toEqual(here);
    const split = register.successors('00688');
    expect(split.length).toBeGreaterThan(1);
    expect(at('00688', before, after, '02')).toEqual(here);
  });

  it('is the code itself in a province whose communes are not shipped', () => {
    expect(at('00070', after, after, '01')).toEqual({ province: '01', commune: '00070' });
  });
});
