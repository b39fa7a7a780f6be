import { partTable, date, fixedStatus, patient, type TypeDefinition } from './type-definition.js';

export const consentDefinition: TypeDefinition = {
  type: 'Consent',
  ...partTable('consent_entry', 'date'),
  parameters: { patient, date, status: fixedStatus('consent-state-codes', 'active') },
};
