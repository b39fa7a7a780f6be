import { codeSystems } from '#fhir/systems.js';
import { byStart, date, patient, status, wholeTable, type TypeDefinition } from './type-definition.js';

const table = wholeTable('encounter_entry');

export const encounterDefinition: TypeDefinition = {
  type: 'Encounter',
  ...table,
  // What the columns do not say all of is searched by what it says itself.
  only: { text: 'e.beyond = 0', values: [] },
  resident: 'e.resident',
  parameters: {
    patient,
    subject: patient,
    date: { ...date, longStays: true },
    class: { kind: 'token', columns: [{ code: 'e.class', system: codeSystems.actCode }] },
    type: { kind: 'token', columns: [{ code: 'e.care_type', system: codeSystems.careType }] },
    status: status('encounter-status', 'e.status'),
    'service-provider': { kind: 'facility', column: 'e.facility', indexed: true },
    identifier: {
      kind: 'facility-number',
      column: 'e.episode',
      facility: 'e.facility',
      system: 'urn:lien-tuyen:sid:episode-number:',
    },
  },
  orders: { date: byStart('encounter_entry'), ...table.orders },
  defaultOrder: { name: 'date', descending: true },
};
