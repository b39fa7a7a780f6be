/**
 * Clinical terms that indicators count by, with the document each comes from. A change here is a new version of the
 * indicators that use it.
 */
import type { Diagnosis, Vitals } from '../codes.js';
import type { HealthHistory } from '../residents/resident-content.js';

const category = (icd10: string): string => icd10.slice(0, 3).toUpperCase();
const within = (from: string, to: string) => (icd10: string) => category(icd10) >= from && category(icd10) <= to;

/** ICD-10 I10–I15. */
export const isHypertension = within('I10', 'I15');
/** ICD-10 E10–E14. */
export const isDiabetes = within('E10', 'E14');
/** ICD-10 J44–J46. */
export const isChronicLung = within('J44', 'J46');
/** The chronic diseases that stations manage under QĐ 5904/2019: hypertension, diabetes, COPD and asthma. */
export const isChronicDisease = (icd10: string): boolean =>
  isHypertension(icd10) || isDiabetes(icd10) || isChronicLung(icd10);

/** Traditional-medicine codes (U-codes) are another list and never compared with ICD-10. */
export const hasDiagnosis = (
  diagnoses: readonly Pick<Diagnosis, 'code' | 'role'>[],
  matches: (icd10: string) => boolean,
): boolean => diagnoses.some(({ code, role }) => role !== 'traditional-medicine' && matches(code));

/** LOAIBENH of QĐ 831: 1 heart, 2 hypertension, 3 diabetes, 5 chronic lung disease, 6 asthma. */
const chronicHistoryCodes: ReadonlySet<string> = new Set(['1', '2', '3', '5', '6']);

export interface HistoryFacts {
  readonly hypertension: boolean;
  readonly diabetes: boolean;
  readonly chronicDisease: boolean;
  /** Smokes regularly and has not stopped. */
  readonly regularTobacco: boolean;
}

/** What a health history says about the diseases and risks that indicators ask for. */
export function historyFacts(history: HealthHistory): HistoryFacts {
  const present = (history.diseases ?? [])
    .filter((item) => item.present)
    .map((item) => item.code.replace(/^0+(?=\d)/, ''));
  return {
    hypertension: present.includes('2'),
    diabetes: present.includes('3'),
    chronicDisease: present.some((code) => chronicHistoryCodes.has(code)),
    regularTobacco: (history.riskFactors ?? []).some(
      (factor) => factor.kind === 'tobacco' && factor.status === 'regular' && factor.stopped !== true,
    ),
  };
}

/** QĐ 824, QĐ 1804/2026: 15 periodic health examination, 16 screening examination. */
export const isHealthCheckCareType = (careType: string | undefined): boolean => careType === '15' || careType === '16';

export const bloodPressureMeasured = (
  vitals: Vitals,
): vitals is Vitals & { readonly systolic: number; readonly diastolic: number } =>
  vitals.systolic !== undefined && vitals.diastolic !== undefined;

/** High risk by age: from the calendar year in which this age is reached (the year of birth is all that leaves the record). */
export const highRiskFromAge = 60;
/** QĐ 5904/2019 p. 12: the systolic target is one step higher from this age. */
export const olderFromAge = 65;

export interface BloodPressureReading {
  /** mmHg */
  readonly systolic: number;
  /** mmHg */
  readonly diastolic: number;
}

/** QĐ 5904/2019 pp. 12, 28: below 130/80, from 65 years below 140/80; with diabetes below 130/80 at any age. */
export function atTargetOfQd5904(
  reading: BloodPressureReading,
  person: { readonly older: boolean; readonly diabetes: boolean },
): boolean {
  const systolicBelow = person.older && !person.diabetes ? 140 : 130;
  return reading.systolic < systolicBelow && reading.diastolic < 80;
}

/** QĐ 3192/2010 p. 3, general target. */
export const atTargetOfQd3192 = (reading: BloodPressureReading): boolean =>
  reading.systolic < 140 && reading.diastolic < 90;

/** QĐ 5481/2020: HbA1c below 7 %. */
export const hba1cAtTarget = (percent: number): boolean => percent < 7;
/** QĐ 5481/2020: fasting capillary glucose 4.4–7.2 mmol/L. */
export const glucoseAtTarget = (mmolPerLitre: number): boolean => mmolPerLitre >= 4.4 && mmolPerLitre <= 7.2;
