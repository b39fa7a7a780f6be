/**
 * Builders of FHIR data types. FHIR knows no empty strings and no empty objects: every builder gives `undefined` (or leaves
 * the element out) when there is nothing to say, and `given` drops such elements.
 */
import type {
  CodeableConcept,
  Coding,
  Organization,
  Practitioner,
  Quantity,
  Reference,
  Resource,
} from '@medplum/fhirtypes';
import type { FacilityCode } from '#domain/ids.js';
import { practitionerId } from './resource-ids.js';
import { facilityCodeSystem, practisingCertificateSystem } from './systems.js';

/** What translators need to know beyond the document: pure look-ups. */
export interface TranslationContext {
  /** Name of a facility by its code, for displays. */
  facilityName(code: string): string | undefined;
}

/** An object without its `undefined` members and empty arrays. */
export function given<T extends object>(elements: { readonly [K in keyof T]: T[K] | undefined }): T {
  const kept: Partial<T> = {};
  for (const key in elements) {
    const value: T[typeof key] | undefined = elements[key];
    if (value !== undefined && !(Array.isArray(value) && value.length === 0)) kept[key] = value;
  }
  return kept as T;
}

/** Latin letters with whatever Vietnamese puts on them: nearly all there is, and quickly seen. */
const ordinary = /^[\x20-\x7e\u00c0-\u024f\u1e00-\u1eff]*$/;
const disturbing = /[\p{Cs}\p{Cn}\p{Co}]|(?![\t\n\r])\p{Cc}/gu;

/** FHIR `string`: trimmed; `undefined` when nothing is left. Control characters that JSON and XML clients choke on become spaces. */
export function text(value: string | undefined): string | undefined {
  const trimmed = (value === undefined || ordinary.test(value) ? value : value.replace(disturbing, ' '))?.trim();
  return trimmed === undefined || trimmed === '' ? undefined : trimmed;
}

/** FHIR `code`: no outer and no doubled white space. */
export function code(value: string | undefined): string | undefined {
  return text(value)?.replace(/\s+/gu, ' ');
}

/** Several pieces of text, one under the other. */
export function lines(...parts: readonly (string | undefined)[]): string | undefined {
  return text(
    parts
      .map(text)
      .filter((part) => part !== undefined)
      .join('\n'),
  );
}

export function coding(system: string, value: string | undefined, display?: string): Coding | undefined {
  const known = code(value);
  return known === undefined ? undefined : given<Coding>({ system, code: known, display: text(display) });
}

export function concept(codings: readonly (Coding | undefined)[], words?: string): CodeableConcept | undefined {
  const known = codings.filter((one) => one !== undefined);
  const said = text(words);
  if (known.length === 0 && said === undefined) return undefined;
  return given<CodeableConcept>({ coding: known, text: said });
}

/** For elements that FHIR requires. */
export const notStated: CodeableConcept = { text: 'Không ghi (not stated)' };

/** A quantity with a UCUM unit. */
export const ucumQuantity = (value: number, unit: string, ucum: string): Quantity => ({
  value,
  unit,
  system: 'http://unitsofmeasure.org',
  code: ucum,
});

export function reference<T extends Resource = Resource>(
  type: T['resourceType'],
  id: string,
  display?: string,
): Reference<T> {
  return given<Reference<T>>({ reference: `${type}/${id}`, display: text(display) });
}

/** Reference to a facility; its name comes from the register. */
export function facilityReference(facility: string, context: TranslationContext): Reference<Organization> {
  return given<Reference<Organization>>({
    reference: `Organization/${facility}`,
    identifier: { system: facilityCodeSystem, value: facility },
    display: text(context.facilityName(facility)),
  });
}

/** Practitioners are known by the number of their certificate. */
export function practitionerReference(certificate: string | undefined): Reference<Practitioner> | undefined {
  const value = text(certificate);
  return value === undefined
    ? undefined
    : {
        reference: `Practitioner/${practitionerId(value)}`,
        type: 'Practitioner',
        identifier: { system: practisingCertificateSystem, value },
      };
}

/** Reference by number to something of another stream, which this system may not (yet) hold. */
export function numberReference<T extends Resource = Resource>(
  type: T['resourceType'],
  system: (facility: FacilityCode) => string,
  facility: FacilityCode,
  number: string,
): Reference<T> {
  return { type, identifier: { system: system(facility), value: number } };
}
