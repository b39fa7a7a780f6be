import { partTable, code, date, fixedStatus, patient, type TypeDefinition } from './type-definition.js';

export const procedureDefinition: TypeDefinition = {
  type: 'Procedure',
  ...partTable('procedure_entry', 'date'),
  parameters: {
    patient,
    subject: patient,
    code,
    date,
    status: fixedStatus('event-status', 'completed'),
    encounter: { kind: 'encounter' },
  },
};
