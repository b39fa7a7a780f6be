import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { spanOf } from '../projection/seconds.js';
import { anyDate, dateFilter } from './date-filters.js';
import {
  alternatives,
  type Prefix,
  dateValue,
  instantValue,
  referenceId,
  tokenValue,
  unescaped,
} from './parameter-values.js';

const refused = expect.objectContaining({ status: 400, code: 'value' });
const seconds = (text: string): number => Date.parse(text) / 1000;

/** SQL conditions are tried by a SQL engine. */
const database = new DatabaseSync(':memory:');
const evaluation = (condition: string): StatementSync =>
  database.prepare(`select ${condition} as fits from (select ? as starts, ? as ends)`);

describe('a list of values', () => {
  it('is parted at commas that are not escaped', () => {
    expect(alternatives('code', 'a, b\\,c ,d')).toEqual(['a', 'b\\,c', 'd']);
    expect(unescaped('b\\,c\\|d\\$e\\\\')).toBe('b,c|d$e\\');
    expect(() => alternatives('code', ' , ')).toThrow(refused);
    expect(() => alternatives('code', 'x,'.repeat(51))).toThrow(refused);
  });

  it('gives back every value that was escaped into it', () => {
    const value = fc.string({ minLength: 1 }).filter((one) => one.trim() === one && one !== '');
    const escaped = (one: string): string => one.replace(/[,|$\\]/g, '\\$&');
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 5 }), (values) => {
        expect(alternatives('code', values.map(escaped).join(',')).map(unescaped)).toEqual(values);
      }),
    );
  });
});

describe('a token', () => {
  it.each([
    ['I10', { code: 'I10' }],
    ['http://x|I10', { system: 'http://x', code: 'I10' }],
    ['|I10', { system: '', code: 'I10' }],
    ['http://x|', { system: 'http://x' }],
    ['a\\|b', { code: 'a|b' }],
  ])('%s', (written, read) => {
    expect(tokenValue('code', written)).toEqual(read);
  });

  it('is not empty', () => {
    expect(() => tokenValue('code', '|')).toThrow(refused);
  });
});

describe('a reference', () => {
  it('is an id, Type/id or a URL of the type asked for', () => {
    expect(referenceId('patient', 'a-1', 'Patient')).toBe('a-1');
    expect(referenceId('patient', 'Patient/a-1', 'Patient')).toBe('a-1');
    expect(referenceId('patient', 'http://h/fhir/Patient/a-1', 'Patient')).toBe('a-1');
    expect(referenceId('patient', 'Group/a-1', 'Patient')).toBeUndefined();
    expect(() => referenceId('patient', 'a b', 'Patient')).toThrow(refused);
  });
});

describe('a date', () => {
  it.each([
    ['2026', 'eq', '2026-01-01T00:00:00+07:00', '2027-01-01T00:00:00+07:00'],
    ['ge2026-02', 'ge', '2026-02-01T00:00:00+07:00', '2026-03-01T00:00:00+07:00'],
    ['lt2024-02-29', 'lt', '2024-02-29T00:00:00+07:00', '2024-03-01T00:00:00+07:00'],
    ['gt2026-09-05T08:00', 'gt', '2026-09-05T08:00:00+07:00', '2026-09-05T08:01:00+07:00'],
    ['2026-09-05T08:00:00Z', 'eq', '2026-09-05T08:00:00Z', '2026-09-05T08:00:01Z'],
    // A plus that was not escaped in the URL.
    ['2026-09-05T08:00:00 07:00', 'eq', '2026-09-05T08:00:00+07:00', '2026-09-05T08:00:01+07:00'],
  ])('%s', (written, prefix, starts, ends) => {
    expect(dateValue('date', written)).toEqual({ prefix, starts: seconds(starts), ends: seconds(ends) });
  });

  it.each(['2026-13', '2026-02-30', '26', '05/09/2026', 'ge', '2026-09-05T25:00', '2026-09-05T', ''])(
    '%s is none',
    (written) => {
      expect(() => dateValue('date', written)).toThrow(refused);
    },
  );

  it('is exact to the millisecond for _lastUpdated', () => {
    expect(instantValue('_lastUpdated', 'gt2026-11-01T00:00:01.250Z')).toEqual({
      prefix: 'gt',
      starts: Date.parse('2026-11-01T00:00:01.250Z'),
      ends: Date.parse('2026-11-01T00:00:01.251Z'),
    });
  });

  it('never lets its bounds leave out a row that fits', () => {
    const prefixes: readonly Prefix[] = ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'];
    const spans = fc.record({ starts: fc.integer({ min: 0, max: 100 }), length: fc.integer({ min: 1, max: 30 }) });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...prefixes), spans), { minLength: 1, maxLength: 2 }),
        spans,
        (asked, row) => {
          const starts = row.starts;
          const ends = row.starts + row.length;
          const filter = anyDate(
            asked.map(([prefix, span]) =>
              dateFilter('starts', 'ends', { prefix, starts: span.starts, ends: span.starts + span.length }, 30),
            ),
          );
          const found = evaluation(filter.exact.text).get(...filter.exact.values, starts, ends);
          const fits = found?.['fits'] === 1;
          if (fits) {
            expect(starts).toBeGreaterThanOrEqual(filter.from ?? 0);
            expect(starts).toBeLessThan(filter.before ?? Infinity);
          }
        },
      ),
    );
  });

  it('has the R4 meaning of each prefix', () => {
    const day = spanOf('2026-09-05');
    const text = (prefix: Prefix): string => dateFilter('s', 'e', { prefix, ...day }, 0).exact.text;
    expect(text('eq')).toBe('(s >= ? and e <= ?)');
    expect(text('gt')).toBe('e > ?');
    expect(text('lt')).toBe('s < ?');
    expect(text('ge')).toBe('(e > ? or (s >= ? and e <= ?))');
    expect(text('le')).toBe('(s < ? or (s >= ? and e <= ?))');
    expect(text('sa')).toBe('s >= ?');
    expect(text('eb')).toBe('e <= ?');
    expect(text('ne')).toBe('(s < ? or e > ?)');
  });
});
