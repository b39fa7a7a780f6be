import type { CapabilityStatement, CapabilityStatementRestResource } from '@medplum/fhirtypes';
import type { FacilityCode } from '#domain/ids.js';
import { type Caller, callerKinds, grantableTo } from '#security/caller.js';
import { mayUse } from '#security/smart-scopes.js';
import { auditParameters } from '../audit-events/audit-search.js';
import { type SearchParameter, searchParametersOf } from '#fhir/search-parameters/search-parameters.js';
import { definitions, type SearchedType, servedTypes } from '../search/definitions.js';
import type { IndexedParameter } from '../search/definitions/type-definition.js';
import { modifiersOf } from '../search/matching/matcher.js';
import { type TerminologyType, terminologyTypes } from '../terminology/terminology-search.js';
import { isWritten } from '../writing/taken-types.js';
import { subscriptionCapability } from '../subscriptions/subscription-capability.js';
import { operationsOn } from './operations.js';

/** Without a token it is told what there is, for somebody with every right. */
const everyRight: Caller = {
  kind: 'hospital',
  actor: 'anonymous',
  holder: 'anonymous',
  facility: '00000' as FacilityCode,
  scopes: new Set(callerKinds.flatMap(grantableTo)),
};

/** What this server can do for a caller, made from the table that searches are made from and the scopes of the token. */
export function capabilityStatement(base: string, date: string, caller: Caller = everyRight): CapabilityStatement {
  const served = servedTypes.filter(({ type }) => mayUse(caller, type, 'r') || mayUse(caller, type, 's'));
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date,
    kind: 'instance',
    software: { name: 'Liên Tuyến' },
    implementation: { description: 'Hồ sơ sức khỏe của một tỉnh (health record of a province)', url: base },
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'application/fhir+xml', 'json', 'xml'],
    rest: [
      {
        mode: 'server',
        documentation:
          'The record is a view of the event log. What is posted is taken by intake and answered once the record shows it; nothing is changed in place. A transaction either writes or reads. Reads, searches about one person and $everything take asOf, an instant or a day: what was known then.',
        security: {
          cors: false,
          service: [
            {
              coding: [
                {
                  system: 'http://terminology.hl7.org/CodeSystem/restful-security-service',
                  code: 'SMART-on-FHIR',
                  display: 'SMART-on-FHIR',
                },
              ],
            },
          ],
          description:
            'Bearer token; facilities see the residents they are concerned with, residents themselves. HIV and mental health are hidden without their scope. Every answer is written to the audit trail.',
        },
        resource: [
          ...served.map((searched) => resourceOf(searched, caller)),
          ...terminologyTypes.filter((type) => mayUse(caller, type, 'r')).map((type) => terminologyOf(type, caller)),
          ...(caller.scopes.has('audit.read') && mayUse(caller, 'AuditEvent', 'r') ? [auditEvents] : []),
          ...subscriptionCapability(caller),
        ],
        interaction: [{ code: 'history-system' }, { code: 'batch' }, { code: 'transaction' }],
        ...operationMember('system', caller),
        compartment: [
          'http://hl7.org/fhir/CompartmentDefinition/patient',
          'http://hl7.org/fhir/CompartmentDefinition/encounter',
        ],
      },
    ],
  };
}

const auditEvents: CapabilityStatementRestResource = {
  type: 'AuditEvent',
  interaction: [{ code: 'read' }, { code: 'search-type' }],
  documentation: 'Residents see who read their record, facilities what their own people read.',
  searchParam: Object.entries(auditParameters).map(([name, type]) => ({ name, type })),
};

/** What is shipped: it has no versions, and nobody's consent is asked. */
function terminologyOf(type: TerminologyType, caller: Caller): CapabilityStatementRestResource {
  return {
    type,
    interaction: [{ code: 'read' }, ...(mayUse(caller, type, 's') ? [{ code: 'search-type' } as const] : [])],
    versioning: 'no-version',
    documentation:
      'Code systems and value sets that are shipped with the service; of a fragment, what the record is coded with.',
    searchParam: [...searchParametersOf(type).values()].map((parameter) => ({
      name: parameter.name,
      type: parameter.kind,
      ...documentationOf(parameter, undefined),
    })),
    ...operationMember(type, caller),
  };
}

function resourceOf({ type, sources: [own] }: SearchedType, caller: Caller): CapabilityStatementRestResource {
  const parameters = [...searchParametersOf(type).values()];
  const includes = parameters.filter(({ kind }) => kind === 'reference').map(({ name }) => `${type}:${name}`);
  const reverseIncludes = reverseIncludesOf.get(type) ?? [];
  return {
    type,
    interaction: [
      ...(mayUse(caller, type, 'r')
        ? ([{ code: 'read' }, { code: 'vread' }, { code: 'history-instance' }] as const)
        : []),
      ...(mayUse(caller, type, 's') ? ([{ code: 'history-type' }, { code: 'search-type' }] as const) : []),
      ...(mayWrite(caller, type) ? ([{ code: 'create' }] as const) : []),
    ],
    versioning: 'versioned',
    readHistory: true,
    updateCreate: false,
    conditionalCreate: mayWrite(caller, type),
    conditionalRead: 'full-support',
    searchParam: parameters.map((parameter) => ({
      name: parameter.name,
      type: parameter.kind,
      ...documentationOf(
        parameter,
        Object.hasOwn(own.parameters, parameter.name) ? own.parameters[parameter.name] : undefined,
      ),
    })),
    ...(includes.length > 0 && { searchInclude: includes }),
    ...(reverseIncludes.length > 0 && { searchRevInclude: [...reverseIncludes] }),
    ...operationMember(type, caller),
  };
}

const mayWrite = (caller: Caller, type: string): boolean =>
  isWritten(type) && caller.scopes.has('intake.write') && caller.facility !== undefined && mayUse(caller, type, 'c');

function operationMember(on: string, caller: Caller): Pick<CapabilityStatementRestResource, 'operation'> {
  const operation = operationsOn(on, caller);
  return operation.length > 0 ? { operation: [...operation] } : {};
}

/** What a client must know to ask it: the modifiers, and whether it can stand alone however much there is. */
function documentationOf(
  { name, kind }: SearchParameter,
  indexed: IndexedParameter | undefined,
): { readonly documentation?: string } {
  const modifiers = name === '_id' || name === '_lastUpdated' ? [] : modifiersOf[kind];
  const said = [
    ...(modifiers.length > 0 ? [`Modifiers: ${modifiers.map((one) => `:${one}`).join(' ')}.`] : []),
    ...(indexed?.note === undefined ? [] : [indexed.note]),
  ];
  return said.length === 0 ? {} : { documentation: said.join(' ') };
}

/** Which parameters of the served types refer to a type. */
const reverseIncludesOf: ReadonlyMap<string, readonly string[]> = (() => {
  const found = new Map<string, string[]>();
  const referring = servedTypes.flatMap(({ type }) =>
    [...searchParametersOf(type).values()].map((parameter) => ({ type, parameter })),
  );
  for (const { type, parameter } of referring) {
    if (parameter.kind !== 'reference') continue;
    // What may lead to anything is listed where it commonly does: of types with tables of their own.
    const anything = definitions.has(type) ? servedTypes.map((one) => one.type) : [];
    const targets = parameter.targets.includes('*') ? anything : parameter.targets;
    for (const target of targets) found.set(target, [...(found.get(target) ?? []), `${type}:${parameter.name}`]);
  }
  return found;
})();
