import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hasForbiddenCharacter } from '../src/xml/xml-characters.js';
import { readEnvelopeRows } from '../src/read-envelope-rows.js';
import { envelopeTables, type TableName } from '../src/schema/envelope-tables.js';
import { writeEnvelope, type RecordTables, type TableRow, type TableStyle } from '../src/writing/write-envelope.js';
import { writeHealthRecord } from '../src/writing/write-health-record.js';
import { readStationMessage } from '../src/read-station-message.js';

const text = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
  .map((value) => value.replaceAll('\r', '').trim())
  .filter((value) => value !== '' && !hasForbiddenCharacter(value));
const value = fc.oneof(
  text,
  fc.constantFrom(
    ']]>',
    '<a>&amp;',
    'Nguyễn Thị Hoa',
    '77u/',
    'a\r\nb\rc',
    '0',
    '<![CDATA[x]]>',
    '\'"',
    '\uFEFFx'.slice(1),
    '𠮷😀 chữ Nôm 𡨸',
    'I10;E11.9;;J44.9',
    'Nguyễn Thị Hoa'.normalize('NFD'),
  ),
);

/** Rows with some of the table's fields filled, and now and then a field that no table knows. */
const rowsOf = (table: TableName): fc.Arbitrary<readonly TableRow[]> => {
  const fields = [...(envelopeTables.get(table)?.fields.keys() ?? []), 'TRUONG_MOI'];
  const row = fc
    .tuple(
      fc.subarray(fields, { minLength: 1 }),
      fc.array(value, { minLength: fields.length, maxLength: fields.length }),
    )
    .map(([names, values]) => Object.fromEntries(names.map((name, index) => [name, values[index] ?? 'x'])))
    .filter((filled) => Object.keys(filled).some((name) => name !== 'TRUONG_MOI'));
  return fc.array(row, { minLength: 1, maxLength: 3 });
};

const record: fc.Arbitrary<RecordTables> = fc
  .subarray([...envelopeTables.keys()], { minLength: 1 })
  .chain((names) => fc.tuple(...names.map((name) => rowsOf(name).map((rows) => [name, rows] as const))))
  .map((tables) => Object.fromEntries(tables));

const lineEnd = fc.constantFrom('', '\n', '\r\n');
const tableStyle: fc.Arbitrary<TableStyle> = fc.record({
  content: fc.constantFrom('base64', 'plain', 'cdata', 'escaped'),
  base64Line: fc.constantFrom(0, 4, 64, 76),
  base64Alphabet: fc.constantFrom('standard', 'url-safe'),
  base64Padding: fc.boolean(),
  encoding: fc.constantFrom('utf-8', 'utf-16le', 'utf-16be'),
  tags: fc.constantFrom('plain', 'lower', 'prefixed'),
  composition: fc.constantFrom('NFC', 'NFD'),
  byteOrderMark: fc.boolean(),
  declaration: fc.boolean(),
  lineEnd,
  values: fc.constantFrom('escaped', 'cdata'),
  empty: fc.constantFrom('pair', 'self-closed', 'self-closed-spaced', 'omitted'),
  form: fc.constant('both' as const),
  order: fc.constantFrom('table', 'reversed'),
  kindFirst: fc.boolean(),
});

/** Line ends inside a value become LF where the value is plain text of an XML document. */
const normalised = (rows: readonly TableRow[]): readonly TableRow[] =>
  rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, content]) => [name, content.normalize('NFC').trim()])),
  );

it('reads every row of every table as it was written, in any style', () => {
  fc.assert(
    fc.property(
      fc.array(record, { minLength: 1, maxLength: 2 }),
      fc.record({
        byteOrderMark: fc.boolean(),
        declaration: fc.boolean(),
        lineEnd,
        senderFirst: fc.boolean(),
        encoding: fc.constantFrom('utf-8', 'utf-16le', 'utf-16be'),
        tags: fc.constantFrom('plain', 'lower', 'prefixed'),
      }),
      fc.array(tableStyle, { minLength: 1, maxLength: 4 }),
      (records, outer, styles) => {
        let count = 0;
        const table = (): TableStyle => {
          count += 1;
          const style = styles[count % styles.length];
          if (!style) throw new Error('no style');
          return style;
        };
        const read = readEnvelopeRows(
          writeEnvelope({ sender: '08Z11', created: '20260902', records }, { ...outer, table }),
        );
        expect(read).toMatchObject({ sender: '08Z11', created: '20260902', announced: String(records.length) });
        expect(
          read.records.map(({ tables }) =>
            Object.fromEntries(Object.entries(tables).map(([name, rows]) => [name, normalised(rows)])),
          ),
        ).toEqual(
          records.map((tables) =>
            Object.fromEntries(Object.entries(tables).map(([name, rows]) => [name, normalised(rows ?? [])])),
          ),
        );
        expect(read.records.flatMap(({ faults }) => faults).filter((fault) => fault.severity === 'error')).toEqual([]);
      },
    ),
    { numRuns: 150 },
  );
});

it('reads the visits of a health record as they were written, in any style', () => {
  const measure = (low: number, high: number): fc.Arbitrary<string> => fc.integer({ min: low, max: high }).map(String);
  const visit = fc.record({
    MA_LK: fc.stringMatching(/^[A-Z0-9.]{1,20}$/),
    NGAYKHAM: fc.constantFrom('05/09/2026', '29/02/2024'),
    LYDOKHAM: text,
    HUYETAPTT: measure(90, 250),
    HUYETAPTD: measure(40, 89),
    KHAMTIMMACH: text,
  });
  fc.assert(
    fc.property(
      text,
      fc.array(visit, { maxLength: 3 }),
      fc.record({
        byteOrderMark: fc.boolean(),
        declaration: fc.boolean(),
        lineEnd,
        values: fc.constantFrom('escaped' as const, 'cdata' as const),
        empty: fc.constantFrom(
          'pair' as const,
          'self-closed' as const,
          'self-closed-spaced' as const,
          'omitted' as const,
        ),
      }),
      (name, visits, style) => {
        const bytes = writeHealthRecord(
          {
            HEADER: { SENDER_CODE: '08Z11', TRANSACTION_DATE: '28/10/2026' },
            BODY: {
              HOSOSUCKHOE: { THONGTINCHUNG: { HOTEN: name }, DANHSACHHOSOKHAMCHUABENH: { HOSOKHAMCHUABENH: visits } },
            },
          },
          style,
        );
        const [read] = readStationMessage(bytes).records;
        expect(read?.person?.details.name).toBe(name.normalize('NFC').replaceAll(/\s+/g, ' ').trim());
        expect(
          read?.visits.map(({ visit: found }) => [
            found.episode,
            found.start,
            found.reason?.normalize('NFC'),
            found.vitals.systolic,
            found.notes[0]?.text.normalize('NFC'),
          ]),
        ).toEqual(
          visits.map((written) => [
            written.MA_LK,
            written.NGAYKHAM.split('/').toReversed().join('-'),
            written.LYDOKHAM.normalize('NFC'),
            Number(written.HUYETAPTT),
            written.KHAMTIMMACH.normalize('NFC'),
          ]),
        );
      },
    ),
    { numRuns: 150 },
  );
});
