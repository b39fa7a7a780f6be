import { codeSystems } from '#fhir/systems.js';
import { partTable, date, fixedStatus, ownSystem, patient, type TypeDefinition } from './type-definition.js';

export const observationDefinition: TypeDefinition = {
  type: 'Observation',
  ...partTable('observation_entry', 'date'),
  parameters: {
    patient,
    subject: patient,
    code: {
      kind: 'token',
      columns: [
        { code: 'e.code', system: ownSystem },
        { code: 'e.other_code', system: { column: 'e.other_system' } },
      ],
      indexed: true,
    },
    'component-code': { kind: 'component-code', own: false },
    'combo-code': { kind: 'component-code', own: true },
    'value-quantity': { kind: 'amount' },
    'component-value-quantity': { kind: 'amount' },
    'combo-value-quantity': { kind: 'amount' },
    'code-value-quantity': { kind: 'code-amount', code: 'code' },
    'component-code-value-quantity': { kind: 'code-amount', code: 'component-code' },
    'combo-code-value-quantity': { kind: 'code-amount', code: 'combo-code' },
    category: { kind: 'token', columns: [{ code: 'e.category', system: codeSystems.observationCategory }] },
    date,
    encounter: { kind: 'encounter' },
    status: fixedStatus('observation-status', 'final'),
  },
};
