import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PartialDate } from '../../dates.js';
import { PlaceRegister } from '../../places/place-register.js';
import type { IdentifierSystem } from '../resident-content.js';
import { blockingKeys, blockKinds } from './blocking-keys.js';
import { compareBirthDates } from './compare-birth-dates.js';
import { compareNames } from './compare-names.js';
import { comparePhones } from './compare-places.js';
import type { ComparablePerson } from './comparable-person.js';
import { learnedFrequencies, nameBits } from './name-frequencies.js';
import { nameWords } from './name-words.js';
import { couldBeOne, judge, nameBitsOf, weigh } from './weigh.js';

interface Told {
  readonly name?: string;
  readonly sex?: 'male' | 'female' | 'unknown';
  readonly birth?: string;
  readonly commune?: string;
  readonly phone?: string;
  readonly numbers?: Partial<Record<IdentifierSystem, string>>;
  readonly mother?: ComparablePerson['mother'];
}

/** Synthetic. */
const person = (told: Told = {}): ComparablePerson => ({
  details: {
    name: told.name ?? 'Chẩu Thị Huệ',
    sex: told.sex ?? 'female',
    ...(told.birth !== undefined && { birthDate: told.birth as PartialDate }),
    ...(told.phone !== undefined && { phone: told.phone }),
    ...(told.commune !== undefined && { residence: { provinceCode: '08', communeCode: told.commune } }),
  },
  identifiers: Object.entries(told.numbers ?? {}).map(([system, value]) => ({
    system: system as IdentifierSystem,
    value,
    ...(system === 'facility-patient-number' && { facility: '08Z11' as never }),
  })),
  ...(told.mother && { mother: told.mother }),
});
const verdict = (a: Told, b: Told) => judge(weigh(person(a), person(b)));

describe('names', () => {
  it.each([
    ['Đặng Thị Hương', 'DANG THI HUONG', 'same'],
    ['Nguyễn Văn An', 'Nguye64n Va8n An', 'same'],
    ['Nguyễn Văn An', 'Nguyeenx Vawn An', 'same'],
    ['Nguyễn Văn An', 'Nguyên Van An', 'fewer-marks'],
    ['Đặng Thị Hương', 'Đặng Thị Hường', 'fewer-marks'],
    ['Lê Văn Toàn', 'Lê Văn Toán', 'other-marks'],
    ['Nguyễn Văn Thắng', 'NguyễnVăn Thắng', 'close'],
    ['Đặng Thị Hương', 'Hương Đặng Thị', 'reordered'],
    ['Đặng Thị Thu Hương', 'Đặng Hương', 'shortened'],
    ['Nguyễn Văn Thắng', 'Nguyen Van Thangg', 'close'],
    ['Nguyễn Văn Thắng', 'Nguy?n V?n Th?ng', 'fewer-marks'],
    ['Đặng Thị Hương', 'Đặng Thu Hương', 'partly'],
    ['Lê An', 'Lê Anh', 'different'],
    ['Con bà Hoa', 'Lê Anh', undefined],
  ])('%s and %s: %s', (a, b, agreement) => {
    expect(compareNames(a, b)).toBe(agreement);
    expect(compareNames(b, a)).toBe(agreement);
  });

  it('say the less the commoner they are', () => {
    const common = learnedFrequencies(['Nguyễn Thị Hoa', 'Chẩu Thị Huệ']);
    expect(nameBits(nameWords('Nguyễn Thị Hoa'), common)).toBeLessThan(nameBits(nameWords('Chẩu Thị Huệ'), common));
    const local = learnedFrequencies(Array.from({ length: 20_000 }, () => 'Chẩu Thị Huệ'));
    expect(nameBits(nameWords('Chẩu Thị Huệ'), local)).toBeLessThan(3);
  });
});

describe('birth dates', () => {
  it.each([
    ['1950-05-03', '1950-05-03', 'same'],
    ['1950-05-03', '1950-05', 'same-month'],
    ['1950-05-03', '1950', 'same-year'],
    ['1950-05-03', '1950-01-01', 'same-year'],
    ['1950-05-03', '1950-03-05', 'exchanged'],
    ['1950-05-31', '1950-06-01', 'one-digit'],
    ['1950-05-03', '1960-05-03', 'one-digit'],
    ['1950', '1951', 'near-year'],
    ['1950-05-03', '1950-11-28', 'same-year-other-day'],
    ['1950-05-03', '1972-11-28', 'different'],
  ])('%s and %s: %s', (a, b, agreement) => {
    expect(compareBirthDates(a as PartialDate, b as PartialDate)).toBe(agreement);
    expect(compareBirthDates(b as PartialDate, a as PartialDate)).toBe(agreement);
  });
});

describe('telephones', () => {
  it('agree however they are written, and across the change of 2018', () => {
    expect(comparePhones('+84 98 765 4321', '0987654321')).toBe('same');
    expect(comparePhones('0168 765 4321', '0387654321')).toBe('same');
    expect(comparePhones('0000000000', '0000000000')).toBeUndefined();
  });
});

describe('two records', () => {
  const full: Told = { birth: '1961-05-11', commune: '02302' };

  it('without numbers are one person when name, birth date, sex and place agree', () => {
    expect(verdict(full, full)).toBe('same');
    expect(verdict(full, { ...full, name: 'CHAU THI HUE' })).toBe('same');
  });

  it('with a common name and a birth year alone are for a human to say', () => {
    const old: Told = { name: 'Nguyễn Văn Hùng', sex: 'male', birth: '1941', commune: '02302' };
    expect(verdict(old, old)).toBe('review');
    expect(verdict(old, { ...old, birth: '1950' })).toBe('different');
  });

  it('with a personal number in common are one, and one slip of the pen is forgiven, two are not', () => {
    const numbers = { 'national-id': '008161000001' };
    const known = { ...full, numbers };
    expect(verdict(known, { ...known, sex: 'male' })).toBe('same');
    expect(verdict(known, { ...known, birth: '1999-12-30' })).toBe('same');
    expect(verdict(known, { ...known, birth: '1999-12-30', sex: 'male' })).not.toBe('same');
    expect(verdict(known, { name: 'Trần Văn Khác', sex: 'male', birth: '1999-12-30', numbers })).not.toBe('same');
  });

  it.each<[string, Told]>([
    ['two personal numbers', { numbers: { 'national-id': '008161777777', 'insurance-number': '0812345678' } }],
    ['two insurance numbers', { numbers: { 'national-id': '008161000001', 'insurance-number': '0899999999' } }],
  ])('are never joined over %s, whatever else agrees', (_, other) => {
    const known = { ...full, numbers: { 'national-id': '008161000001', 'insurance-number': '0812345678' } };
    expect(verdict(known, { ...known, ...other })).toBe('review');
  });

  it('that differ in sex or in birth date are never joined by likeness alone', () => {
    const known = { ...full, phone: '0987654321', numbers: { 'facility-patient-number': 'BN-1' } };
    expect(verdict(known, { ...known, sex: 'male' })).toBe('review');
    expect(verdict(known, { ...known, birth: '1999-12-30' })).not.toBe('same');
  });

  it('of newborns need more than a mother: twins have the same', () => {
    const mother = { name: 'Chẩu Thị Huệ', identifiers: [{ system: 'national-id', value: '008190000001' } as const] };
    const baby: Told = { name: 'Con bà Huệ', birth: '2026-10-01', commune: '02302', phone: '0987654321', mother };
    expect(verdict(baby, baby)).toBe('review');
    expect(verdict({ ...baby, name: 'Ma Thị Na' }, { ...baby, name: 'Ma Thị Na' })).toBe('same');
    expect(verdict({ ...baby, name: 'Ma Thị Na' }, { ...baby, name: 'Ma Văn Sơn', sex: 'male' })).not.toBe('same');
  });

  it('in a commune that changed its code in 2025 live in the same place', () => {
    const on = '2025-07-01' as never;
    const places = new PlaceRegister(
      [],
      [
        { from: '02302', to: '02305', part: 'full', on },
        { from: '02308', to: '02305', part: 'full', on },
        { from: '02311', to: '02305', part: 'partial', on },
      ],
    );
    const placeOf = (a: string, b: string) =>
      weigh(person({ commune: a }), person({ commune: b }), { places }).fields.find(({ field }) => field === 'place')
        ?.agreement;
    expect(placeOf('02302', '02305')).toBe('same-commune');
    expect(placeOf('02305', '02311')).toBe('kindred-commune');
    expect(placeOf('02302', '02308')).toBe('kindred-commune');
    expect(placeOf('02302', '02317')).toBe('other-commune');
    const key = (commune: string) => blockingKeys(person({ ...full, commune }), places).name_place;
    expect(key('02302')).toBe(key('02305'));
  });

  it('by a patient number that may have been given out again agree the less', () => {
    const known = (seenOn: string): ComparablePerson => ({
      ...person(full),
      identifiers: [
        { system: 'facility-patient-number', value: '7', facility: '08Z11' as never, seenOn: seenOn as never },
      ],
    });
    const weightOf = (seenOn: string) => weigh(known('2026-01-01'), known(seenOn)).weight;
    expect(weightOf('2010-01-01')).toBeLessThan(weightOf('2025-01-01'));
  });
});

const name = fc
  .tuple(
    fc.constantFrom('Nguyễn', 'Nguyen', 'Trần', 'Chẩu', 'Đặng'),
    fc.constantFrom('', 'Thị', 'Văn', 'Thị Thu', 'Van'),
    fc.constantFrom('Hoa', 'Hòa', 'Hương', 'Huong', 'Thắng', 'Anh', 'An'),
  )
  .map((parts) => parts.filter((part) => part !== '').join(' '));
const optional = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });
const digits = (length: number) => fc.constantFrom('1', '2', '3').map((digit) => digit.padStart(length, '08'));
const arbitraryPerson: fc.Arbitrary<ComparablePerson> = fc
  .record({
    name: fc.oneof({ weight: 9, arbitrary: name }, fc.constant('Con bà Hoa')),
    sex: fc.constantFrom('male', 'female', 'unknown'),
    birth: optional(
      fc.constantFrom('1950', '1951', '1950-05', '1950-05-03', '1950-03-05', '1950-05-04', '1950-01-01', '1987-12-30'),
    ),
    commune: optional(fc.constantFrom('02302', '02305', '02308')),
    phone: optional(fc.constantFrom('0987654321', '+84987654321', '0912345678')),
    national: optional(digits(12)),
    insurance: optional(digits(10)),
    patient: optional(digits(7)),
  })
  .map(({ national, insurance, patient, birth, commune, phone, ...told }) =>
    person({
      ...(told as Told),
      ...(birth !== undefined && { birth }),
      ...(commune !== undefined && { commune }),
      ...(phone !== undefined && { phone }),
      numbers: {
        ...(national !== undefined && { 'national-id': national }),
        ...(insurance !== undefined && { 'insurance-number': insurance }),
        ...(patient !== undefined && { 'facility-patient-number': patient }),
      },
    }),
  );

const detailNames = ['name', 'sex', 'birthDate', 'phone', 'residence'] as const;
const picked = (details: ComparablePerson['details'], fields: readonly (typeof detailNames)[number][]) =>
  Object.fromEntries(fields.flatMap((field) => (details[field] === undefined ? [] : [[field, details[field]]])));

describe('weighing', () => {
  it('is symmetric', () => {
    fc.assert(
      fc.property(arbitraryPerson, arbitraryPerson, (a, b) => {
        const [there, back] = [weigh(a, b), weigh(b, a)];
        expect(back.weight).toBeCloseTo(there.weight, 9);
        expect(judge(back)).toBe(judge(there));
      }),
      { numRuns: 1000 },
    );
  });

  it('never falls when one field comes to agree', () => {
    fc.assert(
      fc.property(
        arbitraryPerson,
        arbitraryPerson,
        fc.constantFrom('name', 'sex', 'birthDate', 'phone', 'residence', 'numbers'),
        (a, b, field) => {
          const agreeing: ComparablePerson =
            field === 'numbers'
              ? { ...b, identifiers: a.identifiers }
              : { ...b, details: { ...b.details, [field]: a.details[field as 'name'] } };
          const gap = (a.details as Record<string, unknown>)[field] === undefined && field !== 'numbers';
          // What a does not tell cannot come to agree.
          fc.pre(!gap && !(field === 'numbers' && a.identifiers.length < b.identifiers.length));
          fc.pre(
            !(field === 'sex' && a.details.sex === 'unknown') &&
              !(field === 'name' && a.details.name.startsWith('Con')),
          );
          expect(weigh(a, agreeing).weight).toBeGreaterThanOrEqual(weigh(a, b).weight - 1e-9);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('never joins two different exclusive numbers', () => {
    fc.assert(
      fc.property(arbitraryPerson, (a) => {
        const numbered = (value: string): ComparablePerson => ({
          ...a,
          identifiers: [
            ...a.identifiers.filter(({ system }) => system !== 'national-id'),
            { system: 'national-id', value },
          ],
        });
        expect(judge(weigh(numbered('008161000001'), numbered('024099777777')))).not.toBe('same');
      }),
    );
  });

  it('is never skipped where it would matter', () => {
    fc.assert(
      fc.property(arbitraryPerson, arbitraryPerson, (a, b) => {
        if (judge(weigh(a, b)) !== 'different') expect(couldBeOne(a, b, nameBitsOf(b))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('finds a record whose sex is not known', () => {
    const known: ComparablePerson = {
      details: { name: 'Chẩu Thị Thu Hoa', sex: 'female', birthDate: '1950' as PartialDate },
      identifiers: [],
    };
    const unknown: ComparablePerson = { ...known, details: { ...known.details, sex: 'unknown' } };
    expect(blockingKeys(unknown).name_year).toBe(blockingKeys(known).name_year);
  });

  it('finds records of one person by at least one key', () => {
    fc.assert(
      fc.property(arbitraryPerson, arbitraryPerson, fc.subarray([...detailNames]), (a, other, fields) => {
        const b = { ...a, details: { ...a.details, ...picked(other.details, fields) } };
        const bare = (one: ComparablePerson): ComparablePerson => ({ ...one, identifiers: [] });
        fc.pre(judge(weigh(bare(a), bare(b))) === 'same');
        const [left, right] = [blockingKeys(a), blockingKeys(b)];
        expect(blockKinds.some((kind) => left[kind] !== undefined && left[kind] === right[kind])).toBe(true);
      }),
      { numRuns: 500, maxSkipsPerRun: 200 },
    );
  });
});
