import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LocalDate } from '../dates.js';
import { addMonths } from '../dates.js';
import { isChronicDisease } from './clinical-definitions.js';
import { findIndicator, indicators, valueOf } from './indicator.js';
import { laboratoryValues } from './laboratory-values.js';
import { calendarPeriodsOf, parsePeriod, twelveMonthsAfter } from './period.js';

const day = fc
  .integer({ min: 0, max: 60_000 })
  .map((days) => new Date(Date.parse('1950-01-01') + days * 86_400_000).toISOString().slice(0, 10) as LocalDate);

describe('periods', () => {
  it.each([
    ['2026', '2026-01-01', '2026-12-31'],
    ['2026-Q1', '2026-01-01', '2026-03-31'],
    ['2026-Q4', '2026-10-01', '2026-12-31'],
    ['2024-02', '2024-02-01', '2024-02-29'],
    ['2026-10-15', '2026-10-15', '2026-10-15'],
    ['all', undefined, undefined],
  ])('%s is from %s to %s', (text, from, to) => {
    const period = parsePeriod(text);
    expect([period?.from, period?.to]).toEqual([from, to]);
  });

  it.each(['', '26', '2026-13', '2026-00', '2026-Q5', '2026-Q', '2026-02-30', '2026-1', 'All', '2026-10-1'])(
    'refuses "%s"',
    (text) => expect(parsePeriod(text)).toBeUndefined(),
  );

  it('of a day hold the day', () => {
    fc.assert(
      fc.property(day, (each) => {
        for (const text of Object.values(calendarPeriodsOf(each))) {
          const period = parsePeriod(text);
          expect((period?.from ?? '') <= each && each <= (period?.to ?? '')).toBe(true);
        }
      }),
    );
  });

  it('a year later is twelve months later', () => {
    fc.assert(fc.property(day, (each) => expect(twelveMonthsAfter(each)).toBe(addMonths(each, 12))));
    expect(twelveMonthsAfter('2024-02-29' as LocalDate)).toBe('2025-02-28');
  });
});

describe('indicators', () => {
  it('have a code of their own, and a denominator exactly where their form needs one', () => {
    expect(new Set(indicators.map(({ code }) => code)).size).toBe(indicators.length);
    for (const { code } of indicators) {
      const indicator = findIndicator(code);
      expect([code, indicator?.denominator !== undefined]).toEqual([code, indicator?.form !== 'count']);
    }
  });

  it('are worth percent, a mean, a count, or nothing of nothing', () => {
    const worth = (code: string, numerator: number, denominator: number | null) => {
      const indicator = findIndicator(code);
      return indicator && valueOf(indicator, { numerator, denominator });
    };
    expect(worth('visits-insured', 69, 71)).toBeCloseTo(97.183, 3);
    expect(worth('referral-answer-hours', 36, 3)).toBe(12);
    expect(worth('visits', 71, null)).toBe(71);
    expect(worth('hypertension-controlled', 0, 0)).toBeNull();
  });

  it('take I10–I15, E10–E14 and J44–J46 as chronic', () => {
    expect(['I10', 'I15.9', 'E11.9', 'E14', 'J44.9', 'J46', 'i10'].every(isChronicDisease)).toBe(true);
    expect(['I16', 'I09.9', 'E15', 'J43', 'J47', 'A09', ''].some(isChronicDisease)).toBe(false);
  });
});

describe('laboratory values', () => {
  const read = (name: string, value: string, unit?: string) =>
    laboratoryValues([{ name, value, ...(unit && { unit }) }]);

  it.each([
    ['Glucose máu lúc đói', '7,5', 'mmol/L', { glucose: 7.5 }],
    ['Định lượng đường huyết', '126', 'mg/dL', { glucose: 7 }],
    ['Đường máu mao mạch', '108', undefined, { glucose: 6 }],
    ['HbA1c', '6.8', '%', { hba1c: 6.8 }],
    ['Định lượng HbA1c', '48', 'mmol/mol', { hba1c: 6.54 }],
    ['Glucose niệu', '5', 'mmol/L', {}],
    ['Glucose máu sau ăn 2 giờ', '9', 'mmol/L', {}],
    ['Glucose', 'âm tính', undefined, {}],
    ['Glucose', '900', 'mmol/L', {}],
    ['Urê', '5', 'mmol/L', {}],
  ])('%s %s %s', (name, value, unit, expected) => expect(read(name, value, unit)).toEqual(expected));
});
