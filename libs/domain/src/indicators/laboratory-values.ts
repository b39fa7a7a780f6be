import type { ResultLine } from '../visits/visit-content.js';

/** Blood values that indicators ask for; the last one given where a visit has several. */
export interface LaboratoryValues {
  /** mmol/L */
  readonly glucose?: number;
  /** percent */
  readonly hba1c?: number;
}

const glucoseName = /glucose|đường (máu|huyết)|\bglu\b/iu;
const hba1cName = /hb\s*a1c/iu;
/** Urine and liquor glucose, and values after a meal or a glucose load, say nothing about the fasting target. */
const otherGlucose = /niệu|nước tiểu|dịch|urine|sau ăn|ogtt|nghiệm pháp/iu;

/**
 * Finds glucose and HbA1c among the results of a visit by their names, as station software names them: the national list of
 * indices (QĐ 1227/2025) is not required in the fields. Values that are not numbers or not possible are left out.
 */
export function laboratoryValues(results: readonly ResultLine[]): LaboratoryValues {
  let glucose: number | undefined;
  let hba1c: number | undefined;
  for (const result of results) {
    const value = numberOf(result.value);
    if (value === undefined) continue;
    if (hba1cName.test(result.name)) hba1c = hba1cPercent(value, result.unit) ?? hba1c;
    else if (glucoseName.test(result.name) && !otherGlucose.test(result.name))
      glucose = glucoseMmol(value, result.unit) ?? glucose;
  }
  return { ...(glucose !== undefined && { glucose }), ...(hba1c !== undefined && { hba1c }) };
}

/** A decimal comma is how Vietnamese writes it. */
function numberOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^\s*\d{1,4}([.,]\d{1,4})?\s*$/.test(text)) return undefined;
  return Number(text.trim().replace(',', '.'));
}

/** mg/dL ÷ 18 is mmol/L; without a unit, a value above 40 can only be mg/dL. */
function glucoseMmol(value: number, unit: string | undefined): number | undefined {
  const mmol = /mg/i.test(unit ?? '') || (!unit && value > 40) ? value / 18 : value;
  return mmol >= 0.5 && mmol <= 80 ? Math.round(mmol * 100) / 100 : undefined;
}

/** IFCC mmol/mol ↔ NGSP percent: 0.09148 × IFCC + 2.152. */
function hba1cPercent(value: number, unit: string | undefined): number | undefined {
  const percent = /mmol/i.test(unit ?? '') ? value * 0.09148 + 2.152 : value;
  return percent >= 2 && percent <= 25 ? Math.round(percent * 100) / 100 : undefined;
}
