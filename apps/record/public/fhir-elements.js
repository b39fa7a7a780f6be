/** Reads of FHIR elements that several parts of the record share. Pure. */

export const systems = {
  loinc: 'http://loinc.org',
  icd10: 'http://terminology.hl7.org/CodeSystem/icd10',
  nationalId: 'http://fhir.ehealth.gov.vn/core/sid/national_id',
  citizenId: 'http://fhir.ehealth.gov.vn/core/sid/citizen_id',
  passport: 'http://fhir.ehealth.gov.vn/core/sid/passport_number',
  insurance: 'http://fhir.ehealth.gov.vn/core/sid/insurance_number',
  screeningProgramme: 'urn:lien-tuyen:codesystem:screening-programme',
  transferDirection: 'urn:lien-tuyen:codesystem:transfer-direction',
  transferReason: 'urn:lien-tuyen:codesystem:ma-lydo-ct',
  referralState: 'urn:lien-tuyen:codesystem:referral-state',
};

export const ofType = (resources, type) => resources.filter(({ resourceType }) => resourceType === type);

/** The code a concept has in a system. */
export const codeIn = (concept, system) => concept?.coding?.find((one) => one.system === system)?.code;

export const firstCode = (concept) => concept?.coding?.[0]?.code;

/** A concept in words: as written, else as the code is called. */
export const wordsOf = (concept) =>
  concept?.text ?? concept?.coding?.find(({ display }) => display)?.display ?? firstCode(concept);

/** Id of what a reference leads to; nothing where it only names a number. */
export const idIn = (reference) => reference?.reference?.split('/').at(-1);

/** Whom a reference means, in words. */
export const namedBy = (reference) => reference?.display ?? reference?.identifier?.value ?? idIn(reference);

/** The facility among those who took part, in words. */
export const facilityAmong = (references) =>
  namedBy(references.find((one) => one?.reference?.startsWith('Organization/')));

export const extensionOf = (resource, url) => resource?.extension?.find((one) => one.url === url);

/** Notes of a resource, each a text. */
export const notesOf = ({ note = [] }) => note.map(({ text }) => text).filter(Boolean);

/** Whether what was recorded by mistake or never took place says so. */
export const isVoid = ({ status, verificationStatus }) =>
  ['entered-in-error', 'cancelled', 'not-done'].includes(status) ||
  codeIn(verificationStatus, 'http://terminology.hl7.org/CodeSystem/condition-ver-status') === 'entered-in-error' ||
  codeIn(verificationStatus, 'http://terminology.hl7.org/CodeSystem/allergyintolerance-verification') ===
    'entered-in-error';

/** Items by a key, in the order the keys were met. */
export function groupedBy(items, keyOf) {
  const groups = new Map();
  for (const item of items) {
    const key = keyOf(item);
    if (groups.has(key)) groups.get(key).push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
