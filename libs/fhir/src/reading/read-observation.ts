import type { Vitals } from '#domain/codes.js';
import type { DateTime } from '#domain/dates.js';
import type { ClinicalNote, ResultLine } from '#domain/visits/visit-content.js';
import { laboratoryCode } from '../encounters/laboratory.js';
import { noteOfCode } from '../encounters/notes.js';
import { bloodPressure, vitalSigns } from '../encounters/vital-signs.js';
import { codeSystems } from '../systems.js';
import { certificateOf, codeIn, codingsOf, stated, whenOf, wordsOf } from './elements.js';
import { type Json, type JsonObject, objectOf, objectsOf, textOf } from './json.js';
import { vitalValue } from './units.js';

export type ReadObservation =
  | {
      readonly kind: 'vitals';
      /** Which Observation of the record it becomes. */
      readonly measure: 'bp' | keyof Vitals;
      readonly vitals: Vitals;
      readonly fromNote: boolean;
      readonly at?: DateTime;
    }
  | { readonly kind: 'result'; readonly line: ResultLine }
  | { readonly kind: 'note'; readonly note: ClinicalNote }
  | { readonly kind: 'treatment'; readonly text: string };

/** Other LOINC codes by which software sends the same measurements. */
const otherCodes: Readonly<Record<string, keyof Vitals>> = {
  '3141-9': 'weight',
  '8331-1': 'temperature',
  '8308-9': 'height',
  '3137-7': 'height',
  '8480-6': 'systolic',
  '8462-4': 'diastolic',
  '56086-2': 'waist',
};
const panels: readonly string[] = [bloodPressure.panel.loinc, '55284-4'];
const measures = new Map<string, keyof Vitals>([
  ...vitalSigns.map(({ loinc, measure }) => [loinc, measure] as const),
  ...Object.entries(otherCodes),
]);

const settled: ReadonlySet<string> = new Set(['final', 'amended', 'corrected']);

/** What an Observation of a visit is in the domain; `undefined` for what is kept as it is: not final, or no measurement, result or note. */
export function readObservation(observation: JsonObject): ReadObservation | undefined {
  if (!settled.has(textOf(observation['status']) ?? '')) return undefined;
  return vitalOf(observation) ?? noteOf(observation) ?? resultOf(observation);
}

function vitalOf(observation: JsonObject): ReadObservation | undefined {
  const codes = codingsOf(observation['code']).filter(({ system }) => system === codeSystems.loinc);
  const at = whenOf(observation, 'effective');
  const common = {
    kind: 'vitals' as const,
    fromNote: codeIn(observation['method'], codeSystems.observationMethod) === 'read-from-note',
    ...(at && { at }),
  };
  if (codes.some(({ code }) => panels.includes(code ?? ''))) {
    const vitals: Vitals = Object.fromEntries(
      objectsOf(observation['component']).flatMap((component) => {
        const which = codingsOf(component['code']).flatMap(({ code }) => measures.get(code ?? '') ?? [])[0];
        const value = which && vitalValue(which, objectOf(component['valueQuantity']));
        return (which === 'systolic' || which === 'diastolic') && value !== undefined ? [[which, value]] : [];
      }),
    );
    return Object.keys(vitals).length === 0 ? undefined : { ...common, measure: 'bp', vitals };
  }
  const measure = codes.flatMap(({ code }) => measures.get(code ?? '') ?? [])[0];
  const value = measure && vitalValue(measure, objectOf(observation['valueQuantity']));
  if (measure === undefined || value === undefined) return undefined;
  return {
    ...common,
    measure: measure === 'systolic' || measure === 'diastolic' ? 'bp' : measure,
    vitals: { [measure]: value },
  };
}

function noteOf(observation: JsonObject): ReadObservation | undefined {
  const code = codeIn(observation['code'], codeSystems.noteKind);
  const said = textOf(observation['valueString']);
  const known = code === undefined ? undefined : noteOfCode(code);
  if (!known || said === undefined || known.kind === 'conclusion') return undefined;
  if (known.kind === 'treatment') return { kind: 'treatment', text: said };
  const practitioner = objectsOf(observation['performer']).flatMap((one) => certificateOf(one) ?? [])[0];
  return {
    kind: 'note',
    note: stated<ClinicalNote>({
      text: said,
      kind: known.kind,
      topic: known.topic,
      at: whenOf(observation, 'effective'),
      practitioner,
    }),
  };
}

/** Categories of Observations that are no results of a test. */
const noResults: ReadonlySet<string> = new Set([
  'social-history',
  'survey',
  'exam',
  'therapy',
  'activity',
  'procedure',
  'vital-signs',
]);

function resultOf(observation: JsonObject): ReadObservation | undefined {
  const category = codeIn(observation['category'], codeSystems.observationCategory);
  if (category !== undefined && noResults.has(category)) return undefined;
  const name = wordsOf(observation['code']) ?? codingsOf(observation['code'])[0]?.code;
  const measured = valueOf(observation);
  if (name === undefined || (measured.value === undefined && category !== 'laboratory')) return undefined;
  const note = textOf(objectsOf(observation['note'])[0]?.['text']);
  const line = stated<ResultLine>({
    code: codeIn(observation['code'], codeSystems.resultIndex),
    serviceCode: codeIn(observation['code'], codeSystems.service),
    name,
    value: measured.value,
    unit: measured.unit,
    description: note,
    conclusion: wordsOf(observation['interpretation']),
    at: whenOf(observation, 'effective'),
  });
  return { kind: 'result', line: recognisable(line, observation['code']) };
}

const hba1cCodes: readonly string[] = ['4548-4', '17856-6', '4549-2', '59261-8', '62388-4'];

/** Figures find a result by its name, as stations name it: one that is known by its LOINC code alone is given that name too. */
function recognisable(line: ResultLine, code: Json | undefined): ResultLine {
  const loinc = codeIn(code, codeSystems.loinc) ?? '';
  return hba1cCodes.includes(loinc) && !laboratoryCode(line) ? { ...line, name: `HbA1c (${line.name})` } : line;
}

function valueOf(observation: JsonObject): { readonly value?: string; readonly unit?: string } {
  const quantity = objectOf(observation['valueQuantity']);
  if (quantity && typeof quantity['value'] === 'number') {
    return stated<{ value?: string; unit?: string }>({
      value: `${textOf(quantity['comparator']) ?? ''}${decimal(quantity['value'])}`,
      unit: textOf(quantity['unit']) ?? textOf(quantity['code']),
    });
  }
  const value =
    textOf(observation['valueString']) ??
    wordsOf(observation['valueCodeableConcept']) ??
    (typeof observation['valueInteger'] === 'number' ? String(observation['valueInteger']) : undefined) ??
    (typeof observation['valueBoolean'] === 'boolean' ? (observation['valueBoolean'] ? 'Có' : 'Không') : undefined);
  return value === undefined ? {} : { value };
}

/** Without an exponent, which no station writes. */
function decimal(value: number): string {
  const written = String(value);
  return /e/i.test(written) ? value.toFixed(10).replace(/\.?0+$/, '') : written;
}
