import { outreachColumns, templateHeadings, type ColumnKey } from '../outreach/columns.js';
import { excelStyle, writeCsv, type CsvStyle } from '../outreach/csv.js';
import { SeededRandom } from './random.js';
import { familyNames, givenNames, middleNames, villages } from './script.js';

export interface SyntheticSheetOptions {
  readonly seed: number;
  readonly rows: number;
  /** As typed: `12/10/2026`. */
  readonly day: string;
  /** As typed: a name or a code. */
  readonly commune: string;
  readonly encoding?: SheetEncoding;
  readonly style?: CsvStyle;
  /** Changes cells of the row of that index, from 0: what a correction or a slip of the pen does. */
  readonly change?: (cells: Record<ColumnKey, string>, index: number) => void;
}

export type SheetEncoding = 'utf-8' | 'utf-8-bom' | 'utf-16le' | 'utf-16be';

/**
 * The sheet of a screening day that never was, in the columns of the template. The same options give the same bytes, and the same
 * seed the same persons. Every name and number is invented; the village says "(giả lập)".
 */
export function syntheticOutreachSheet(options: SyntheticSheetOptions): Buffer {
  const { seed, rows, encoding = 'utf-8-bom', style = excelStyle, change } = options;
  const random = new SeededRandom(seed);
  const columns = outreachColumns.filter(({ inTemplate }) => inTemplate);
  const taken = new Set<string>();
  const lines = Array.from({ length: rows }, (_, index) => {
    const cells = cellsOf(random, index, options, taken);
    change?.(cells, index);
    return columns.map(({ key }) => cells[key]);
  });
  return encodeSheet(writeCsv([templateHeadings, ...lines], style), encoding);
}

export function encodeSheet(text: string, encoding: SheetEncoding): Buffer {
  switch (encoding) {
    case 'utf-8':
      return Buffer.from(text);
    case 'utf-8-bom':
      return Buffer.from(`\uFEFF${text}`);
    case 'utf-16le':
      return Buffer.from(`\uFEFF${text}`, 'utf16le');
    case 'utf-16be':
      return Buffer.from(`\uFEFF${text}`, 'utf16le').swap16();
  }
}

/** Two people whom nobody could tell apart would make the counts a matter of opinion. */
function personOf(random: SeededRandom, taken: Set<string>) {
  for (;;) {
    const sex = random.chance(0.55) ? 'female' : 'male';
    const year = random.int(1940, 1999);
    const name = `${random.pick(familyNames)} ${random.pick(middleNames[sex])} ${random.pick(givenNames[sex])}`;
    const personNumber = `008${sex === 'male' ? 0 : 1}${String(year % 100).padStart(2, '0')}${random.digits(6)}`;
    const insuranceNumber = `08${random.digits(8)}`;
    const marks = [`${name} ${year} ${sex}`, personNumber, insuranceNumber];
    if (marks.some((mark) => taken.has(mark))) continue;
    for (const mark of marks) taken.add(mark);
    return { sex, year, name, personNumber, insuranceNumber } as const;
  }
}

function cellsOf(
  random: SeededRandom,
  index: number,
  { day, commune }: SyntheticSheetOptions,
  taken: Set<string>,
): Record<ColumnKey, string> {
  const { sex, year, name, personNumber, insuranceNumber } = personOf(random, taken);
  const hypertensive = random.chance(0.3);
  const systolic = hypertensive ? random.int(142, 178) : random.int(104, 136);
  const diastolic = hypertensive ? random.int(90, 104) : random.int(62, 86);
  const glucose = random.chance(0.12) ? random.int(112, 160) : random.int(45, 78);
  const without = random.chance(0.1);
  return {
    serial: String(index + 1),
    formNumber: '',
    facility: '',
    name,
    birthDate: random.chance(0.15) ? String(year) : `${random.int(1, 28)}/${random.int(1, 12)}/${year}`,
    sex: sex === 'male' ? 'Nam' : 'Nữ',
    personNumber: without ? '' : personNumber,
    insuranceCard: without || random.chance(0.8) ? '' : `GD408${insuranceNumber}`,
    phone: `09${random.digits(8)}`,
    commune,
    village: `Thôn ${random.pick(villages)} (giả lập)`,
    screenedOn: day,
    programme: '',
    systolic: String(systolic),
    diastolic: String(diastolic),
    bloodPressure: '',
    pulse: String(random.int(60, 95)),
    glucoseFasting: '',
    glucoseRandom: String(glucose / 10).replace('.', ','),
    hba1c: '',
    height: String(random.int(145, 175)),
    weight: `${random.int(42, 78)},${random.int(0, 9)}`,
    waist: String(random.int(62, 98)),
    tobacco: random.pick(['Không', 'Không', 'Có', 'Đã bỏ', 'Thường xuyên']),
    alcohol: random.pick(['Không', 'Có', '']),
    findings: [...(hypertensive ? ['I10'] : []), ...(glucose >= 112 ? ['E11.9'] : [])].join('; '),
    conclusion: hypertensive ? 'Nghi tăng huyết áp; hẹn đo lại sau 1 tuần' : 'Bình thường',
    practitioner: 'YS. Người Khám Giả Lập',
  };
}
