import { provenanceDefinition } from './provenance.js';
import { patient, type TypeDefinition } from './type-definition.js';

const { recorded } = provenanceDefinition.parameters;

/** The messages that events came from: one for each event that came from any. */
export const documentReferenceDefinition: TypeDefinition = {
  ...provenanceDefinition,
  type: 'DocumentReference',
  only: { text: 'e.digest is not null', values: [] },
  parameters: {
    patient,
    subject: patient,
    ...(recorded && { date: recorded }),
    custodian: { kind: 'facility', column: 'e.facility' },
  },
};
