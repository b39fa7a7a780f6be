import { codeSystems } from '#fhir/systems.js';
import { partTable, code, date, hl7, patient, type TypeDefinition } from './type-definition.js';

export const allergyIntoleranceDefinition: TypeDefinition = {
  type: 'AllergyIntolerance',
  ...partTable('allergy_intolerance_entry', 'date'),
  parameters: {
    patient,
    code,
    date,
    category: { kind: 'token', columns: [{ code: 'e.category', system: `${hl7}/allergy-intolerance-category` }] },
    'clinical-status': {
      kind: 'token',
      columns: [{ code: 'e.clinical_status', system: codeSystems.allergyClinical }],
    },
  },
};
