import { codeIn, facilityAmong, isVoid, notesOf, ofType, systems, wordsOf } from './fhir-elements.js';
import { epochOf, newestFirst } from './moments.js';

/** Blood pressure, glucose, HbA1c, other signs and laboratory results. Pure. */

const observationsIn = (resources) => ofType(resources, 'Observation').filter((one) => !isVoid(one));
const takenAt = ({ effectiveDateTime, effectivePeriod, issued }) =>
  effectiveDateTime ?? effectivePeriod?.start ?? issued;
const loincOf = ({ code }) => codeIn(code, systems.loinc);
const oldestFirst = (points) => points.toSorted((a, b) => epochOf(a.at) - epochOf(b.at));
const placeOf = ({ performer = [] }) => facilityAmong(performer);

/** @returns oldest first: { at, systolic, diastolic, place }, in mmHg */
export function bloodPressures(resources) {
  const points = observationsIn(resources).flatMap((one) => {
    const part = (loinc) =>
      one.component?.find(({ code }) => codeIn(code, systems.loinc) === loinc)?.valueQuantity?.value;
    const [systolic, diastolic, at] = [part('8480-6'), part('8462-4'), takenAt(one)];
    return systolic === undefined || diastolic === undefined || !at
      ? []
      : [{ at, systolic, diastolic, place: placeOf(one) }];
  });
  return oldestFirst(points);
}

const fasting = new Set(['14771-0', '1558-6', '76629-5']);
const glucose = new Set([...fasting, '14749-6', '2345-7', '2339-0', '15074-8', '32016-8', '41653-7']);
const glucoseName = /glucose|đường (máu|huyết)|\bglu\b/iu;
const afterMeal = /sau ăn|sau bữa/iu;
/** In other fluids, or after a load of glucose: not to be put on one line with blood taken at any time. */
const otherGlucose = /niệu|nước tiểu|dịch|urine|ogtt|nghiệm pháp/iu;

/** @returns oldest first: { at, value, taken: 'fasting' | 'after-meal' | 'any', place }, in mmol/L */
export function glucoseValues(resources) {
  const points = observationsIn(resources).flatMap((one) => {
    const { value: written, unit = '', code: ucum = unit } = one.valueQuantity ?? {};
    const [name, loinc, at] = [wordsOf(one.code) ?? '', loincOf(one), takenAt(one)];
    const isGlucose = loinc === undefined ? glucoseName.test(name) && !otherGlucose.test(name) : glucose.has(loinc);
    if (written === undefined || !at || !isGlucose) return [];
    const value = inMmol(written, `${unit} ${ucum}`);
    const taken = fasting.has(loinc) || /đói/iu.test(name) ? 'fasting' : afterMeal.test(name) ? 'after-meal' : 'any';
    return value === undefined ? [] : [{ at, value, taken, place: placeOf(one) }];
  });
  return oldestFirst(points);
}

/** mg/dL ÷ 18 is mmol/L; without a unit, a value above 40 can only be mg/dL. What no living person has is left out. */
function inMmol(value, unit) {
  const mmol = /mg/i.test(unit) || (unit.trim() === '' && value > 40) ? value / 18 : value;
  return mmol >= 0.5 && mmol <= 80 ? Math.round(mmol * 100) / 100 : undefined;
}

const hba1c = new Set(['4548-4', '17856-6', '59261-8']);

/** @returns oldest first: { at, value, place }, in percent (NGSP) */
export function hba1cValues(resources) {
  const points = observationsIn(resources).flatMap((one) => {
    const { value: written, unit = '' } = one.valueQuantity ?? {};
    const [name, loinc, at] = [wordsOf(one.code) ?? '', loincOf(one), takenAt(one)];
    const isHba1c = loinc === undefined ? /hb\s*a1c/iu.test(name) : hba1c.has(loinc);
    if (written === undefined || !at || !isHba1c) return [];
    // IFCC mmol/mol → NGSP percent.
    const value = Math.round((/mmol/i.test(unit) ? written * 0.09148 + 2.152 : written) * 100) / 100;
    return value < 2 || value > 25 ? [] : [{ at, value, place: placeOf(one) }];
  });
  return oldestFirst(points);
}

/** The newest of each vital sign: { name, text, at }. */
export function newestSigns(resources, number) {
  const signs = observationsIn(resources).filter(
    (one) => hasCategory(one, 'vital-signs') && takenAt(one) && loincOf(one) !== '85354-9',
  );
  const newest = new Map();
  for (const one of newestFirst(signs, takenAt)) {
    const name = wordsOf(one.code);
    const text = valueOf(one, number);
    if (text !== '' && !newest.has(name)) newest.set(name, { name, text, at: takenAt(one) });
  }
  return [...newest.values()];
}

/** Results of laboratory and imaging, newest first: { at, name, text, range, meaning, place }. */
export function resultsOf(resources, number) {
  const results = observationsIn(resources)
    .filter((one) => ['laboratory', 'imaging'].some((category) => hasCategory(one, category)))
    .map((one) => ({
      at: takenAt(one),
      name: wordsOf(one.code),
      text: valueOf(one, number),
      range: one.referenceRange?.map((range) => rangeOf(range, number)).join('; ') ?? '',
      meaning: one.interpretation?.map(wordsOf).join(', ') ?? '',
      place: placeOf(one),
    }));
  return newestFirst([...results, ...conclusionsOf(resources)], ({ at }) => at);
}

/** Reports that are words alone: most imaging. Where there are values, they say more. */
const conclusionsOf = (resources) =>
  ofType(resources, 'DiagnosticReport')
    .filter((one) => !isVoid(one) && one.conclusion && !one.result?.length)
    .map((one) => ({
      at: takenAt(one),
      name: wordsOf(one.code),
      text: one.conclusion,
      range: '',
      meaning: '',
      place: placeOf(one),
    }));

/** Risk factors and what else the person's history tells by value, newest first: { at, name, text, notes }. */
export const historyOf = (resources, number) =>
  newestFirst(
    observationsIn(resources)
      .filter((one) => hasCategory(one, 'social-history') && valueOf(one) !== '')
      .map((one) => ({ at: takenAt(one), name: wordsOf(one.code), text: valueOf(one, number), notes: notesOf(one) })),
    ({ at }) => at,
  );

/** What relatives have: { relative, conditions }. */
export const familyHistoryOf = (resources) =>
  ofType(resources, 'FamilyMemberHistory')
    .filter((one) => !isVoid(one))
    .map((one) => ({
      relative: wordsOf(one.relationship),
      conditions: (one.condition ?? []).map(({ code }) => wordsOf(code)).filter(Boolean),
    }));

const hasCategory = ({ category = [] }, code) => category.some((one) => one.coding?.some((each) => each.code === code));

const rangeOf = ({ text, low, high }, number) =>
  text ?? [low && `≥ ${number(low.value)}`, high && `≤ ${number(high.value)}`].filter(Boolean).join(', ');

/** The value of an observation, with its unit. @param number writes a number */
export function valueOf(one, number = String) {
  const { valueQuantity, valueCodeableConcept, valueString, valueBoolean, valueInteger, component } = one;
  if (valueQuantity) return quantityWords(valueQuantity, number);
  if (valueCodeableConcept) return wordsOf(valueCodeableConcept) ?? '';
  if (component) return component.map((part) => `${wordsOf(part.code)}: ${valueOf(part, number)}`).join('; ');
  return String(valueString ?? valueInteger ?? valueBoolean ?? '');
}

const quantityWords = ({ comparator, value, unit }, number) =>
  [comparator, value !== undefined && number(value), unit].filter(Boolean).join(' ');
