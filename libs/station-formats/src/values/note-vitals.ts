import type { Vitals } from '#domain/codes.js';

interface Labelled {
  readonly label: string;
  readonly vital: 'pulse' | 'temperature' | 'respiratoryRate';
  /** What follows the label. */
  readonly number: RegExp;
  readonly low: number;
  readonly high: number;
  /** The label counts only as a capital: a lone small letter may be anything. */
  readonly capital?: string;
}

// White space is bounded everywhere: an unbounded run could be split in ever so many ways.
const pressureLabel = String.raw`ha|h\.a|bp|huyết\s{1,3}áp`;
const pressure = /(\d{2,3})\s{0,3}\/\s{0,3}(\d{2,3})(?!\d|[/.,]\d|\s{0,3}cm)/y;
const readings: readonly Labelled[] = [
  { label: 'mạch|pulse', vital: 'pulse', number: /\d{2,3}(?!\d|[/.,]\d)/y, low: 20, high: 250 },
  {
    label: String.raw`nhiệt(?:\s{1,3}độ)?|thân\s{1,3}nhiệt`,
    vital: 'temperature',
    number: /\d{2}(?:[.,]\d)?(?!\d|\/\d)/y,
    low: 30,
    high: 45,
  },
  {
    label: String.raw`nhịp\s{1,3}thở|nt`,
    vital: 'respiratoryRate',
    number: /\d{1,2}(?!\d|[/.,]\d)/y,
    low: 4,
    high: 99,
  },
  {
    label: 'm',
    vital: 'pulse',
    number: /\d{2,3}(?=\s{0,3}(?:[,;.]?\s{0,3}$|[,;.]\s|l|ck|lần))/my,
    low: 20,
    high: 250,
    capital: 'M',
  },
  // A number behind a lone T is a temperature only with a decimal or a degree sign.
  {
    label: 't[°o]?',
    vital: 'temperature',
    number: /\d{2}[.,]\d(?!\d)|\d{2}(?=\s{0,3}(?:°|độ|oc))/y,
    low: 30,
    high: 45,
    capital: 'T',
  },
];

// One group for each label. It runs over the note in small letters, without the flags `i` and `u` and without names: that is
// several times faster, and every visit has a note.
const labels = [pressureLabel, ...readings.map(({ label }) => label)].map((label) => `(${label})`).join('|');
const labelled = new RegExp(String.raw`(?:${labels})\s{0,3}(?:[:=]|là)?\s{0,3}(?=\d)`, 'g');
const wordCharacter = /[\p{L}\p{N}]/u;

const longestNote = 20_000;

/**
 * Vital signs that a clinical note states in the common short forms: `HA 161/97 mmHg, mạch 87 l/p`, `huyết áp: 130/80`, `M 80`,
 * `T 37,5`. Only what a living person can have; of several readings the first. Finding nothing is better than finding wrong.
 */
export function vitalsInNote(text: string): Vitals {
  const note = text.slice(0, longestNote).normalize('NFC');
  const small = note.toLowerCase();
  const vitals: { -readonly [K in keyof Vitals]: Vitals[K] } = {};
  for (const found of small.matchAll(labelled)) {
    if (found.index > 0 && wordCharacter.test(small.charAt(found.index - 1))) continue;
    const at = found.index + found[0].length;
    if (found[1] !== undefined) {
      if (vitals.systolic === undefined) Object.assign(vitals, pressureAt(small, at));
      continue;
    }
    const reading = readings[found.findIndex((word, group) => group > 1 && word !== undefined) - 2];
    if (!reading || vitals[reading.vital] !== undefined) continue;
    if (reading.capital && !note.startsWith(reading.capital, found.index)) continue;
    const value = readingAt(small, at, reading);
    if (value !== undefined) vitals[reading.vital] = value;
  }
  return vitals;
}

function pressureAt(note: string, at: number): Pick<Vitals, 'systolic' | 'diastolic'> | undefined {
  pressure.lastIndex = at;
  const found = pressure.exec(note);
  const [systolic, diastolic] = [Number(found?.[1]), Number(found?.[2])];
  const possible = systolic >= 60 && systolic <= 300 && diastolic >= 20 && diastolic <= 200 && diastolic < systolic;
  return possible ? { systolic, diastolic } : undefined;
}

function readingAt(note: string, at: number, { number, low, high }: Labelled): number | undefined {
  number.lastIndex = at;
  const value = Number(number.exec(note)?.[0].replace(',', '.'));
  return value >= low && value <= high ? value : undefined;
}
