import type { CapabilityStatement, CapabilityStatementRestResource } from '@medplum/fhirtypes';
import { definitions, parameterType, type TypeDefinition } from '../search/definitions.js';

/** What this server can do, made from the table that searches are made from. */
export function capabilityStatement(base: string, date: string): CapabilityStatement {
  const served = [...definitions.values()];
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
          description: 'Bearer token; facilities see the residents they are concerned with, residents themselves.',
        },
        resource: served.map((definition) => resourceOf(definition, served)),
        interaction: [{ code: 'history-system' }],
      },
    ],
  };
}

function resourceOf(definition: TypeDefinition, served: readonly TypeDefinition[]): CapabilityStatementRestResource {
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
      { code: 'read' },
      { code: 'vread' },
      { code: 'history-instance' },
      { code: 'history-type' },
      { code: 'search-type' },
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
