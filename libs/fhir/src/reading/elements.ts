/** Data types of FHIR as the domain says them. */
import { type DateTime, parseDateTime } from '#domain/dates.js';
import { parseFacilityCode, type FacilityCode } from '#domain/ids.js';
import { facilityCodeSystem, practisingCertificateSystem } from '../systems.js';
import { type JsonObject, type Json, objectOf, objectsOf, textOf } from './json.js';

export interface SentCoding {
  readonly system?: string;
  readonly code?: string;
  readonly display?: string;
}

export function codingsOf(concept: Json | undefined): readonly SentCoding[] {
  return objectsOf(concept)
    .flatMap((one) => objectsOf(one['coding']))
    .map(codingOf);
}

export function codingOf(coding: JsonObject): SentCoding {
  const system = textOf(coding['system']);
  const code = textOf(coding['code']);
  const display = textOf(coding['display']);
  return {
    ...(system !== undefined && { system }),
    ...(code !== undefined && { code }),
    ...(display !== undefined && { display }),
  };
}

/** The code of a system among the codings of a concept. */
export function codeIn(concept: Json | undefined, ...systems: readonly string[]): string | undefined {
  return codingsOf(concept).find(({ system, code }) => code !== undefined && systems.includes(system ?? ''))?.code;
}

/** What a concept is called. */
export function wordsOf(concept: Json | undefined): string | undefined {
  const [first] = objectsOf(concept);
  return textOf(first?.['text']) ?? codingsOf(first).find(({ display }) => display !== undefined)?.display;
}

/** A moment of the precision the domain knows; years and months alone are none. */
export function momentOf(value: Json | undefined): DateTime | undefined {
  return typeof value === 'string' ? parseDateTime(value) : undefined;
}

/** When something was: of `effectiveDateTime`, `…Instant` or the start of `…Period`. */
export function whenOf(resource: JsonObject, element: string): DateTime | undefined {
  return (
    momentOf(resource[`${element}DateTime`]) ??
    momentOf(resource[`${element}Instant`]) ??
    momentOf(objectOf(resource[`${element}Period`])?.['start'])
  );
}

/** Value of the first identifier of a system. */
export function identifierIn(resource: JsonObject, fits: (system: string) => boolean): string | undefined {
  const found = objectsOf(resource['identifier']).find((one) => fits(textOf(one['system']) ?? ''));
  return textOf(found?.['value']);
}

/** The facility a reference or Organization names by its code. */
export function facilityOf(named: JsonObject | undefined): FacilityCode | undefined {
  if (!named) return undefined;
  const value =
    identifierIn(named, (system) => system === facilityCodeSystem) ??
    /^Organization\/([0-9]{2}[0-9A-Z]{3})$/.exec(textOf(named['reference']) ?? '')?.[1];
  return value === undefined ? undefined : parseFacilityCode(value);
}

/** Practising-certificate number in a reference or Practitioner. */
export function certificateOf(named: JsonObject | undefined): string | undefined {
  return named && identifierIn(named, (system) => system === practisingCertificateSystem);
}

export function extensionOf(resource: JsonObject, url: string): JsonObject | undefined {
  return objectsOf(resource['extension']).find((one) => one['url'] === url);
}

/** Fields that have a value. */
export function stated<T extends object>(fields: { readonly [K in keyof T]: T[K] | undefined }): T {
  const kept: Partial<T> = {};
  for (const name in fields) if (fields[name] !== undefined) kept[name] = fields[name];
  return kept as T;
}
