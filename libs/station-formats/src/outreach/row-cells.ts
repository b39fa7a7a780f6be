import type { Bilingual } from '#domain/bilingual.js';
import { FaultList } from '../faults/fault-list.js';
import type { Fault, FaultSeverity } from '../station-message.js';
import { readNumber } from '../values/numbers.js';
import { columnOf, type ColumnKey, type MeasureKey } from './columns.js';
import { cellText } from './csv.js';
import type { FoundColumn } from './headings.js';
import { rowPath } from './sheet-fault.js';

/** The cells of one row by what they mean, and the faults found in them. */
export class RowCells {
  readonly #texts = new Map<ColumnKey, string>();
  readonly #faults: FaultList;
  readonly others: Readonly<Record<string, string>>;

  constructor(
    readonly row: number,
    cells: readonly string[],
    private readonly columns: ReadonlyMap<ColumnKey, FoundColumn>,
    unknown: readonly FoundColumn[],
  ) {
    this.#faults = new FaultList(rowPath(row));
    for (const [key, { index }] of columns) {
      const text = cellText(cells[index] ?? '');
      if (text !== '') this.#texts.set(key, text);
    }
    this.others = Object.fromEntries(this.#kept(unknown, cells));
  }

  *#kept(unknown: readonly FoundColumn[], cells: readonly string[]): Generator<readonly [string, string]> {
    let left = mostKept;
    for (const { heading, index } of unknown) {
      const text = cellText(cells[index] ?? '');
      if (heading === '' || text === '') continue;
      left -= heading.length + text.length;
      if (left >= 0) yield [heading, text];
      else this.#faults.add('warning', 'too-long', heading, notKept);
    }
  }

  get hasErrors(): boolean {
    return this.#faults.hasErrors;
  }

  get faults(): readonly Fault[] {
    return this.#faults.toArray();
  }

  has(key: ColumnKey): boolean {
    return this.#texts.has(key);
  }

  /** The text of a cell; absent when it is empty. Too long a text is cut, and said to be. */
  text(key: ColumnKey): string | undefined {
    const text = this.#texts.get(key);
    const longest = columnOf(key).longest ?? 200;
    if (text === undefined || text.length <= longest) return text;
    this.report('warning', 'too-long', key, {
      vi: `dài hơn ${longest} ký tự, phần sau bị cắt.`,
      en: `is longer than ${longest} characters and was cut.`,
    });
    return text.slice(0, longest);
  }

  /** One line, its blanks made single. */
  line(key: ColumnKey): string | undefined {
    return this.text(key)?.replaceAll(/\s+/g, ' ');
  }

  unitOf(key: ColumnKey): FoundColumn['unit'] {
    return this.columns.get(key)?.unit;
  }

  /** A number in the unit of its column, within what is possible. */
  measure(key: MeasureKey): number | undefined {
    const text = this.#texts.get(key);
    const { measure } = columnOf(key);
    if (text === undefined || !measure) return undefined;
    const typed = text.length > longestNumber ? undefined : readNumber(text.replace(unitBehind, ''));
    if (typed === undefined) {
      this.report('error', 'not-a-number', key, { vi: 'không phải là một số.', en: 'is not a number.' });
      return undefined;
    }
    return this.#plausible(key, this.#inUnit(key, typed, text), measure);
  }

  #inUnit(key: MeasureKey, typed: number, text: string): number {
    const { unit } = this.columns.get(key) ?? {};
    if (unit === 'mg/dL' || /mg/i.test(text)) return Math.round((typed / 18) * 10) / 10;
    if (key !== 'height' || typed > 2.5) return typed;
    if (unit !== 'm' && !/m$/i.test(text)) {
      this.report('warning', 'metres', key, {
        vi: 'có vẻ ghi bằng mét; đã đổi ra cm.',
        en: 'seems to be in metres; taken as centimetres.',
      });
    }
    return Math.round(typed * 1000) / 10;
  }

  #plausible(
    key: ColumnKey,
    value: number,
    { possible, usual, unit }: NonNullable<ReturnType<typeof columnOf>['measure']>,
  ): number | undefined {
    const [low, high] = possible;
    if (value < low || value > high) {
      this.report('error', 'not-possible', key, {
        vi: `ngoài khoảng có thể có (${vietnamese(low)}–${vietnamese(high)} ${unit}).`,
        en: `is outside of what is possible (${low}–${high} ${unit}).`,
      });
      return undefined;
    }
    if (value < usual[0] || value > usual[1]) {
      this.report('warning', 'unusual', key, {
        vi: `khác thường (thường gặp ${vietnamese(usual[0])}–${vietnamese(usual[1])} ${unit}); đề nghị kiểm tra lại.`,
        en: `is unusual (mostly ${usual[0]}–${usual[1]} ${unit}); please check it.`,
      });
    }
    return value;
  }

  /** The words follow the heading: `Mạch: không phải là một số.` No value of the cell is repeated. */
  report(severity: FaultSeverity, code: string, key: ColumnKey, text: Bilingual): void {
    const heading = this.columns.get(key)?.heading.trim() || columnOf(key).heading;
    this.#faults.add(severity, code, heading, { vi: `${heading}: ${text.vi}`, en: `${heading} ${text.en}` });
  }

  reportRow(severity: FaultSeverity, code: string, text: Bilingual): void {
    this.#faults.add(severity, code, '', text);
  }
}

/** Characters of the columns that are not known: a row must not outgrow an event. */
const mostKept = 20_000;
/** Characters in which a number is written. */
const longestNumber = 40;

const notKept: Bilingual = {
  vi: 'Các cột không có trong mẫu quá dài; cột này không ghi vào hồ sơ (bản gốc vẫn được giữ).',
  en: 'The columns that are not in the template are too long; this one was left out of the record (the original is kept).',
};

/** People write the unit into the cell as well. */
const unitBehind = /\s*(mmhg|mmol(\/l)?|mg\/?dl|mg|cm|m|kg|%|lần\/phút|l\/p|nhịp\/phút)$/iu;

const vietnamese = (value: number): string => String(value).replace('.', ',');
