/** Coded values that more than one aggregate uses. Codes are always strings: leading zeros, dots and letters count. */
import type { KeptElements } from './kept-resources/kept-content.js';

export type Sex = 'male' | 'female' | 'other' | 'unknown';

export interface Coding {
  readonly code: string;
  readonly display?: string;
}

export interface Diagnosis {
  /** ICD-10 code as sent, e.g. `I10`, `E11.9`. */
  readonly code: string;
  readonly display?: string;
  readonly role: 'main' | 'comorbidity' | 'traditional-medicine';
  readonly kept?: KeptElements;
}

/** Where somebody lived when the message was written. Codes of the administrative map valid on that day. */
export interface Residence {
  readonly text?: string;
  readonly provinceCode?: string;
  readonly districtCode?: string;
  readonly communeCode?: string;
  readonly villageCode?: string;
}

/** Measured in one encounter. Absent means not measured. */
export interface Vitals {
  /** mmHg */
  readonly systolic?: number;
  /** mmHg */
  readonly diastolic?: number;
  /** per minute */
  readonly pulse?: number;
  /** degrees Celsius */
  readonly temperature?: number;
  /** per minute */
  readonly respiratoryRate?: number;
  /** cm */
  readonly height?: number;
  /** kg */
  readonly weight?: number;
  /** cm */
  readonly waist?: number;
  /** kg/m² */
  readonly bmi?: number;
}

/** Whether text can be a code: up to 20 characters without white space. What else stands in a code's place is words, and no figure counts it. */
export function isCode(text: string | undefined): text is string {
  return text !== undefined && /^\S{1,20}$/.test(text);
}
