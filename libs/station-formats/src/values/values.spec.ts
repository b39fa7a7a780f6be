import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  isBefore,
  isMoment,
  readBirthDate,
  readDay,
  readMoment,
  readSlashedMoment,
  readSlashedPartialDate,
} from './dates.js';
import { vitalsInNote } from './note-vitals.js';
import { readNumber } from './numbers.js';
import { normaliseName, readInsuranceNumber, readPersonNumber } from './person-numbers.js';

describe('dates', () => {
  it('reads moments in Vietnamese time', () => {
    expect(readMoment('202609021050')).toBe('2026-09-02T10:50:00+07:00');
    expect(readMoment('20260902105033')).toBe('2026-09-02T10:50:00+07:00');
    expect(readMoment('20260902')).toBe('2026-09-02');
    expect(readDay('202609021050')).toBe('2026-09-02');
    for (const wrong of [
      '20260230',
      '202613010000',
      '202609022460',
      '202609022360',
      '2026-09-02',
      '2026',
      '',
      '20260902 1050',
      '17991231',
    ]) {
      expect(readMoment(wrong)).toBeUndefined();
    }
  });

  it('knows the calendar that JavaScript knows', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1800, max: 2199 }), fc.nat(13), fc.nat(32), (year, month, day) => {
        const date = new Date(Date.UTC(year, month - 1, day));
        const exists = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
        const text = `${year}${String(month).padStart(2, '0')}${String(day).padStart(2, '0')}`;
        expect(isMoment(text)).toBe(exists);
      }),
    );
  });

  it('compares by the minute where both have one, else by the day', () => {
    expect(isBefore('202609021050', '202609021051')).toBe(true);
    expect(isBefore('202609021050', '20260902')).toBe(false);
    expect(isBefore('20260901', '202609021051')).toBe(true);
    expect(isBefore('rubbish', '20260902')).toBe(false);
  });

  it('reads as much of a birth date as is known', () => {
    expect(readBirthDate('198601270000')).toBe('1986-01-27');
    expect(readBirthDate('19860127')).toBe('1986-01-27');
    expect(readBirthDate('198600000000')).toBe('1986');
    expect(readBirthDate('198601000000')).toBe('1986-01');
    expect(readBirthDate('198601')).toBe('1986-01');
    expect(readBirthDate('1986')).toBe('1986');
    for (const wrong of ['00000000', '19860031', '19861301', '86', '1986-01-27', ''])
      expect(readBirthDate(wrong)).toBeUndefined();
  });

  it('reads the dates of the health record', () => {
    expect(readSlashedMoment('05/09/2026')).toBe('2026-09-05');
    expect(readSlashedMoment('5/9/2026 07:30')).toBe('2026-09-05T07:30:00+07:00');
    expect(readSlashedMoment('31/02/2026')).toBeUndefined();
    expect(readSlashedPartialDate('02/08/1951')).toBe('1951-08-02');
    expect(readSlashedPartialDate('00/08/1951')).toBe('1951-08');
    expect(readSlashedPartialDate('08/1951')).toBe('1951-08');
    expect(readSlashedPartialDate('00/00/1951')).toBe('1951');
    expect(readSlashedPartialDate('1951')).toBe('1951');
    expect(readSlashedPartialDate('31/31/1951')).toBeUndefined();
  });
});

describe('readNumber', () => {
  it('reads plain decimals, and a comma only where it cannot mean thousands', () => {
    expect(['12', '-3', '12.50', '37,5', '0'].map(readNumber)).toEqual([12, -3, 12.5, 37.5, 0]);
    expect(['12,500', '1.234.567', '1e5', '0x10', 'Infinity', '', ' ', '12 000', 'NaN'].map(readNumber)).toEqual(
      Array(9).fill(undefined),
    );
  });
});

describe('person numbers', () => {
  it('tells them apart', () => {
    expect(readPersonNumber('008086176441')).toEqual({ system: 'national-id', value: '008086176441' });
    expect(readPersonNumber('071234567')).toEqual({ system: 'citizen-id', value: '071234567' });
    expect(readPersonNumber('c1234567')).toEqual({ system: 'passport', value: 'C1234567' });
    expect(readPersonNumber('12345')).toBeUndefined();
    expect(readInsuranceNumber('HT3080835445684')?.value).toBe('0835445684');
    expect(readInsuranceNumber('0835445684')?.value).toBe('0835445684');
    expect(readInsuranceNumber('HT308083544568')).toBeUndefined();
  });

  it('writes names in one way', () => {
    expect(normaliseName('  Nguyễn   Thị\tHoa '.normalize('NFD'))).toBe('Nguyễn Thị Hoa');
  });
});

describe('vitalsInNote', () => {
  it.each([
    ['Tỉnh, tiếp xúc tốt. HA 161/97 mmHg, mạch 87 l/p.', { systolic: 161, diastolic: 97, pulse: 87 }],
    ['huyết áp 130/80', { systolic: 130, diastolic: 80 }],
    ['HA: 120/80mmHg; M 80 l/p; T 37,5', { systolic: 120, diastolic: 80, pulse: 80, temperature: 37.5 }],
    ['M: 80, HA = 120 / 70', { systolic: 120, diastolic: 70, pulse: 80 }],
    [
      'Huyết áp: 110/70 mmHg, nhiệt độ 36.8, nhịp thở 18',
      { systolic: 110, diastolic: 70, temperature: 36.8, respiratoryRate: 18 },
    ],
    ['HA lúc vào 9/5; HA 150/90, sau 30 phút HA 140/85', { systolic: 150, diastolic: 90 }],
    ['HA 16/9 cmHg', {}],
    ['HA 12/08/2026', {}],
    ['HA 80/120', {}],
    ['HA 999/10, mạch 999, T 99,9', {}],
    ['Đường huyết 7.5, NHA 120/80', {}],
    ['M 80kg, T 12', {}],
    ['Bệnh nhân khỏe', {}],
    ['huyết áp 130/80'.normalize('NFD'), { systolic: 130, diastolic: 80 }],
  ])('%s', (note, vitals) => {
    expect(vitalsInNote(note)).toEqual(vitals);
  });

  it('gives only what a living person can have, whatever the text', () => {
    const words = fc.constantFrom(
      'HA',
      'mạch',
      'M',
      'T',
      'huyết áp',
      'nhiệt độ',
      ':',
      '/',
      ' ',
      'mmHg',
      '120',
      '80',
      '37,5',
      '9999',
      '-',
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 20 }), (parts) => {
        const { systolic = 120, diastolic = 80, pulse = 80, temperature = 37 } = vitalsInNote(parts.join(''));
        expect(
          systolic > diastolic &&
            systolic <= 300 &&
            diastolic >= 20 &&
            pulse >= 20 &&
            pulse <= 250 &&
            temperature >= 30 &&
            temperature <= 45,
        ).toBe(true);
      }),
    );
  });

  it('takes no longer for a note made to be slow', () => {
    const started = performance.now();
    vitalsInNote('huyết áp '.repeat(20_000) + ' '.repeat(50_000) + 'HA '.repeat(20_000));
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
