import { codeSystems } from '#fhir/systems.js';
import { byStart, date, fixedStatus, patient, status, wholeTable, type TypeDefinition } from './type-definition.js';

const table = wholeTable('referral_entry');

export const serviceRequestDefinition: TypeDefinition = {
  type: 'ServiceRequest',
  ...table,
  // What the columns do not say all of is searched by what it says itself.
  only: { text: 'e.request_beyond = 0', values: [] },
  resident: 'e.resident',
  parameters: {
    patient,
    subject: patient,
    status: status('request-status', 'e.request_status'),
    intent: fixedStatus('request-intent', 'order'),
    requester: { kind: 'facility', column: 'e.requester', indexed: true },
    performer: { kind: 'facility', column: 'e.performer', indexed: true },
    identifier: {
      kind: 'facility-number',
      column: 'e.referral_number',
      facility: 'e.requester',
      system: 'urn:lien-tuyen:sid:referral-number:',
    },
    authored: date,
    code: { kind: 'fixed', system: codeSystems.snomed, code: '3457005' },
    category: { kind: 'fixed', system: codeSystems.snomed, code: '3457005' },
  },
  orders: { authored: byStart('referral_entry'), ...table.orders },
  defaultOrder: { name: 'authored', descending: true },
};
