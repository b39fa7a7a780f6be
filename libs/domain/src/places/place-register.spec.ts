import { describe, expect, it } from '@jest/globals';
import type { LocalDate } from '../dates.js';
import { PlaceRegister, type Place } from './place-register.js';

const reform = '2025-07-01' as LocalDate;
const lastDayBefore = '2025-06-30' as LocalDate;

/** 24848 was Đạ Nhim and is now Lạc Dương: codes are reused for other areas. */
const places: readonly Place[] = [
  { code: '68', level: 'province', name: 'Lâm Đồng', provinceCode: '68' },
  { code: '675', level: 'district', name: 'Lạc Dương', provinceCode: '68', validTo: lastDayBefore },
  {
    code: '24848',
    level: 'commune',
    name: 'Xã Đạ Nhim',
    provinceCode: '68',
    districtCode: '675',
    validTo: lastDayBefore,
  },
  { code: '24848', level: 'commune', name: 'Xã Lạc Dương', provinceCode: '68', validFrom: reform },
];
const register = new PlaceRegister(places, [{ from: '24850', to: '24848', part: 'partial', on: reform }]);

describe('the administrative map', () => {
  it('knows which unit bore a code on a day', () => {
    expect(register.on('24848', lastDayBefore)).toMatchObject({ name: 'Xã Đạ Nhim', districtCode: '675' });
    expect(register.on('24848', reform)).toMatchObject({ name: 'Xã Lạc Dương' });
    expect(register.on('675', reform)).toBeUndefined();
    expect(register.on('99999', reform)).toBeUndefined();
  });

  it('lists the units of a level on a day', () => {
    expect(register.all('district', lastDayBefore).map((place) => place.code)).toEqual(['675']);
    expect(register.all('district', reform)).toEqual([]);
    expect(register.all('commune', reform).map((place) => place.name)).toEqual(['Xã Lạc Dương']);
  });

  it('knows what became of a commune', () => {
    expect(register.successors('24850')).toMatchObject([{ to: '24848', part: 'partial' }]);
    expect(register.successors('24848')).toEqual([]);
  });
});
