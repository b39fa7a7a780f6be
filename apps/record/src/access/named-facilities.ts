import type { RecordDocument } from '#fhir/documents.js';

/** Facilities a document is of: who recorded it, and between whom a referral went. They know what it says. */
export function namedFacilities(document: RecordDocument): readonly string[] {
  switch (document.kind) {
    case 'resident':
      return [document.registeredBy];
    case 'visit':
      return [document.visit.facility];
    case 'screening':
      return [document.screening.facility];
    case 'immunization':
      return [document.immunization.facility];
    case 'resource':
      return [document.facility];
    case 'referral':
      return [document.state.referral.from, ...document.state.addressees];
    case 'facility':
      return [document.facility.code];
    case 'programme':
    case 'practitioner':
      return [];
    default:
      return document satisfies never;
  }
}
