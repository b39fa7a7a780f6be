import { organizationDefinition } from './organization.js';
import type { TypeDefinition } from './type-definition.js';

/** Where a facility is: it has its rows in common with the Organization. */
export const locationDefinition: TypeDefinition = {
  ...organizationDefinition,
  type: 'Location',
  parameters: {
    identifier: { kind: 'facility-code' },
    name: { kind: 'facility-name', note: 'Begins at any word of the name; Vietnamese diacritics do not matter.' },
    organization: { kind: 'facility', column: 'e.code' },
  },
};
