import { hl7, wholeTable, type TypeDefinition } from './type-definition.js';

const table = wholeTable('organization_entry');

export const organizationDefinition: TypeDefinition = {
  type: 'Organization',
  ...table,
  parameters: {
    identifier: { kind: 'facility-code' },
    name: { kind: 'facility-name', note: 'Begins at any word of the name; Vietnamese diacritics do not matter.' },
    active: { kind: 'token', columns: [{ code: 'e.active', system: `${hl7}/special-values` }] },
  },
  orders: { ...table.orders, _id: { from: 'organization_entry e', key: ['e.code'] } },
  defaultOrder: { name: 'natural', descending: false },
};
