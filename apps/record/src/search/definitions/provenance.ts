import { type TypeDefinition, type Order } from './type-definition.js';

const byRecorded: Order = { from: 'touch e', key: ['e.recorded', 'e.event'] };
const byEvent: Order = { from: 'touch e', key: ['e.event'] };

export const provenanceDefinition: TypeDefinition = {
  type: 'Provenance',
  table: 'touch',
  number: 'e.document',
  part: 'e.event',
  updated: 'e.recorded',
  resident: 'e.resident',
  parameters: {
    target: { kind: 'target' },
    patient: { kind: 'patient', note: 'Of everything in the record of the person, not of the Patient alone.' },
    recorded: {
      kind: 'date',
      starts: 'e.recorded',
      ends: 'e.recorded + 1',
      milliseconds: true,
      note: 'Known to the millisecond.',
    },
    agent: { kind: 'facility', column: 'e.facility' },
  },
  orders: { recorded: byRecorded, _lastUpdated: byRecorded, _id: byEvent },
  keyOrder: byEvent,
  updatedOrder: byRecorded,
  defaultOrder: { name: 'recorded', descending: true },
};
