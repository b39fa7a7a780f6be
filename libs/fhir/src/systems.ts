/**
 * URIs of identifier and code systems. `urn:lien-tuyen:` are this project's own: no official URI exists for facility codes,
 * GSO place codes and the code lists of QĐ 4750 and QĐ 831 (see data/README.md).
 */
import type { FacilityCode } from '#domain/ids.js';
import type { IdentifierSystem } from '#domain/residents/resident-content.js';

const vnCore = 'http://fhir.ehealth.gov.vn/core/sid';

/** VN Core, as in data/vncore-identifiers.tsv. */
export const residentIdentifierSystems: Readonly<Record<IdentifierSystem, string>> = {
  'national-id': `${vnCore}/national_id`,
  'citizen-id': `${vnCore}/citizen_id`,
  passport: `${vnCore}/passport_number`,
  'insurance-number': `${vnCore}/insurance_number`,
  'facility-patient-number': `${vnCore}/patient-internal-id`,
};

export const facilityCodeSystem = 'urn:lien-tuyen:sid:facility-code';
/** Practising-certificate number (số chứng chỉ hành nghề). */
export const practisingCertificateSystem = 'urn:lien-tuyen:sid:practising-certificate';
/** Id of a dose of a vaccine. */
export const immunizationSystem = 'urn:lien-tuyen:sid:immunization';
/** SHA-256 of the message an event came from. */
export const messageDigestSystem = 'urn:lien-tuyen:sid:message-digest';
/** Names of programs that cause events, where no facility does. */
export const actorSystem = 'urn:lien-tuyen:sid:actor';

/** Numbers that are unique within the facility that issued them have a system per facility. */
export const episodeNumberSystem = (facility: FacilityCode): string => `urn:lien-tuyen:sid:episode-number:${facility}`;
export const referralNumberSystem = (facility: FacilityCode): string =>
  `urn:lien-tuyen:sid:referral-number:${facility}`;

/** Canonical address of the Measure that an indicator is. */
export const indicatorMeasure = (code: string): string => `urn:lien-tuyen:measure:${code}`;

export const codeSystems = {
  /** VN Core: http://terminology.hl7.org/CodeSystem/icd10 */
  icd10: 'http://terminology.hl7.org/CodeSystem/icd10',
  loinc: 'http://loinc.org',
  snomed: 'http://snomed.info/sct',
  ucum: 'http://unitsofmeasure.org',
  actCode: 'http://terminology.hl7.org/CodeSystem/v3-ActCode',
  dataOperation: 'http://terminology.hl7.org/CodeSystem/v3-DataOperation',
  identifierType: 'http://terminology.hl7.org/CodeSystem/v2-0203',
  observationCategory: 'http://terminology.hl7.org/CodeSystem/observation-category',
  conditionCategory: 'http://terminology.hl7.org/CodeSystem/condition-category',
  conditionClinical: 'http://terminology.hl7.org/CodeSystem/condition-clinical',
  conditionVerification: 'http://terminology.hl7.org/CodeSystem/condition-ver-status',
  allergyClinical: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical',
  allergyVerification: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-verification',
  /** HL7 v2 table 0074, diagnostic service sections. */
  diagnosticSection: 'http://terminology.hl7.org/CodeSystem/v2-0074',
  diagnosisRole: 'http://terminology.hl7.org/CodeSystem/diagnosis-role',
  dataAbsentReason: 'http://terminology.hl7.org/CodeSystem/data-absent-reason',
  provenanceAgent: 'http://terminology.hl7.org/CodeSystem/provenance-participant-type',
  organizationType: 'http://terminology.hl7.org/CodeSystem/organization-type',
  traditionalMedicine: 'urn:lien-tuyen:codesystem:ma-benh-yhct',
  careType: 'urn:lien-tuyen:codesystem:ma-loai-kcb',
  payerCategory: 'urn:lien-tuyen:codesystem:ma-doituong-kcb',
  dischargeType: 'urn:lien-tuyen:codesystem:ma-loai-rv',
  treatmentResult: 'urn:lien-tuyen:codesystem:ket-qua-dtri',
  transferReason: 'urn:lien-tuyen:codesystem:ma-lydo-ct',
  transferDirection: 'urn:lien-tuyen:codesystem:transfer-direction',
  drug: 'urn:lien-tuyen:codesystem:ma-thuoc',
  drugRoute: 'urn:lien-tuyen:codesystem:duong-dung',
  service: 'urn:lien-tuyen:codesystem:ma-dich-vu',
  serviceGroup: 'urn:lien-tuyen:codesystem:ma-nhom',
  resultIndex: 'urn:lien-tuyen:codesystem:ma-chi-so',
  measurePopulation: 'http://terminology.hl7.org/CodeSystem/measure-population',
  /** Codes of the province's indicators. */
  indicator: 'urn:lien-tuyen:codesystem:indicator',
  programme: 'urn:lien-tuyen:codesystem:programme',
  screeningProgramme: 'urn:lien-tuyen:codesystem:screening-programme',
  noteKind: 'urn:lien-tuyen:codesystem:note-kind',
  observationMethod: 'urn:lien-tuyen:codesystem:observation-method',
  riskFactor: 'urn:lien-tuyen:codesystem:qd831-yeu-to-nguy-co',
  riskFactorStatus: 'urn:lien-tuyen:codesystem:qd831-trang-thai-nguy-co',
  historyDisease: 'urn:lien-tuyen:codesystem:qd831-benh-tat',
  historyAllergy: 'urn:lien-tuyen:codesystem:qd831-di-ung',
  healthHistory: 'urn:lien-tuyen:codesystem:qd831-tien-su',
  historyDisability: 'urn:lien-tuyen:codesystem:qd831-khuyet-tat',
  vaccine: 'urn:lien-tuyen:codesystem:qd831-vac-xin',
  vaccineGroup: 'urn:lien-tuyen:codesystem:qd831-loai-vac-xin',
  referralState: 'urn:lien-tuyen:codesystem:referral-state',
  referralAnswer: 'urn:lien-tuyen:codesystem:referral-answer',
  ethnicGroup: 'urn:lien-tuyen:codesystem:ma-dantoc',
  nationality: 'urn:lien-tuyen:codesystem:ma-quoctich',
  occupation: 'urn:lien-tuyen:codesystem:ma-nghe-nghiep',
  place: 'urn:lien-tuyen:codesystem:gso-place',
  facilityKind: 'urn:lien-tuyen:codesystem:facility-kind',
  careLevel: 'urn:lien-tuyen:codesystem:care-level',
} as const;

export const extensions = {
  ethnicGroup: 'urn:lien-tuyen:extension:ethnic-group',
  nationality: 'urn:lien-tuyen:extension:nationality',
  occupation: 'urn:lien-tuyen:extension:occupation',
  bloodGroup: 'urn:lien-tuyen:extension:blood-group',
  province: 'urn:lien-tuyen:extension:province',
  district: 'urn:lien-tuyen:extension:district',
  commune: 'urn:lien-tuyen:extension:commune',
  payerCategory: 'urn:lien-tuyen:extension:payer-category',
  treatmentResult: 'urn:lien-tuyen:extension:treatment-result',
  appointment: 'urn:lien-tuyen:extension:appointment',
  registeredFacility: 'urn:lien-tuyen:extension:registered-facility',
  lateArrival: 'urn:lien-tuyen:extension:late-arrival',
  nextDose: 'urn:lien-tuyen:extension:next-dose',
  pregnancyMonth: 'urn:lien-tuyen:extension:pregnancy-month',
  tetanusDosesOfMother: 'urn:lien-tuyen:extension:tetanus-doses-of-mother',
  lastVisit: 'urn:lien-tuyen:extension:last-visit',
  visitCount: 'urn:lien-tuyen:extension:visit-count',
  eventType: 'urn:lien-tuyen:extension:event-type',
} as const;
