import { status, wholeTable, type TypeDefinition } from './type-definition.js';

const table = wholeTable('patient_entry');

export const patientDefinition: TypeDefinition = {
  type: 'Patient',
  ...table,
  resident: 'e.number',
  parameters: {
    identifier: { kind: 'person-identifier' },
    name: {
      kind: 'person-name',
      words: 'any',
      note: 'Begins at any word of the name; Vietnamese diacritics do not matter.',
    },
    family: { kind: 'person-name', words: 'family' },
    given: { kind: 'person-name', words: 'given' },
    birthdate: { kind: 'date', starts: 'e.birth_starts', ends: 'e.birth_ends', partial: true },
    gender: status('administrative-gender', 'e.gender'),
    phone: { kind: 'phone' },
    organization: { kind: 'facility', column: 'e.organization' },
  },
  orders: {
    ...table.orders,
    name: {
      from: 'patient_name n cross join patient_entry e',
      on: 'e.number = n.number',
      key: ['n.text', 'n.number'],
      partial: true,
    },
    birthdate: { from: 'patient_entry e', key: ['e.birth_starts', 'e.number'], partial: true },
  },
  defaultOrder: { name: 'natural', descending: false },
};
