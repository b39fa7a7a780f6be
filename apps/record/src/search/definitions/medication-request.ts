import { partTable, code, date, fixedStatus, patient, type TypeDefinition } from './type-definition.js';

export const medicationRequestDefinition: TypeDefinition = {
  type: 'MedicationRequest',
  ...partTable('medication_request_entry', 'authoredon'),
  parameters: {
    patient,
    subject: patient,
    code,
    status: fixedStatus('CodeSystem/medicationrequest-status', 'completed'),
    intent: fixedStatus('CodeSystem/medicationrequest-intent', 'order'),
    authoredon: date,
    encounter: { kind: 'encounter' },
  },
};
