import { codeSystems } from '#fhir/systems.js';
import { code, date, partTable, patient, type TypeDefinition } from './type-definition.js';

export const diagnosticReportDefinition: TypeDefinition = {
  type: 'DiagnosticReport',
  ...partTable('diagnostic_report_entry', 'date'),
  parameters: {
    patient,
    subject: patient,
    code,
    category: { kind: 'token', columns: [{ code: 'e.category', system: codeSystems.diagnosticSection }] },
    date,
    encounter: { kind: 'encounter' },
  },
};
