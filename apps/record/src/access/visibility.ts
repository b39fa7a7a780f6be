import type { Caller } from '#security/caller.js';
import { FhirFault } from '../http/fhir-fault.js';

/** Whose records a caller may read. Organizations are open to everybody who may read records at all. */
export type Visibility =
  | { readonly kind: 'everybody' }
  /** Residents the facility is concerned with: seen, screened, registered or observed there, referred from or to it. */
  | { readonly kind: 'facility'; readonly facility: string }
  | { readonly kind: 'resident'; readonly resident: string };

/** @throws FhirFault 403 for callers whose kind reads no health records, whatever their scopes */
export function visibilityOf(caller: Caller): Visibility {
  switch (caller.kind) {
    case 'station':
    case 'hospital':
      if (caller.facility === undefined) throw forbidden();
      return { kind: 'facility', facility: caller.facility };
    case 'clinician':
      return caller.facility === undefined ? { kind: 'everybody' } : { kind: 'facility', facility: caller.facility };
    case 'resident':
      if (caller.resident === undefined) throw forbidden();
      return { kind: 'resident', resident: caller.resident };
    case 'province':
    case 'operator':
      throw forbidden();
    default:
      return caller.kind satisfies never;
  }
}

const forbidden = (): FhirFault =>
  new FhirFault(403, 'forbidden', {
    vi: 'Tài khoản này không được đọc hồ sơ sức khỏe.',
    en: 'This caller may not read health records.',
  });
