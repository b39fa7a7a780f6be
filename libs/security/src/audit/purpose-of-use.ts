import type { CallerKind } from '../caller.js';

/** HL7 v3 ActReason, PurposeOfUse: the codes that fit this record. */
export const purposesOfUse = [
  'TREAT',
  'ETREAT',
  'BTG',
  'CAREMGT',
  'HPAYMT',
  'HOPERAT',
  'HSYSADMIN',
  'PATADMIN',
  'PATRQT',
  'PUBHLTH',
] as const;
export type PurposeOfUse = (typeof purposesOfUse)[number];

/** What a caller reads for when the request does not say. */
export const usualPurpose: Readonly<Record<CallerKind, PurposeOfUse>> = {
  station: 'TREAT',
  hospital: 'TREAT',
  clinician: 'TREAT',
  resident: 'PATRQT',
  province: 'PUBHLTH',
  operator: 'HSYSADMIN',
};

export function isPurposeOfUse(code: unknown): code is PurposeOfUse {
  return purposesOfUse.some((known) => known === code);
}
