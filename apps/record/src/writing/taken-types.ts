import { keptTypes, terminologyTypes } from '#fhir/kept-types.js';
import { isResourceType } from '#fhir/structure/element-tables.js';
import { FhirFault } from '../http/fhir-fault.js';

/** Types that intake takes and the record shows under their own names. */
const shown: ReadonlySet<string> = new Set(['Patient', ...keptTypes]);
/** In a Bundle, terminology may come along with what is made of it; it is kept, and not shown. */
const alongside: ReadonlySet<string> = new Set(terminologyTypes);

/** Whether `POST /fhir/{type}` is for intake. */
export const isWritten = (type: string): boolean => shown.has(type);

/** @throws FhirFault 405 for a type of R4 that cannot be created */
export function requireWritten(type: string): void {
  if (!isWritten(type)) throw notWritten(type);
}

/** The same of an entry. What R4 does not know is intake's to refuse. @throws FhirFault 405 */
export function requireWrittenInBundle(type: string): void {
  if (isResourceType(type) && !isWritten(type) && !alongside.has(type)) throw notWritten(type);
}

const notWritten = (type: string): FhirFault =>
  new FhirFault(405, 'not-supported', {
    vi: `Nơi tiếp nhận không nhận ${type}; xem /fhir/metadata.`,
    en: `${type} is not taken by intake; see /fhir/metadata.`,
  });
