import { codeSystems } from '#fhir/systems.js';
import { byStart, date, fixedStatus, patient, status, wholeTable, type TypeDefinition } from './type-definition.js';

const table = wholeTable('referral_entry');

export const taskDefinition: TypeDefinition = {
  type: 'Task',
  ...table,
  resident: 'e.resident',
  parameters: {
    patient,
    subject: patient,
    status: status('task-status', 'e.task_status'),
    'business-status': { kind: 'token', columns: [{ code: 'e.state', system: codeSystems.referralState }] },
    intent: fixedStatus('task-intent', 'order'),
    owner: { kind: 'facility', column: 'e.performer', indexed: true },
    requester: { kind: 'facility', column: 'e.requester', indexed: true },
    focus: { kind: 'focus' },
    identifier: {
      kind: 'facility-number',
      column: 'e.referral_number',
      facility: 'e.requester',
      system: 'urn:lien-tuyen:sid:referral-number:',
    },
    'authored-on': date,
    modified: { kind: 'date', starts: 'e.modified_starts', ends: 'e.modified_ends' },
  },
  orders: {
    'authored-on': byStart('referral_entry'),
    modified: { from: 'referral_entry e', key: ['e.modified_starts', 'e.number'] },
    ...table.orders,
  },
  defaultOrder: { name: 'authored-on', descending: true },
};
