import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addWorkingDays, type LocalDate } from '../dates.js';
import { referral } from '../../test/referral-builder.js';
import { referralDirection } from './referral-direction.js';
import { parseReferralId, referralId } from './referral-key.js';
import { lastValidDay } from './referral-validity.js';

describe('referral id', () => {
  it('is the facility and the number, and reads back', () => {
    expect(referralId(referral)).toBe('08Z11.08Z11-CT-00001');
    expect(parseReferralId('08Z11.08Z11-CT-00001')).toEqual(referral);
    expect(parseReferralId('08Z11.12.3/CT')).toEqual({ from: '08Z11', number: '12.3/CT' });
  });

  it.each(['', '.', '08Z11', '08Z11.', '8Z11.1', '08Z11.a b', `08Z11.${'9'.repeat(101)}`])(
    '%j names no referral',
    (text) => {
      expect(parseReferralId(text)).toBeUndefined();
    },
  );
});

it('direction by care levels', () => {
  expect(referralDirection('initial', 'basic')).toBe('up');
  expect(referralDirection('initial', 'specialised')).toBe('up');
  expect(referralDirection('basic', 'initial')).toBe('down');
  expect(referralDirection('basic', 'basic')).toBe('level');
});

it('a year from a leap day ends on the last of February', () => {
  expect(lastValidDay('2028-02-29' as LocalDate, 'one-year')).toBe('2029-02-28');
});

it('ten working days hold ten days from Monday to Friday, and end on one', () => {
  const base = Date.UTC(2026, 0, 1);
  fc.assert(
    fc.property(fc.nat(3_000), fc.integer({ min: 1, max: 30 }), (offset, count) => {
      const signed = new Date(base + offset * 86_400_000).toISOString().slice(0, 10) as LocalDate;
      const last = addWorkingDays(signed, count);
      let working = 0;
      for (let day = Date.parse(signed) + 86_400_000; day <= Date.parse(last); day += 86_400_000) {
        if (new Date(day).getUTCDay() % 6 !== 0) working += 1;
      }
      expect(working).toBe(count);
      expect(new Date(last).getUTCDay() % 6).not.toBe(0);
    }),
  );
});
