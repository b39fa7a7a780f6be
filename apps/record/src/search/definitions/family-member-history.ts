import { partTable, date, fixedStatus, patient, type TypeDefinition } from './type-definition.js';

export const familyMemberHistoryDefinition: TypeDefinition = {
  type: 'FamilyMemberHistory',
  ...partTable('family_member_history_entry', 'date'),
  parameters: { patient, date, status: fixedStatus('history-status', 'partial') },
};
