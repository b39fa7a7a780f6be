import { describe, expect, it } from '@jest/globals';
import { canonicalQuantity } from './canonical-units.js';

describe('quantities of different units', () => {
  it.each([
    [1, 'kg', 1000, 'g'],
    [5.5, 'mmol/L', 5500, 'umol/L'],
    [120, 'mm[Hg]', 12, 'cm[Hg]'],
    [1, 'g/L', 100, 'mg/dL'],
    [170, 'cm', 1.7, 'm'],
    [5, '10*9/L', 5000, '/uL'],
    [72, '/min', 1.2, '/s'],
    [100.4, '[degF]', 38, 'Cel'],
    [1, 'a', 365.25, 'd'],
    [22, 'kg/m2', 22_000, 'g/m2'],
    [7, '%', 70, '/1000'],
    [1, 'U/L', 1, 'mU/mL'],
  ])('%d %s is %d %s', (value, unit, other, otherUnit) => {
    const left = canonicalQuantity(value, unit);
    expect(left).toBeDefined();
    expect(canonicalQuantity(other, otherUnit)).toEqual(left);
  });

  it('of different dimensions have nothing in common', () => {
    const units = ['kg', 'cm', 'mmol/L', 'mg/dL', 'mm[Hg]', 'Cel', 'U/L', '/min', 's'];
    expect(new Set(units.map((unit) => canonicalQuantity(1, unit)?.unit)).size).toBe(units.length);
  });

  it('that are not known are not converted', () => {
    expect(canonicalQuantity(1, 'viên')).toBeUndefined();
    expect(canonicalQuantity(1, 'toString')).toBeUndefined();
  });
});
