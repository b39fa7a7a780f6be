import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  addDays,
  addMonths,
  addWorkingDays,
  dateTime,
  dateTimeOf,
  dayOf,
  epochOf,
  localDate,
  parseDateTime,
  parseLocalDate,
  parsePartialDate,
  type DateTime,
  type LocalDate,
} from './dates.js';

const day = (text: string): LocalDate => {
  const parsed = parseLocalDate(text);
  if (!parsed) throw new Error(`not a day: ${text}`);
  return parsed;
};

describe('calendar days', () => {
  it('are days that the calendar has', () => {
    expect(localDate(2024, 2, 29)).toBe('2024-02-29');
    expect(localDate(2026, 2, 29)).toBeUndefined();
    expect(localDate(2026, 13, 1)).toBeUndefined();
    expect(localDate(26, 1, 1)).toBeUndefined();
    expect(parseLocalDate('2026-04-31')).toBeUndefined();
  });

  it('may be known in part', () => {
    expect(parsePartialDate('1958')).toBe('1958');
    expect(parsePartialDate('1958-02')).toBe('1958-02');
    expect(parsePartialDate('1958-02-30')).toBeUndefined();
    expect(parsePartialDate('58')).toBeUndefined();
  });

  it('move by days and months, ending a month where it ends', () => {
    expect(addDays(day('2026-02-28'), 1)).toBe('2026-03-01');
    expect(addMonths(day('2026-01-31'), 1)).toBe('2026-02-28');
    expect(addMonths(day('2026-01-15'), -12)).toBe('2025-01-15');
    expect(addMonths(day('2024-02-29'), 12)).toBe('2025-02-28');
  });
});

describe('Vietnamese time', () => {
  it('is seven hours ahead of UTC all year', () => {
    const moment = Date.UTC(2026, 10, 21, 18, 30);
    expect(dayOf(moment)).toBe('2026-11-22');
    expect(dateTimeOf(moment)).toBe('2026-11-22T01:30:00+07:00');
  });

  it('is what times of other zones are rewritten in', () => {
    expect(parseDateTime('2026-11-21T18:30:00Z')).toBe('2026-11-22T01:30:00+07:00');
    expect(parseDateTime('2026-11-22')).toBe('2026-11-22');
    expect(parseDateTime('2026-02-30T10:00:00Z')).toBeUndefined();
    expect(parseDateTime('2026-11-22T25:00:00Z')).toBeUndefined();
    expect(dateTime(day('2026-11-22'), 24, 0)).toBeUndefined();
  });

  it('comes back from its moment', () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(1900, 0), max: Date.UTC(2190, 0) }), (moment) => {
        const whole = Math.floor(moment / 1000) * 1000;
        expect(epochOf(dateTimeOf(whole))).toBe(whole);
      }),
    );
  });
});

describe('working days', () => {
  it('skip week-ends: ten from a Monday end on the Monday two weeks later', () => {
    expect(addWorkingDays(day('2026-10-05'), 10)).toBe('2026-10-19');
  });

  it('skip the holidays given', () => {
    expect(addWorkingDays(day('2026-08-31'), 3, new Set(['2026-09-02']))).toBe('2026-09-04');
  });
});

it('a bare day counts from its first minute in Viet Nam', () => {
  expect(new Date(epochOf('2026-11-22' as DateTime)).toISOString()).toBe('2026-11-21T17:00:00.000Z');
});
