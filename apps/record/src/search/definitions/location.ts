import { organizationDefinition } from './organization.js';
import type { TypeDefinition } from './type-definition.js';

const { identifier, name } = organizationDefinition.parameters;

/** Every facility is one site: the rows of Organizations, of the same codes. */
export const locationDefinition: TypeDefinition = {
  ...organizationDefinition,
  type: 'Location',
  parameters: {
    ...(identifier && { identifier }),
    ...(name && { name }),
    organization: { kind: 'facility', column: 'e.code' },
  },
};
