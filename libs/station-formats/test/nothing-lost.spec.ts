import { describe, expect, it } from '@jest/globals';
import { addDays, type LocalDate } from '#domain/dates.js';
import { readStationMessage } from '../src/read-station-message.js';
import { healthRecordStructure, repeatingElements } from '../src/health-record/known-elements.js';
import { envelopeTables, type FieldSchema, type TableName } from '../src/schema/envelope-tables.js';
import { writeEnvelope, tidyEnvelope, tidyTable, type RecordTables } from '../src/writing/write-envelope.js';
import { writeHealthRecord, type ElementContent } from '../src/writing/write-health-record.js';

/** A value that a field can hold and no other field of the message does, and the forms in which it may come out again. */
function valueOf(field: FieldSchema, place: number): { readonly written: string; readonly found: readonly string[] } {
  const day = addDays('2000-01-01' as LocalDate, place);
  const as = (written: string, ...found: readonly string[]) => ({ written, found: [written, ...found] });
  const [code] = field.codes ?? [];
  if (code !== undefined) return as(code, ...(field.kind === 'list:sex' ? ['male'] : []));
  switch (field.kind) {
    case 'date':
    case 'dates':
    case 'birth':
      return as(day.replaceAll('-', ''), day);
    case 'weight':
    case 'number':
      return as(String(100 + place));
    case 'facility':
      return as(`08${String(place).padStart(3, '0')}`);
    case 'cards':
      return as(`HT30808${String(place).padStart(8, '0')}`);
    case 'person-number':
      return as(`0081610${String(place).padStart(5, '0')}`);
    case 'icd10':
    case 'icd10s':
      return as(`A10.${place}`);
    default:
      return as(`v${place}v`);
  }
}

/** Every text and number of a value, at any depth. */
function leavesOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value, ...value.split(/[;,\n] ?/)];
  if (typeof value === 'number') return [String(value)];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leavesOf) : [];
}

describe('nothing that was sent is lost', () => {
  const names = [...envelopeTables.keys()];

  it.each(names)('of any field of %s', (name: TableName) => {
    const fields = [...(envelopeTables.get(name)?.fields.values() ?? [])];
    const values = new Map(fields.map((field, index) => [field.name, valueOf(field, index + 1)]));
    const fixed = {
      MA_LK: '08Z11.1',
      MA_CSKCB: '08Z11',
      ...(name === 'XML1' || name === 'XML0' ? { NGAY_VAO: '202609021050', HO_TEN: 'Nông Thị Hoa' } : {}),
    };
    const row = {
      ...Object.fromEntries([...values].map(([field, { written }]) => [field, written])),
      // Another facility's paper would be kept whole; here it is read.
      ...(name === 'XML13' ? { MA_CSKCB_DI: '08Z11', MA_NOI_DI: '08Z11' } : {}),
      ...fixed,
    };
    const summary = { ...fixed, HO_TEN: 'Nông Thị Hoa', NGAY_VAO: '202609021050', NGAY_SINH: '19610511' };
    const record: RecordTables = { ...(name === 'XML1' || name === 'XML0' ? {} : { XML1: [summary] }), [name]: [row] };
    const [read] = readStationMessage(
      writeEnvelope(
        { sender: '08Z11', created: '20260902', records: [record] },
        { ...tidyEnvelope, table: () => ({ ...tidyTable, form: 'both' }) },
      ),
    ).records;
    expect(read?.person).toBeDefined();
    const leaves = new Set(leavesOf([read?.person, read?.visits]));
    const lost = [...values].filter(
      ([field, { found }]) => !(field in fixed) && !found.some((form) => leaves.has(form)),
    );
    expect(lost.map(([field]) => field).filter((field) => !['MA_CSKCB_DI', 'MA_NOI_DI'].includes(field))).toEqual([]);
    expect(read?.visits[0]?.visit).toMatchObject({ facility: '08Z11', episode: '08Z11.1' });
  });

  it('of any element of a health record', () => {
    const written = new Map<string, string>();
    let place = 100;
    const elementOf = (name: string): ElementContent | string => {
      const children = healthRecordStructure.get(name);
      if (children) {
        return Object.fromEntries(
          children.map((child) => {
            const content = elementOf(child);
            return [child, typeof content !== 'string' && repeatingElements.has(child) ? [content] : content];
          }),
        );
      }
      place += 1;
      written.set(`${name} ${place}`, `v${place}v`);
      return `v${place}v`;
    };
    const body = elementOf('HOSOSUCKHOE');
    const general = { ...(body as { readonly THONGTINCHUNG: ElementContent }).THONGTINCHUNG };
    const list = (
      body as { readonly DANHSACHHOSOKHAMCHUABENH: { readonly HOSOKHAMCHUABENH: readonly ElementContent[] } }
    ).DANHSACHHOSOKHAMCHUABENH.HOSOKHAMCHUABENH;
    const visits = list.map((visit) => ({ ...visit, NGAYKHAM: '05/09/2026', MA_LK: 'v1' }));
    const [read] = readStationMessage(
      writeHealthRecord({
        HEADER: { SENDER_CODE: '08Z11', TRANSACTION_DATE: '28/10/2026' },
        BODY: {
          HOSOSUCKHOE: {
            ...(body as ElementContent),
            THONGTINCHUNG: general,
            DANHSACHHOSOKHAMCHUABENH: { HOSOKHAMCHUABENH: visits },
          },
        },
      }),
    ).records;
    expect(read?.visits).toHaveLength(1);
    const leaves = new Set(
      leavesOf([read?.person, read?.visits, read?.immunizations, read?.immunizationsNotGiven]).flatMap((leaf) => [
        leaf,
        ...leaf.split(' '),
        leaf.toLowerCase(),
      ]),
    );
    const lost = [...written].filter(([name, value]) => !/^(?:MA_LK|NGAYKHAM) /.test(name) && !leaves.has(value));
    expect(lost).toEqual([]);
  });
});
