import { FaultList } from '../faults/fault-list.js';
import { envelopeTables, tableWithRoot, type FieldSchema, type TableSchema } from '../schema/envelope-tables.js';
import { decodeBase64, decodeText, type DecodedText } from '../xml/decode-text.js';
import { plainName } from '../xml/plain-name.js';
import { openDocument } from '../xml/open-document.js';
import { XmlFault } from '../xml/xml-fault.js';
import type { XmlBudget, XmlScanner } from '../xml/xml-scanner.js';
import { checkValue } from './check-value.js';
import { rowPath, type EnvelopeRecord, type TableRows } from './envelope-record.js';
import { FieldRow } from './field-row.js';
import { readTable, type RowSink } from './read-table.js';

export interface EnvelopeHeader {
  /** MACSKCB as written; empty when missing. The first one: records are translated by it as they come. */
  readonly sender: string;
  /** MACSKCB came again, as another facility's. */
  readonly otherSender: boolean;
  /** NGAYLAP as written; empty when missing. */
  readonly created: string;
  /** SOLUONGHOSO as written; empty when missing. */
  readonly announced: string;
}

/** What a message may hold at most: beyond, it is an attack, not a month of work. */
export const mostRecords = 20_000;
const mostTables = 100;
const mostRows = 50_000;

export const tooMany = (): XmlFault => new XmlFault('too-many-elements', 'elements', 0);

interface TablePart {
  /** LOAIHOSO, trimmed. */
  kind: string;
  text: string;
  /** What the base64 text held. */
  bytes: Buffer | undefined;
  inline: TableRows | undefined;
  content: boolean;
}

/**
 * Reads a QĐ 4750/3176 envelope behind the opening tag of its root, record by record; the records are handed on as they come
 * and not kept.
 *
 * @param onRecord is given each HOSO with the header as far as it has been read.
 * @throws XmlFault when the envelope itself is not well-formed. Faults of the inner documents go to their record.
 */
export function readEnvelope(
  scanner: XmlScanner,
  budget: XmlBudget,
  onRecord: (record: EnvelopeRecord, header: EnvelopeHeader) => void,
): EnvelopeHeader {
  const header = { sender: '', otherSender: false, created: '', announced: '' };
  let count = 0;
  for (let token = scanner.next(); token !== 'end'; token = scanner.next()) {
    if (token !== 'open') continue;
    switch (plainName(scanner.name)) {
      case 'MACSKCB': {
        const sender = readText(scanner).toUpperCase();
        header.otherSender ||= header.sender !== '' && sender !== header.sender;
        header.sender ||= sender;
        break;
      }
      case 'NGAYLAP':
        header.created = readText(scanner);
        break;
      case 'SOLUONGHOSO':
        header.announced = readText(scanner);
        break;
      case 'HOSO':
        count += 1;
        if (count > mostRecords) throw tooMany();
        onRecord(readRecord(scanner, budget, `HOSO[${count}]`), header);
        break;
      case 'CHUKYDONVI':
        readText(scanner);
        break;
      default:
    }
  }
  return header;
}

/** The text of the element just opened, its children's included; behind its closing tag afterwards. */
function readText(scanner: XmlScanner): string {
  const depth = scanner.depth;
  let text = '';
  for (;;) {
    const token = scanner.next();
    if (token === 'text') text += scanner.text;
    else if (token === 'end' || (token === 'close' && scanner.depth < depth)) return text.trim();
  }
}

/** Reads one HOSO behind its opening tag. @throws XmlFault */
export function readRecord(scanner: XmlScanner, budget: XmlBudget, path: string): EnvelopeRecord {
  const depth = scanner.depth;
  const tables = new Map<string, TableRows>();
  const faults = new FaultList(path);
  for (;;) {
    const token = scanner.next();
    if (token === 'end' || (token === 'close' && scanner.depth < depth)) break;
    if (token === 'open' && plainName(scanner.name) === 'FILEHOSO') readPart(scanner, budget, tables, faults);
  }
  return { path, tables, faults };
}

function readPart(scanner: XmlScanner, budget: XmlBudget, tables: Map<string, TableRows>, faults: FaultList): void {
  const depth = scanner.depth;
  const part: TablePart = { kind: '', text: '', bytes: undefined, inline: undefined, content: false };
  for (;;) {
    const token = scanner.next();
    if (token === 'end' || (token === 'close' && scanner.depth < depth)) break;
    if (token !== 'open') continue;
    const name = plainName(scanner.name);
    if (name === 'LOAIHOSO') part.kind = readText(scanner);
    else if (name === 'NOIDUNGFILE') readContent(scanner, part, tables, faults);
  }
  if (part.inline || !part.content) return;
  const kind = /^[A-Za-z0-9_]{1,40}$/.test(part.kind) ? part.kind.toUpperCase() : 'FILEHOSO';
  try {
    readInner(part, budget, tables, faults);
  } catch (fault) {
    if (!(fault instanceof XmlFault)) throw fault;
    if (fault.code === 'too-many-elements') throw fault;
    if (!schemaOf(part.kind)) {
      keepUnread(part, kind, tables, faults);
      return;
    }
    const { vi, en } = fault.text;
    faults.add('error', fault.code, kind, {
      vi: `Không đọc được nội dung của bảng ${kind}: ${vi}. Hồ sơ này không được nhận.`,
      en: `The content of table ${kind} cannot be read: ${en}. This record is not taken.`,
    });
  }
}

/** NOIDUNGFILE: base64, inner XML as text, or inner XML as child elements. */
function readContent(scanner: XmlScanner, part: TablePart, tables: Map<string, TableRows>, faults: FaultList): void {
  const depth = scanner.depth;
  const ahead = scanner.uncheckedTextAhead();
  part.bytes = ahead === undefined ? undefined : decodeBase64(ahead.trim());
  if (ahead !== undefined && part.bytes) scanner.skipTextAhead(ahead);
  for (;;) {
    const token = scanner.next();
    if (token === 'text') part.text = part.text === '' ? scanner.text : part.text + scanner.text;
    else if (token === 'open') {
      part.inline = tableFor(part.kind, scanner.name, tables, faults);
      readRows(scanner, part.inline, faults);
    } else if (token === 'end' || scanner.depth < depth) break;
  }
  part.content = part.bytes !== undefined || part.text.trim() !== '';
}

function readInner(part: TablePart, budget: XmlBudget, tables: Map<string, TableRows>, faults: FaultList): void {
  const text = part.text.trim();
  const plain = !part.bytes && (text.startsWith('<') || text.startsWith('\uFEFF<'));
  const { text: inner, utf16 } = plain
    ? { text: text.replace('\uFEFF', ''), utf16: false }
    : decodeInner(part.bytes ?? decodeBase64(text));
  const { scanner, declaresUtf16 } = openDocument(inner, budget);
  if (scanner.next() !== 'open') throw new XmlFault('not-well-formed', 'no-root', 1);
  const table = tableFor(part.kind, scanner.name, tables, faults);
  if (utf16) {
    faults.add('warning', 'utf-16', table.name, {
      vi: `Bảng ${table.name} viết bằng UTF-16; đã đọc được, nhưng đề nghị gửi bằng UTF-8 như quy định.`,
      en: `Table ${table.name} is written in UTF-16; it was read, but please send UTF-8 as the rules ask.`,
    });
  } else if (declaresUtf16) {
    faults.add('warning', 'declared-encoding', table.name, {
      vi: `Bảng ${table.name} khai báo bảng mã UTF-16 nhưng thực tế là UTF-8; đã đọc theo UTF-8.`,
      en: `Table ${table.name} declares UTF-16 but is UTF-8; it was read as UTF-8.`,
    });
  }
  readRows(scanner, table, faults);
  if (scanner.next() !== 'end') throw new XmlFault('not-well-formed', 'after-root', 0);
}

function decodeInner(bytes: Buffer | undefined): DecodedText {
  if (!bytes) throw new XmlFault('not-well-formed', 'not-base64', 0);
  const { text, utf16 } = decodeText(bytes);
  return { text: text.trimStart(), utf16 };
}

function schemaOf(kind: string): TableSchema | undefined {
  const named = /^(?:XML)?0?(\d{1,2})$/i.exec(kind);
  return named ? envelopeTables.get(`XML${Number(named[1])}`) : undefined;
}

/** A part of a kind nobody knows that is not even XML, for instance a signature. */
function keepUnread(part: TablePart, kind: string, tables: Map<string, TableRows>, faults: FaultList): void {
  const row = new FieldRow();
  row.add('NOIDUNGFILE', part.text.trim());
  tableNamed(kind, undefined, tables).rows.push(row);
  faults.add('information', 'unknown-table', kind, {
    vi: 'Phần này không có trong QĐ 4750/3176 và không phải XML; được giữ nguyên cùng lượt khám.',
    en: 'This part is not in QĐ 4750/3176 and is not XML; it is kept as sent with the visit.',
  });
}

function tableFor(kind: string, root: string, tables: Map<string, TableRows>, faults: FaultList): TableRows {
  const byKind = schemaOf(kind);
  const byRoot = tableWithRoot(root) ?? tableWithRoot(plainName(root));
  if (byKind && byRoot && byKind !== byRoot) {
    faults.add('warning', 'wrong-table', byKind.name, {
      vi: `Ghi là ${byKind.name} nhưng nội dung là ${byRoot.name}; đã đọc như ${byRoot.name}.`,
      en: `Called ${byKind.name} but holds ${byRoot.name}; it was read as ${byRoot.name}.`,
    });
  }
  const schema = byRoot ?? byKind;
  if (!schema) {
    faults.add('information', 'unknown-table', root, {
      vi: 'Bảng không có trong QĐ 4750/3176; được giữ nguyên cùng lượt khám.',
      en: 'The table is not in QĐ 4750/3176; it is kept as sent with the visit.',
    });
  }
  return tableNamed(schema?.name ?? root, schema, tables);
}

function tableNamed(name: string, schema: TableSchema | undefined, tables: Map<string, TableRows>): TableRows {
  const known = tables.get(name);
  if (known) return known;
  if (tables.size >= mostTables) throw tooMany();
  const table: TableRows = { name, schema, rows: [] };
  tables.set(name, table);
  return table;
}

/** Reads the rows of a table behind the opening tag of its root, each value checked. @throws XmlFault */
export function readRows(scanner: XmlScanner, table: TableRows, faults: FaultList): void {
  readTable(scanner, table.schema, new CheckedRows(table, faults));
}

/** Puts rows into their table and checks each value as it comes. */
class CheckedRows implements RowSink {
  readonly #unknown = new Set<string>();

  constructor(
    private readonly table: TableRows,
    private readonly faults: FaultList,
  ) {}

  field(name: string, value: string, field: FieldSchema | undefined): void {
    if (!field) {
      this.#reportUnknown(name);
      return;
    }
    if (!this.table.schema) return;
    const fault = checkValue(field, value);
    if (fault) this.faults.add(fault.severity, fault.code, `${this.#path()}/${name}`, fault.text);
  }

  repeatedField(name: string): void {
    this.faults.add('warning', 'repeated-field', `${this.#path()}/${shown(name)}`, {
      vi: 'Trường xuất hiện nhiều lần trong cùng một dòng; giá trị đầu được dùng, các giá trị sau được giữ nguyên.',
      en: 'The field occurs more than once in the row; the first value is used, the others are kept as sent.',
    });
  }

  row(row: FieldRow): void {
    if (this.table.rows.length >= mostRows) throw tooMany();
    this.table.rows.push(row);
  }

  #path(): string {
    return rowPath(this.table, this.table.rows.length);
  }

  #reportUnknown(name: string): void {
    if (!this.table.schema || this.#unknown.has(name) || this.#unknown.size > 200) return;
    this.#unknown.add(name);
    this.faults.add('information', 'unknown-field', `${this.#path()}/${shown(name)}`, {
      vi: 'Trường không có trong QĐ 4750/3176; được giữ nguyên cùng lượt khám.',
      en: 'The field is not in QĐ 4750/3176; it is kept as sent with the visit.',
    });
  }
}

/** An element name as it may stand in a fault: names are the sender's text too. */
const shown = (name: string): string => (name.length > 80 ? `${name.slice(0, 80)}…` : name);
