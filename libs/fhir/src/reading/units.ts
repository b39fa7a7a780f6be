import type { Vitals } from '#domain/codes.js';
import { type JsonObject, textOf } from './json.js';

type Convert = (value: number) => number;
const same: Convert = (value) => value;

/** UCUM code (or the unit as it is written) → the domain's unit, for each measure. */
const conversions: Readonly<Record<keyof Vitals, Readonly<Record<string, Convert>>>> = {
  systolic: { 'mm[Hg]': same, mmHg: same, kPa: (value) => value * 7.50062 },
  diastolic: { 'mm[Hg]': same, mmHg: same, kPa: (value) => value * 7.50062 },
  pulse: rates(),
  respiratoryRate: rates(),
  temperature: { Cel: same, '°C': same, C: same, '[degF]': (value) => ((value - 32) * 5) / 9 },
  height: lengths(),
  waist: lengths(),
  weight: {
    kg: same,
    g: (value) => value / 1000,
    '[lb_av]': (value) => value * 0.45359237,
    lbs: (value) => value * 0.45359237,
  },
  bmi: { 'kg/m2': same, 'kg/m²': same },
};

function rates(): Readonly<Record<string, Convert>> {
  return { '/min': same, '{beats}/min': same, '{breaths}/min': same, 'lần/phút': same, 'beats/minute': same };
}

function lengths(): Readonly<Record<string, Convert>> {
  return {
    cm: same,
    m: (value) => value * 100,
    mm: (value) => value / 10,
    '[in_i]': (value) => value * 2.54,
    in: (value) => value * 2.54,
  };
}

/** What is believable of a living person; the ranges of the JSON command. */
const ranges: Readonly<Record<keyof Vitals, readonly [least: number, most: number]>> = {
  systolic: [40, 300],
  diastolic: [20, 200],
  pulse: [20, 300],
  temperature: [25, 45],
  respiratoryRate: [3, 120],
  height: [20, 260],
  weight: [0.2, 400],
  waist: [20, 250],
  bmi: [5, 100],
};

/** A measured value in the domain's unit; `undefined` when the unit is unknown, the value unbelievable or only a bound. */
export function vitalValue(measure: keyof Vitals, quantity: JsonObject | undefined): number | undefined {
  const value = quantity?.['value'];
  if (!quantity || typeof value !== 'number' || quantity['comparator'] !== undefined) return undefined;
  const byUnit = conversions[measure];
  const unit = [textOf(quantity['code']), textOf(quantity['unit'])].find(
    (one) => one !== undefined && Object.hasOwn(byUnit, one),
  );
  const convert = unit === undefined ? undefined : byUnit[unit];
  if (!convert) return undefined;
  const converted = convert === same ? value : Math.round(convert(value) * 100) / 100;
  const [least, most] = ranges[measure];
  return converted >= least && converted <= most ? converted : undefined;
}
