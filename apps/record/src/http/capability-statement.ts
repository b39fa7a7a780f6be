import type { CapabilityStatement, CapabilityStatementRestResource } from '@medplum/fhirtypes';
import type { Caller } from '#security/caller.js';
import { mayUse } from '#security/smart-scopes.js';
import { auditParameters } from '../audit-events/audit-search.js';
import { definitions, parameterType, type TypeDefinition } from '../search/definitions.js';

/** What this server can do for a caller, made from the table that searches are made from and the scopes of the token. */
export function capabilityStatement(base: string, date: string, caller: Caller): CapabilityStatement {
  const served = [...definitions.values()].filter(({ type }) => mayUse(caller, type, 'r') || mayUse(caller, type, 's'));
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
          'Read only: the record is a view of the event log, which is written by intake. Reads, searches about one person and $everything take asOf, an instant or a day: what was known then.',
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
          ...served.map((definition) => resourceOf(definition, served, caller)),
          ...(caller.scopes.has('audit.read') && mayUse(caller, 'AuditEvent', 'r') ? [auditEvents] : []),
        ],
        interaction: [{ code: 'history-system' }],
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

function resourceOf(
  definition: TypeDefinition,
  served: readonly TypeDefinition[],
  caller: Caller,
): CapabilityStatementRestResource {
  const { type, parameters, references } = definition;
  const includes = Object.keys(references).map((name) => `${type}:${name}`);
  const reverseIncludes = served.flatMap((other) =>
    Object.entries(other.references).flatMap(([name, { targets }]) =>
      targets.some((one) => one === type) ? [`${other.type}:${name}`] : [],
    ),
  );
  return {
    type,
    interaction: [
      ...(mayUse(caller, type, 'r')
        ? ([{ code: 'read' }, { code: 'vread' }, { code: 'history-instance' }] as const)
        : []),
      ...(mayUse(caller, type, 's') ? ([{ code: 'history-type' }, { code: 'search-type' }] as const) : []),
    ],
    versioning: 'versioned',
    readHistory: true,
    updateCreate: false,
    conditionalRead: 'full-support',
    searchParam: [
      { name: '_id', type: 'token' },
      { name: '_lastUpdated', type: 'date' },
      ...Object.entries(parameters).map(([name, parameter]) => ({
        name,
        type: parameterType(parameter),
        ...(parameter.note !== undefined && { documentation: parameter.note }),
      })),
    ],
    ...(includes.length > 0 && { searchInclude: includes }),
    ...(reverseIncludes.length > 0 && { searchRevInclude: reverseIncludes }),
    ...(type === 'Patient' && {
      operation: [{ name: 'everything', definition: 'http://hl7.org/fhir/OperationDefinition/Patient-everything' }],
    }),
  };
}
