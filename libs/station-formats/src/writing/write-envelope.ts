import { envelopeTables, type TableName } from '../schema/envelope-tables.js';
import {
  declarationLine,
  encodeText,
  namespaceOf,
  tagOf,
  writeEmpty,
  writeText,
  type EmptyStyle,
  type TagStyle,
  type TextEncoding,
  type ValueStyle,
} from './xml-text.js';

/** One row of a table: field name → text. */
export type TableRow = Readonly<Record<string, string>>;

/** The tables of one episode. */
export type RecordTables = Readonly<Partial<Record<TableName, readonly TableRow[]>>>;

export interface EnvelopeContent {
  /** MACSKCB */
  readonly sender: string;
  /** NGAYLAP, `yyyymmdd` */
  readonly created: string;
  readonly records: readonly RecordTables[];
}

/** How one inner document is written. */
export interface TableStyle {
  /** The inner document as base64, as child elements, as CDATA, or as escaped text. */
  readonly content: 'base64' | 'plain' | 'cdata' | 'escaped';
  /** Characters per line of base64; 0: one line. */
  readonly base64Line: number;
  readonly base64Alphabet: 'standard' | 'url-safe';
  readonly base64Padding: boolean;
  /** Of the bytes inside base64. */
  readonly encoding: TextEncoding;
  readonly tags: TagStyle;
  /** Letters with marks as one character or as several. */
  readonly composition: 'NFC' | 'NFD';
  readonly byteOrderMark: boolean;
  readonly declaration: boolean;
  readonly lineEnd: '' | '\n' | '\r\n';
  readonly values: ValueStyle;
  readonly empty: EmptyStyle;
  /** Which fields XML13 has, and in which order: QĐ 4750's, QĐ 3176's, or QĐ 3176's with the dropped ones behind. */
  readonly form: '4750' | '3176' | 'both';
  /** In the order of the tables, or backwards: readers must not mind. */
  readonly order: 'table' | 'reversed';
  /** LOAIHOSO before or behind NOIDUNGFILE. */
  readonly kindFirst: boolean;
}

export interface EnvelopeStyle {
  readonly byteOrderMark: boolean;
  readonly declaration: boolean;
  readonly lineEnd: '' | '\n' | '\r\n';
  /** MACSKCB before or behind the records. */
  readonly senderFirst: boolean;
  readonly encoding: TextEncoding;
  readonly tags: TagStyle;
  readonly table: (table: TableName, record: number) => TableStyle;
}

export const tidyTable: TableStyle = {
  content: 'base64',
  base64Line: 0,
  base64Alphabet: 'standard',
  base64Padding: true,
  encoding: 'utf-8',
  tags: 'plain',
  composition: 'NFC',
  byteOrderMark: false,
  declaration: true,
  lineEnd: '\n',
  values: 'escaped',
  empty: 'pair',
  form: '4750',
  order: 'table',
  kindFirst: true,
};

export const tidyEnvelope: EnvelopeStyle = {
  byteOrderMark: false,
  declaration: true,
  lineEnd: '\n',
  senderFirst: true,
  encoding: 'utf-8',
  tags: 'plain',
  table: () => tidyTable,
};

const byteOrderMark = '\uFEFF';

/**
 * Writes an insurance envelope (QĐ 4750, QĐ 3176) from the rows of its tables, driven by the same tables as the reader. Every
 * field of the chosen form is written, empty where the row has none; fields that no form knows come last.
 *
 * @throws RangeError for texts that XML cannot hold.
 */
export function writeEnvelope(content: EnvelopeContent, style: EnvelopeStyle = tidyEnvelope): Buffer {
  const { lineEnd, tags } = style;
  const element = (name: string, ...parts: readonly string[]): string =>
    [`<${tagOf(name, tags)}>`, ...parts, `</${tagOf(name, tags)}>`].join(lineEnd);
  const leaf = (name: string, text: string): string =>
    `<${tagOf(name, tags)}>${writeText(text, 'escaped')}</${tagOf(name, tags)}>`;
  const records = content.records.map((record, index) => {
    const parts = Object.entries(record) as readonly (readonly [TableName, readonly TableRow[]])[];
    const files = parts.flatMap(([table, rows]) =>
      documentsOf(table, rows).map((document) => writePart(table, document, style.table(table, index), style)),
    );
    return element('HOSO', ...files);
  });
  const sender = element('THONGTINDONVI', leaf('MACSKCB', content.sender));
  const body = element(
    'THONGTINHOSO',
    leaf('NGAYLAP', content.created),
    leaf('SOLUONGHOSO', String(content.records.length)),
    element('DANHSACHHOSO', ...records),
  );
  const root = tagOf('GIAMDINHHS', tags);
  const text = [
    ...(style.declaration ? [declarationLine] : []),
    `<${root} xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"${namespaceOf(tags)}>`,
    ...(style.senderFirst ? [sender, body] : [body, sender]),
    leaf('CHUKYDONVI', ''),
    `</${root}>`,
  ].join(lineEnd);
  return encodeText(text, style.encoding, style.byteOrderMark);
}

/** A table whose root is the row itself needs a document for each row. */
function documentsOf(table: TableName, rows: readonly TableRow[]): readonly (readonly TableRow[])[] {
  return envelopeTables.get(table)?.containers.length === 1 ? rows.map((row) => [row]) : [rows];
}

function writePart(table: TableName, rows: readonly TableRow[], style: TableStyle, outer: EnvelopeStyle): string {
  const { tags, lineEnd } = outer;
  const leaf = (name: string, text: string): string => `<${tagOf(name, tags)}>${text}</${tagOf(name, tags)}>`;
  const kind = leaf('LOAIHOSO', table);
  const content = leaf('NOIDUNGFILE', wrap(writeTable(table, rows, style), style));
  const parts = style.kindFirst ? [kind, content] : [content, kind];
  return [`<${tagOf('FILEHOSO', tags)}>`, ...parts, `</${tagOf('FILEHOSO', tags)}>`].join(lineEnd);
}

function wrap(inner: string, style: TableStyle): string {
  if (style.content === 'plain') return inner;
  const document = (style.declaration ? declarationLine : '') + inner;
  if (style.content !== 'base64') {
    return writeText(style.byteOrderMark ? byteOrderMark + document : document, style.content);
  }
  const encoded = encodeText(document, style.encoding, style.byteOrderMark).toString(
    style.base64Alphabet === 'standard' ? 'base64' : 'base64url',
  );
  const unpadded = encoded.replace(/=+$/, '');
  const digits = style.base64Padding ? unpadded.padEnd(Math.ceil(unpadded.length / 4) * 4, '=') : unpadded;
  if (style.base64Line === 0) return digits;
  return (digits.match(new RegExp(`.{1,${style.base64Line}}`, 'g')) ?? []).join(style.lineEnd || '\n');
}

/** The inner XML of one table. */
export function writeTable(table: TableName, rows: readonly TableRow[], style: TableStyle = tidyTable): string {
  const schema = envelopeTables.get(table);
  if (!schema) throw new RangeError(`no table ${table}`);
  const { '4750': of4750, '3176': of3176 } = schema.order;
  const order =
    style.form === '4750'
      ? of4750
      : style.form === '3176'
        ? of3176
        : [...of3176, ...of4750.filter((name) => !of3176.includes(name))];
  const wrappers = schema.containers.slice(0, -1);
  const rowElement = schema.containers.at(-1) ?? table;
  const { tags } = style;
  const open = (name: string): string =>
    `<${tagOf(name, tags)}${name === schema.containers[0] ? namespaceOf(tags) : ''}>`;
  return [
    ...wrappers.map(open),
    ...rows.map((row) => writeRow(open(rowElement), tagOf(rowElement, tags), row, order, schema.fields, style)),
    ...wrappers.toReversed().map((name) => `</${tagOf(name, tags)}>`),
  ].join(style.lineEnd);
}

/** Fields of the form first; fields that no form knows behind them; fields of the other form not at all. */
function writeRow(
  opening: string,
  element: string,
  row: TableRow,
  order: readonly string[],
  known: ReadonlyMap<string, unknown>,
  style: TableStyle,
): string {
  const names = [...order, ...Object.keys(row).filter((name) => !known.has(name))];
  const fields = (style.order === 'table' ? names : names.toReversed()).map((name) => {
    const value = (row[name] ?? '').normalize(style.composition);
    const tag = known.has(name) ? tagOf(name, style.tags) : name;
    return value === '' ? writeEmpty(tag, style.empty) : `<${tag}>${writeText(value, style.values)}</${tag}>`;
  });
  return [opening, ...fields.filter((field) => field !== ''), `</${element}>`].join(style.lineEnd);
}
