import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LocalDate } from '#domain/dates.js';
import type { FacilityCode } from '#domain/ids.js';
import { PlaceRegister } from '#domain/places/place-register.js';
import { cellText, readCsv, separators, writeCsv, type CsvStyle } from '../src/outreach/csv.js';
import { templateHeadings } from '../src/outreach/columns.js';
import { readOutreachSheet } from '../src/outreach/read-outreach-sheet.js';
import { sheetText } from '../src/outreach/sheet-text.js';
import { encodeSheet, syntheticOutreachSheet, type SheetEncoding } from '../src/synthetic/outreach-sheet.js';
import { UnreadableMessage } from '../src/unreadable-message.js';

const style: fc.Arbitrary<CsvStyle> = fc.record({
  separator: fc.constantFrom(...separators),
  lineEnd: fc.constantFrom('\r\n' as const, '\n' as const),
  quoteAll: fc.boolean(),
  guarded: fc.constant(false),
});
const encoding = fc.constantFrom<SheetEncoding>('utf-8', 'utf-8-bom', 'utf-16le', 'utf-16be');
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constantFrom('"', '""', 'a"b', ';', ',', '\t', '\r\n', '\n', '\r', '=1+1', "'=1", '-5', 'Nguyễn Thị "Hoa"', ''),
);
const wellFormed = text.filter((cell) => cell.isWellFormed() && !cell.includes('\u0000'));
const table = fc.array(fc.array(wellFormed, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 5 });
const context = {
  facility: '08Z20' as FacilityCode,
  receivedOn: '2026-11-20' as LocalDate,
  places: new PlaceRegister([]),
};

describe('separated values', () => {
  it('come back as they were written, whatever separator, quoting, line end and encoding', () => {
    fc.assert(
      fc.property(table, style, encoding, (rows, how, as) => {
        // A first cell that begins with a byte-order mark is the mark.
        fc.pre(!rows[0]?.[0]?.startsWith('\uFEFF'));
        // One empty cell alone and no row at all are the same bytes.
        fc.pre(how.quoteAll || rows.every((row) => row.length > 1 || row[0] !== ''));
        expect([...readCsv(sheetText(encodeSheet(writeCsv(rows, how), as)), how.separator)]).toEqual(rows);
      }),
      { numRuns: 300 },
    );
  });

  it('are never run as a formula, and say the same when they are read again', () => {
    fc.assert(
      fc.property(wellFormed, style, (cell, how) => {
        const written = writeCsv([['x', cell]], { ...how, guarded: true });
        const [[, stored = ''] = []] = readCsv(written, how.separator);
        expect(stored).not.toMatch(/^[=+\-@\t\r]/);
        if (/^'?[=+\-@\t\r]/.test(cell)) expect(stored.slice(1)).toBe(cell);
        else expect(stored).toBe(cell);
      }),
    );
    expect(["'=1+1", "'0912345678", '="008161000001"', " 'Nông' ", "'-5"].map(cellText)).toEqual([
      '=1+1',
      '0912345678',
      '008161000001',
      "'Nông'",
      '-5',
    ]);
  });
});

describe('any bytes', () => {
  const read = (bytes: Uint8Array): void => {
    try {
      readOutreachSheet(bytes, context);
    } catch (error) {
      if (!(error instanceof UnreadableMessage)) throw error;
      expect(error.faults.length).toBeGreaterThan(0);
    }
  };

  it('are read or refused with the declared error', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), read), { numRuns: 300 });
  });

  it('below good headings are read or refused with the declared error', () => {
    const cells = fc.array(fc.oneof(text, fc.constantFrom('__proto__', '12/10/2026', '1961', '152/96', 'I10')), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(
        fc.array(cells, { minLength: 1, maxLength: 6 }),
        fc.constantFrom('constructor', '__proto__', 'x'),
        (rows, odd) => {
          read(Buffer.from(writeCsv([[...templateHeadings, odd], ...rows])));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('of a good sheet with bytes changed or cut are read or refused with the declared error', () => {
    const good = syntheticOutreachSheet({ seed: 3, rows: 5, day: '12/10/2026', commune: '02302' });
    const hits = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 8 });
    fc.assert(
      fc.property(hits, fc.nat(good.length), (changes, end) => {
        const bad = Buffer.from(good);
        for (const [at, byte] of changes) bad[at] = byte;
        read(bad.subarray(0, end));
      }),
      { numRuns: 300 },
    );
  });
});
