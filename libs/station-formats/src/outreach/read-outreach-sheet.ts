import { dayPart, type LocalDate } from '#domain/dates.js';
import type { FacilityCode } from '#domain/ids.js';
import type { PlaceRegister } from '#domain/places/place-register.js';
import { sameContent } from '#domain/same-content.js';
import type { Fault } from '../station-message.js';
import { CommuneNames } from './commune-names.js';
import { columnOf, outreachColumns, type ColumnKey } from './columns.js';
import { cellText, readCsv, separators, type Separator } from './csv.js';
import { findColumns, type FoundColumn } from './headings.js';
import type { OutreachRow } from './outreach-row.js';
import { personOfRow } from './row-person.js';
import { RowCells } from './row-cells.js';
import { momentOfRow, screeningOfRow } from './row-screening.js';
import { rowPath, sheetFault, unreadableSheet } from './sheet-fault.js';
import { sheetText } from './sheet-text.js';

export interface OutreachContext {
  /** Who sends the sheet. */
  readonly facility: FacilityCode;
  /** A screening is never later than the day the sheet came. */
  readonly receivedOn: LocalDate;
  /** The administrative map through time. */
  readonly places: PlaceRegister;
}

export interface OutreachLimits {
  readonly bytes: number;
  /** Rows with something in them, the headings not counted. */
  readonly rows: number;
}

export const outreachLimits: OutreachLimits = { bytes: 20 * 1024 * 1024, rows: 20_000 };

export type SheetRow = OutreachRow & {
  /** As written, in the order of the headings. */
  readonly cells: readonly string[];
};

export interface OpenedOutreachSheet {
  /** As written. */
  readonly headings: readonly string[];
  /** Faults of the sheet as a whole. */
  readonly faults: readonly Fault[];
  /** Reads on as it is asked for more. */
  readonly rows: Iterable<SheetRow>;
}

export interface OutreachSheet extends OpenedOutreachSheet {
  readonly rows: readonly SheetRow[];
}

/** Characters of a heading that count. */
const longestHeading = 150;
/** Title lines may stand above the headings. */
const mostTitleRows = 20;

/**
 * Reads the sheet of a screening day: CSV as Vietnamese spreadsheets write it, UTF-8 or UTF-16 with a byte-order mark, separated
 * by semicolons, commas or tabs. Columns are known by their headings (`columns.ts`), in any order.
 *
 * @throws UnreadableMessage, and nothing else, when nothing can be taken: not text, broken quotation marks, beyond the limits, no
 * headings found, a needed column missing.
 */
export function readOutreachSheet(
  bytes: Uint8Array,
  context: OutreachContext,
  limits: OutreachLimits = outreachLimits,
): OutreachSheet {
  const opened = openOutreachSheet(bytes, context, limits);
  return { ...opened, rows: [...opened.rows] };
}

/**
 * As {@link readOutreachSheet}, its rows one at a time, for readers that let others work in between.
 *
 * @throws UnreadableMessage as it does, while rows are read too.
 */
export function openOutreachSheet(
  bytes: Uint8Array,
  context: OutreachContext,
  limits: OutreachLimits = outreachLimits,
): OpenedOutreachSheet {
  const sheet = openSheet(bytes, limits);
  const known = new Map<ColumnKey, FoundColumn>();
  for (const found of sheet.columns) if (found.column) known.set(found.column.key, found);
  const missing = outreachColumns.filter(({ key, required }) => required === 'sheet' && !known.has(key));
  if (missing.length > 0) throw missingColumns(missing.map(({ heading }) => heading));
  const unknown = sheet.columns.filter(({ column, heading }) => !column && heading !== '');
  return {
    headings: sheet.columns.map(({ heading }) => heading),
    faults: sheetFaults(known, unknown),
    rows: readRows(sheet, known, unknown, context, limits),
  };
}

function* readRows(
  sheet: OpenedSheet,
  known: ReadonlyMap<ColumnKey, FoundColumn>,
  unknown: readonly FoundColumn[],
  context: OutreachContext,
  limits: OutreachLimits,
): Generator<SheetRow, void, undefined> {
  const communesOn = CommuneNames.reader(context.places);
  const duplicates = new SameRows();
  let empty = true;
  for (const { row, cells } of filledRows(sheet, limits)) {
    empty = false;
    const read = readRow(new RowCells(row, cells, known, unknown), context, communesOn);
    yield { ...duplicates.checked(read), cells };
  }
  if (empty) throw noRows();
}

/**
 * How many rows {@link readOutreachSheet} will give.
 *
 * @throws UnreadableMessage as it does.
 */
export function countOutreachRows(bytes: Uint8Array, limits: OutreachLimits = outreachLimits): number {
  let count = 0;
  for (const _ of filledRows(openSheet(bytes, limits), limits)) count += 1;
  return count;
}

/** Rows below the headings with something in them. */
function* filledRows(
  { text, separator, headingRow }: OpenedSheet,
  limits: OutreachLimits,
): Generator<{ readonly row: number; readonly cells: readonly string[] }, void, undefined> {
  let row = 0;
  let filled = 0;
  for (const cells of readCsv(text, separator)) {
    row += 1;
    if (row <= headingRow || cells.every((cell) => cell.trim() === '')) continue;
    filled += 1;
    if (filled > limits.rows) throw tooManyRows(limits);
    yield { row, cells };
  }
}

function readRow(
  cells: RowCells,
  { facility, receivedOn }: OutreachContext,
  communesOn: (day: LocalDate) => CommuneNames,
): OutreachRow {
  const { row } = cells;
  const named = cells.line('facility');
  if (named !== undefined && named.toUpperCase() !== facility) {
    cells.report('error', 'sender-is-another-facility', 'facility', {
      vi: 'khác với cơ sở đang đăng nhập.',
      en: 'is another facility than the one signed in.',
    });
  }
  const at = momentOfRow(cells, receivedOn);
  // Without a day the other cells are still checked, on the map of the day of receipt, so that one look finds every fault.
  const day = at ? dayPart(at) : receivedOn;
  const person = personOfRow(cells, day, communesOn(day), facility.slice(0, 2));
  const screening = screeningOfRow(cells, facility, at ?? (receivedOn as string as NonNullable<typeof at>));
  const formNumber = cells.line('formNumber');
  if (!at || !person || !screening) return { row, faults: cells.faults };
  const { residence } = person.details;
  return {
    row,
    taken: {
      person,
      screening: { ...screening, ...(residence && { residence }) },
      ...(formNumber !== undefined && { formNumber }),
    },
    faults: cells.faults,
  };
}

interface OpenedSheet {
  readonly text: string;
  readonly separator: Separator;
  /** From 1. */
  readonly headingRow: number;
  readonly columns: readonly FoundColumn[];
}

/** The separator and the row under which the most columns are known. */
function openSheet(bytes: Uint8Array, limits: OutreachLimits): OpenedSheet {
  if (bytes.byteLength > limits.bytes) throw tooLarge(limits);
  const whole = sheetText(bytes);
  // Excel's own hint, written by some software.
  const hint = /^sep=([;,\t])\r?\n/i.exec(whole)?.[1];
  const tried = separators.filter((separator) => hint === undefined || separator === hint);
  let best: { readonly opened: OpenedSheet; readonly known: number } | undefined;
  let failure: unknown;
  for (const separator of tried) {
    try {
      let headingRow = 0;
      for (const cells of readCsv(whole, separator)) {
        headingRow += 1;
        if (headingRow > mostTitleRows) break;
        const columns = findColumns(
          cells.map((cell) => cellText(cell.slice(0, longestHeading)).replaceAll(/\s+/g, ' ')),
        );
        const known = columns.filter(({ column }) => column).length;
        if (known > (best?.known ?? 1)) best = { opened: { text: whole, separator, headingRow, columns }, known };
      }
    } catch (error) {
      failure ??= error;
    }
  }
  if (best) return best.opened;
  throw failure instanceof Error ? failure : noHeadings();
}

/** Tells rows that would write over each other. */
class SameRows {
  readonly #seen = new Map<string, OutreachRow>();

  checked(row: OutreachRow): OutreachRow {
    if (!row.taken) return row;
    const key = keyOf(row.taken);
    const first = this.#seen.get(key);
    if (!first?.taken) {
      this.#seen.set(key, row);
      return row;
    }
    const path = rowPath(row.row);
    if (sameContent(first.taken, row.taken)) {
      const fault = sheetFault('warning', 'same-row-twice', path, {
        vi: `Giống hệt dòng ${first.row}; chỉ tính một lần.`,
        en: `The same as row ${first.row}; counted once.`,
      });
      return { ...row, faults: [...row.faults, fault] };
    }
    const fault = sheetFault('error', 'same-person-twice', path, {
      vi: `Cùng người (hoặc cùng mã phiếu), cùng ngày khám với dòng ${first.row} nhưng nội dung khác; hãy giữ lại một dòng.`,
      en: `The same person (or form number) and day as row ${first.row}, with other content; keep one of them.`,
    });
    return { row: row.row, faults: [fault, ...row.faults] };
  }
}

function keyOf({ person, screening, formNumber }: NonNullable<OutreachRow['taken']>): string {
  const { details, identifiers } = person;
  const whom =
    formNumber ??
    identifiers.map(({ system, value }) => `${system} ${value}`)[0] ??
    [details.name, details.birthDate, details.sex, details.residence?.communeCode].join('|');
  return [formNumber === undefined ? 'person' : 'form', whom, dayPart(screening.at), screening.programme].join(
    '\u0000',
  );
}

function sheetFaults(known: ReadonlyMap<ColumnKey, FoundColumn>, unknown: readonly FoundColumn[]): readonly Fault[] {
  const expected = outreachColumns.filter(({ key, required }) => required === 'row' && !known.has(key));
  return [
    ...expected.map(({ key }) =>
      sheetFault('warning', 'column-missing', columnOf(key).heading, {
        vi: `Bảng không có cột “${columnOf(key).heading}”.`,
        en: `The sheet has no column “${columnOf(key).heading}”.`,
      }),
    ),
    ...unknown.map(({ heading }) =>
      sheetFault('information', 'unknown-column', heading.slice(0, 100), {
        vi: `Cột “${heading.slice(0, 100)}” không có trong mẫu (hoặc trùng cột khác); giá trị được giữ nguyên cùng phiếu.`,
        en: `The column “${heading.slice(0, 100)}” is not in the template (or is there twice); its values are kept with the row as written.`,
      }),
    ),
  ];
}

const tooLarge = ({ bytes }: OutreachLimits) =>
  unreadableSheet('too-large', {
    vi: `Tệp lớn hơn ${Math.floor(bytes / 1_048_576)} MB; hãy chia thành nhiều tệp.`,
    en: `The file is larger than ${Math.floor(bytes / 1_048_576)} MB; split it.`,
  });

const tooManyRows = ({ rows }: OutreachLimits) =>
  unreadableSheet('too-many-rows', {
    vi: `Bảng có hơn ${rows} dòng; hãy chia thành nhiều tệp.`,
    en: `The sheet has more than ${rows} rows; split it.`,
  });

const noRows = () =>
  unreadableSheet('no-rows', {
    vi: 'Bảng không có dòng nào dưới tiêu đề.',
    en: 'The sheet has no row below its headings.',
  });

const noHeadings = () =>
  unreadableSheet('no-headings', {
    vi: 'Không tìm thấy dòng tiêu đề (“Họ và tên”, “Ngày khám” …). Hãy dùng mẫu tải từ trang này.',
    en: 'No row of headings was found (“Họ và tên”, “Ngày khám” …). Use the template.',
  });

const missingColumns = (headings: readonly string[]) =>
  unreadableSheet('column-missing', {
    vi: `Bảng thiếu cột bắt buộc: ${headings.join(', ')}.`,
    en: `The sheet lacks columns that are needed: ${headings.join(', ')}.`,
  });
