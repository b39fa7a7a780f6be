import { immunizationSystem } from '#fhir/systems.js';
import { byStart, date, fixedStatus, ownSystem, patient, wholeTable, type TypeDefinition } from './type-definition.js';

const table = wholeTable('immunization_entry');

export const immunizationDefinition: TypeDefinition = {
  type: 'Immunization',
  ...table,
  // What the columns do not say all of is searched by what it says itself.
  only: { text: 'e.beyond = 0', values: [] },
  resident: 'e.resident',
  parameters: {
    patient,
    date,
    status: fixedStatus('event-status', 'completed'),
    'vaccine-code': {
      kind: 'token',
      columns: [
        { code: 'e.code', system: ownSystem },
        { code: 'e.other_code', system: { column: 'e.other_system' } },
      ],
    },
    identifier: { kind: 'token', columns: [{ code: 'e.identifier', system: immunizationSystem }] },
    performer: { kind: 'facility', column: 'e.facility', besides: true },
  },
  orders: { date: byStart('immunization_entry'), ...table.orders },
  defaultOrder: { name: 'date', descending: true },
};
