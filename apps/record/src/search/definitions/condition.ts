import { codeSystems } from '#fhir/systems.js';
import { partTable, code, date, patient, type TypeDefinition } from './type-definition.js';

export const conditionDefinition: TypeDefinition = {
  type: 'Condition',
  ...partTable('condition_entry', 'recorded-date'),
  parameters: {
    patient,
    subject: patient,
    code,
    category: { kind: 'token', columns: [{ code: 'e.category', system: codeSystems.conditionCategory }] },
    'recorded-date': date,
    encounter: { kind: 'encounter' },
    'clinical-status': {
      kind: 'token',
      columns: [{ code: 'e.clinical_status', system: codeSystems.conditionClinical }],
    },
    'verification-status': {
      kind: 'token',
      columns: [{ code: 'e.verification_status', system: codeSystems.conditionVerification }],
    },
  },
};
