/** Resource types that the page shows; messages and their digests stay where they are. */
export const shownTypes = [
  'Patient',
  'AllergyIntolerance',
  'Composition',
  'Condition',
  'Consent',
  'DiagnosticReport',
  'Encounter',
  'EpisodeOfCare',
  'FamilyMemberHistory',
  'Immunization',
  'MedicationRequest',
  'MedicationStatement',
  'Observation',
  'Procedure',
  'ServiceRequest',
  'Task',
];
