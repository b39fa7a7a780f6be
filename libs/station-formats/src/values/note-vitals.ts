import type { Vitals } from '#domain/codes.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

// White space is bounded everywhere: an unbounded run could be split in ever so many ways.
const before = String.raw`(?<![\p{L}\p{N}])`;
const sign = String.raw`\s{0,3}(?:[:=]|là)?\s{0,3}`;

const bloodPressure = new RegExp(
  `${before}(?:HA|H\\.A|huyết\\s{1,3}áp|BP)${sign}(\\d{2,3})\\s{0,3}/\\s{0,3}(\\d{2,3})(?!\\d|[/.,]\\d|\\s{0,3}cm)`,
  'giu',
);
const pulse = new RegExp(`${before}(?:mạch|pulse)${sign}(\\d{2,3})(?!\\d|[/.,]\\d)`, 'giu');
// A lone M or T may begin anything: it counts only as a capital, and T only with a decimal or a degree sign behind the number.
const shortPulse = new RegExp(`${before}M${sign}(\\d{2,3})(?=\\s{0,3}(?:[,;.]?\\s{0,3}$|[,;.]\\s|l|ck|lần))`, 'gmu');
const temperature = new RegExp(
  `${before}(?:nhiệt(?:\\s{1,3}độ)?|t°|thân\\s{1,3}nhiệt)${sign}(\\d{2}(?:[.,]\\d)?)(?!\\d|/\\d)`,
  'giu',
);
const shortTemperature = new RegExp(`${before}T[°o]?${sign}(\\d{2}[.,]\\d(?!\\d)|\\d{2}(?=\\s{0,3}(?:°|độ|oC)))`, 'gu');
const respiration = new RegExp(`${before}(?:nhịp\\s{1,3}thở|NT)${sign}(\\d{1,2})(?!\\d|[/.,]\\d)`, 'giu');

/** The first number the pattern finds within the range. */
function firstWithin(patterns: readonly RegExp[], note: string, low: number, high: number): number | undefined {
  for (const pattern of patterns) {
    for (const found of note.matchAll(pattern)) {
      const value = Number((found[1] ?? '').replace(',', '.'));
      if (value >= low && value <= high) return value;
    }
  }
  return undefined;
}

/**
 * Vital signs that a clinical note states in the common short forms: `HA 161/97 mmHg, mạch 87 l/p`, `huyết áp: 130/80`, `M 80`,
 * `T 37,5`. Only what a living person can have; of several readings the first. Finding nothing is better than finding wrong.
 */
export function vitalsInNote(text: string): Vitals {
  const note = text.length > 20_000 ? text.slice(0, 20_000).normalize('NFC') : text.normalize('NFC');
  const vitals: Mutable<Vitals> = {};
  for (const found of note.matchAll(bloodPressure)) {
    const [systolic, diastolic] = [Number(found[1]), Number(found[2])];
    if (systolic < 60 || systolic > 300 || diastolic < 20 || diastolic > 200 || diastolic >= systolic) continue;
    vitals.systolic = systolic;
    vitals.diastolic = diastolic;
    break;
  }
  const readings = {
    pulse: firstWithin([pulse, shortPulse], note, 20, 250),
    temperature: firstWithin([temperature, shortTemperature], note, 30, 45),
    respiratoryRate: firstWithin([respiration], note, 4, 99),
  };
  for (const [name, value] of Object.entries(readings))
    if (value !== undefined) vitals[name as keyof typeof readings] = value;
  return vitals;
}
