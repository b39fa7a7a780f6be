import type { CapabilityStatementRestResourceOperation } from '@medplum/fhirtypes';
import type { Caller } from '#security/caller.js';
import { mayExport } from '../export/export-rights.js';
import { servedTypes } from '../search/definitions.js';
import { backport } from '../subscriptions/backport.js';

/** An operation as the CapabilityStatement tells of it; the controller of its folder answers it. */
interface ServedOperation {
  /** Without `$`. */
  readonly name: string;
  /** Canonical URL of its OperationDefinition. */
  readonly definition: string;
  /** Types it is asked of, `system`: of the server. */
  readonly of: readonly string[];
  /** For whom it is told of; everybody where nothing is said. */
  readonly mayUse?: (caller: Caller) => boolean;
}

const operations: readonly ServedOperation[] = [
  {
    name: 'validate',
    definition: 'http://hl7.org/fhir/OperationDefinition/Resource-validate',
    of: servedTypes.map(({ type }) => type),
  },
  {
    name: 'everything',
    definition: 'http://hl7.org/fhir/OperationDefinition/Patient-everything',
    of: ['Patient'],
  },
  ...(
    [
      ['export', 'system'],
      ['patient-export', 'Patient'],
      ['group-export', 'Group'],
    ] as const
  ).map(([definition, of]): ServedOperation => ({
    name: 'export',
    definition: `http://hl7.org/fhir/uv/bulkdata/OperationDefinition/${definition}`,
    of: [of],
    mayUse: mayExport,
  })),
  { name: 'graphql', definition: 'http://hl7.org/fhir/OperationDefinition/Resource-graphql', of: ['system'] },
  { name: 'summary', definition: 'http://hl7.org/fhir/uv/ips/OperationDefinition/summary', of: ['Patient'] },
  { name: 'lookup', definition: 'http://hl7.org/fhir/OperationDefinition/CodeSystem-lookup', of: ['CodeSystem'] },
  {
    name: 'validate-code',
    definition: 'http://hl7.org/fhir/OperationDefinition/CodeSystem-validate-code',
    of: ['CodeSystem'],
  },
  {
    name: 'validate-code',
    definition: 'http://hl7.org/fhir/OperationDefinition/ValueSet-validate-code',
    of: ['ValueSet'],
  },
  { name: 'expand', definition: 'http://hl7.org/fhir/OperationDefinition/ValueSet-expand', of: ['ValueSet'] },
  { name: 'status', definition: backport.statusOperation, of: ['Subscription'] },
  { name: 'events', definition: backport.eventsOperation, of: ['Subscription'] },
];

/** @param on a type, or `system` */
export function operationsOn(on: string, caller: Caller): readonly CapabilityStatementRestResourceOperation[] {
  return operations
    .filter(({ of, mayUse }) => of.includes(on) && (mayUse?.(caller) ?? true))
    .map(({ name, definition }) => ({ name, definition }));
}
