/** Separated values as RFC 4180 has them, with the separators spreadsheets use. */
import { rowPath, unreadableSheet } from './sheet-fault.js';

/** Vietnamese Excel writes semicolons, since the comma is its decimal sign. */
export const separators = [';', ',', '\t'] as const;
export type Separator = (typeof separators)[number];

/** Characters of one cell. */
export const longestCell = 10_000;
/** Cells of one row. */
export const mostCells = 256;

/**
 * The rows of a text, one at a time, empty ones included. A row ends with CRLF, LF or CR, a quoted cell may hold any of them.
 *
 * @throws UnreadableMessage when a quotation mark is not closed or text follows it, and beyond the limits on cells
 */
export function* readCsv(text: string, separator: Separator): Generator<readonly string[], void, undefined> {
  let at = 0;
  for (let row = 1; at < text.length; row += 1) {
    const cells: string[] = [];
    for (let rowEnded = false; !rowEnded;) {
      if (cells.length >= mostCells) throw tooManyCells(row);
      const [cell, end] = text[at] === '"' ? quotedCell(text, at, row) : plainCell(text, at, separator);
      if (cell.length > longestCell) throw tooLong(row);
      cells.push(cell);
      const next = text[end];
      rowEnded = next !== separator;
      if (rowEnded && next !== undefined && next !== '\n' && next !== '\r') throw afterQuote(row);
      at = end + (next === '\r' && text[end + 1] === '\n' ? 2 : 1);
    }
    yield cells;
  }
}

function plainCell(text: string, start: number, separator: Separator): readonly [string, number] {
  let end = start;
  for (; end < text.length && end - start <= longestCell; end += 1) {
    const character = text[end];
    if (character === separator || character === '\n' || character === '\r') break;
  }
  return [text.slice(start, end), end];
}

function quotedCell(text: string, start: number, row: number): readonly [string, number] {
  let cell = '';
  for (let from = start + 1; ;) {
    const quote = text.indexOf('"', from);
    if (quote < 0) throw unclosed(row);
    cell += text.slice(from, quote);
    if (cell.length > longestCell) throw tooLong(row);
    if (text[quote + 1] !== '"') return [cell, quote + 1];
    cell += '"';
    from = quote + 2;
  }
}

const unclosed = (row: number) =>
  unreadableSheet(
    'unclosed-quote',
    {
      vi: `Dòng ${row}: dấu ngoặc kép mở ra mà không đóng lại.`,
      en: `Row ${row}: a quotation mark is opened and never closed.`,
    },
    rowPath(row),
  );

const afterQuote = (row: number) =>
  unreadableSheet(
    'text-after-quote',
    {
      vi: `Dòng ${row}: có chữ sau dấu ngoặc kép đóng ô. Trong ô có ngoặc kép phải viết thành hai dấu liền nhau.`,
      en: `Row ${row}: text follows the closing quotation mark. A quotation mark inside a cell is written twice.`,
    },
    rowPath(row),
  );

const tooLong = (row: number) =>
  unreadableSheet(
    'cell-too-long',
    {
      vi: `Dòng ${row}: một ô dài hơn ${longestCell} ký tự; có thể một dấu ngoặc kép chưa được đóng.`,
      en: `Row ${row}: a cell is longer than ${longestCell} characters; a quotation mark may not be closed.`,
    },
    rowPath(row),
  );

const tooManyCells = (row: number) =>
  unreadableSheet(
    'too-many-cells',
    { vi: `Dòng ${row}: nhiều hơn ${mostCells} ô.`, en: `Row ${row}: more than ${mostCells} cells.` },
    rowPath(row),
  );

export interface CsvStyle {
  readonly separator: Separator;
  readonly lineEnd: '\r\n' | '\n';
  readonly quoteAll: boolean;
  /**
   * Whether cells that a spreadsheet would run as a formula get an apostrophe before them (`'=1+1`). {@link cellText} takes it
   * away again.
   */
  readonly guarded: boolean;
}

/** What Vietnamese Excel opens right, together with a byte-order mark. */
export const excelStyle: CsvStyle = { separator: ';', lineEnd: '\r\n', quoteAll: false, guarded: true };

export function writeCsv(rows: Iterable<readonly string[]>, style: CsvStyle = excelStyle): string {
  let text = '';
  for (const row of rows) text += row.map((cell) => written(cell, style)).join(style.separator) + style.lineEnd;
  return text;
}

function written(cell: string, { separator, quoteAll, guarded }: CsvStyle): string {
  const safe = guarded && /^'?[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  const needsQuotes = quoteAll || safe.includes(separator) || /["\r\n]/.test(safe);
  return needsQuotes ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/**
 * What a cell says: without the apostrophe that marks text (`'0912…`, `'=1+1`), without the formula that some software wraps
 * round numbers (`="008…"`), control characters as blanks, NFC, trimmed.
 */
export function cellText(cell: string): string {
  const bare = cell.startsWith("'") && /^'(?:'?[=+\-@\t\r]|\d)/.test(cell) ? cell.slice(1) : cell;
  const unwrapped = /^="([^"]*)"$/.exec(bare.trim())?.[1] ?? bare;
  const printed = unprintable.test(unwrapped) ? unwrapped.replaceAll(everyUnprintable, ' ') : unwrapped;
  return printed.normalize('NFC').trim();
}

const unprintable = /[^\S\n ]|[^\P{Cc}\n]|\p{Cf}/u;
const everyUnprintable = new RegExp(unprintable, 'gu');
