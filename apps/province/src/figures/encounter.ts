import { dayPart } from '#domain/dates.js';
import {
  hasDiagnosis,
  isChronicDisease,
  isDiabetes,
  isHealthCheckCareType,
  isHypertension,
} from '#domain/indicators/clinical-definitions.js';
import type { EncounterFact } from '#messaging/health-facts/health-fact.js';
import type { LocalDate } from '#domain/dates.js';
import type { CountedAt } from './counted-at.js';

/** A visit or screening as one row: what the indicators ask of it. */
export interface Encounter extends CountedAt {
  readonly encounter: string;
  /** Position at which it was first told: the order among those of the same time. */
  readonly told: number;
  readonly revision: number;
  readonly retracted: 0 | 1;
  readonly resident: string;
  readonly form: 'visit' | 'screening';
  readonly at: string;
  readonly day: LocalDate;
  readonly insured: 0 | 1;
  readonly main_diagnosis: string | null;
  readonly hypertension: 0 | 1;
  readonly diabetes: 0 | 1;
  readonly chronic_disease: 0 | 1;
  readonly health_check: 0 | 1;
  readonly systolic: number | null;
  readonly diastolic: number | null;
  readonly glucose: number | null;
  readonly hba1c: number | null;
}

export const encounterColumns = [
  'encounter',
  'told',
  'revision',
  'retracted',
  'resident',
  'form',
  'at',
  'day',
  'insured',
  'main_diagnosis',
  'hypertension',
  'diabetes',
  'chronic_disease',
  'health_check',
  'systolic',
  'diastolic',
  'glucose',
  'hba1c',
  'province',
  'district',
  'commune',
  'facility',
] as const satisfies readonly (keyof Encounter)[];

export function encounterOf(fact: EncounterFact, told: number, at: CountedAt): Encounter {
  const pressureMeasured = fact.systolic !== undefined && fact.diastolic !== undefined;
  return {
    ...at,
    encounter: fact.encounter,
    told,
    revision: fact.revision,
    retracted: 0,
    resident: fact.resident,
    form: fact.form,
    at: fact.at,
    day: dayPart(fact.at),
    insured: flag(fact.insured),
    main_diagnosis: fact.diagnoses.find(({ role }) => role === 'main')?.code ?? null,
    hypertension: flag(hasDiagnosis(fact.diagnoses, isHypertension)),
    diabetes: flag(hasDiagnosis(fact.diagnoses, isDiabetes)),
    chronic_disease: flag(hasDiagnosis(fact.diagnoses, isChronicDisease)),
    health_check: flag(fact.form === 'screening' || isHealthCheckCareType(fact.careType) || pressureMeasured),
    systolic: pressureMeasured ? (fact.systolic ?? null) : null,
    diastolic: pressureMeasured ? (fact.diastolic ?? null) : null,
    glucose: fact.glucose ?? null,
    hba1c: fact.hba1c ?? null,
  };
}

/** In the order in which they happened. */
export const byTime = (a: Encounter, b: Encounter): number => (a.at === b.at ? a.told - b.told : a.at < b.at ? -1 : 1);

const flag = (value: boolean): 0 | 1 => (value ? 1 : 0);
