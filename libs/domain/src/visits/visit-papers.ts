import type { DateTime } from '../dates.js';

/**
 * Papers and programme forms that go with a visit: what a check-in, a discharge paper, a certificate or a treatment card says
 * beyond the visit itself. Codes are of the lists of QĐ 4750/QĐ-BYT (changed by QĐ 3176/QĐ-BYT), as sent.
 */
export type VisitPaper =
  | CheckIn
  | HivCare
  | DischargePaper
  | RecordSummary
  | BirthCertificate
  | MaternityRest
  | SickLeave
  | MedicalAssessment
  | TuberculosisCare;

/** Number and signature of a paper. */
interface SignedPaper {
  readonly issuedOn?: DateTime;
  /** MA_TTDV: BHXH number of the head of the facility who signs. */
  readonly signatory?: string;
  /** Practising-certificate number. */
  readonly practitioner?: string;
  readonly practitionerName?: string;
}

/** Names that a paper gives of the parents or guardian of a child: personal data of third persons. */
interface ParentNames {
  readonly fatherName?: string;
  readonly motherName?: string;
}

/** XML0: the patient is at the facility, and what was ordered first. */
export interface CheckIn {
  readonly kind: 'check-in';
  readonly orderedAt?: DateTime;
  readonly admittedAt?: DateTime;
  readonly admissionReason?: string;
  readonly admissionReasonCode?: string;
  readonly serviceCode?: string;
  readonly serviceName?: string;
  readonly drugCode?: string;
  readonly drugName?: string;
  readonly supplyCode?: string;
  readonly supplyName?: string;
}

/** XML6: care and treatment of HIV. */
export interface HivCare {
  readonly kind: 'hiv-care';
  readonly sensitive: 'hiv';
  readonly confirmedOn?: DateTime;
  readonly sampledBy?: string;
  readonly confirmedBy?: string;
  readonly treatmentStartedBy?: string;
  readonly treatmentStartedOn?: DateTime;
  readonly firstRegimen?: string;
  readonly firstRegimenLine?: string;
  readonly treatmentReason?: string;
  readonly tuberculosisTreatment?: string;
  readonly tuberculosisScreening?: string;
  readonly tuberculosisRegimen?: string;
  readonly tuberculosisStartedOn?: DateTime;
  readonly tuberculosisEndedOn?: DateTime;
  readonly tuberculosisResult?: string;
  readonly viralLoadReason?: string;
  readonly viralLoadSampledOn?: DateTime;
  readonly viralLoadResult?: string;
  readonly viralLoadResultOn?: DateTime;
  readonly patientType?: string;
  readonly clinicalStage?: string;
  readonly targetGroup?: string;
  readonly registration?: string;
  readonly pcrTime?: string;
  readonly pcrSampledOn?: DateTime;
  readonly pcrResultOn?: DateTime;
  readonly pcrResult?: string;
  readonly pregnancyToldOn?: DateTime;
  readonly cotrimoxazoleStartedOn?: DateTime;
  readonly measure?: string;
  readonly measureFrom?: DateTime;
  readonly measureTo?: DateTime;
  readonly regimen?: string;
  readonly regimenLine?: string;
  /** days */
  readonly drugsGivenFor?: number;
  readonly regimenChangedOn?: DateTime;
  readonly regimenChangeReason?: string;
}

interface PregnancyTermination {
  readonly pregnancyTerminated?: string;
  readonly terminationReason?: string;
  /** weeks */
  readonly gestation?: number;
}

/** XML7: discharge paper (giấy ra viện). */
export interface DischargePaper extends SignedPaper, ParentNames, PregnancyTermination {
  readonly kind: 'discharge-paper';
  readonly archiveNumber?: string;
  readonly healthCode?: string;
  readonly department?: string;
  readonly admittedAt?: DateTime;
  readonly dischargedAt?: DateTime;
  readonly terminatedAt?: DateTime;
  readonly diagnosis?: string;
  readonly treatment?: string;
  readonly note?: string;
  readonly fatherNumber?: string;
  readonly motherNumber?: string;
  readonly temporaryCard?: string;
  /** days */
  readonly restDays?: number;
  readonly restFrom?: DateTime;
  readonly restTo?: DateTime;
}

/** XML8: summary of the record (tóm tắt hồ sơ bệnh án). */
export interface RecordSummary extends SignedPaper, ParentNames {
  readonly kind: 'record-summary';
  readonly careType?: string;
  readonly guardianName?: string;
  readonly employer?: string;
  readonly admittedAt?: DateTime;
  readonly dischargedAt?: DateTime;
  readonly admissionDiagnosis?: string;
  readonly diagnosis?: string;
  readonly course?: string;
  readonly findings?: string;
  readonly treatment?: string;
  readonly childBornOn?: DateTime;
  readonly childDiedOn?: DateTime;
  readonly childrenDied?: number;
  readonly treatmentResult?: string;
  readonly note?: string;
  readonly temporaryCard?: string;
}

/** XML9: birth certificate (giấy chứng sinh), given with the mother's visit. */
export interface BirthCertificate extends SignedPaper {
  readonly kind: 'birth-certificate';
  readonly number?: string;
  readonly book?: string;
  /** Mother, or whoever brings the child up (người nuôi dưỡng). */
  readonly motherName?: string;
  readonly motherInsuranceNumber?: string;
  readonly motherCard?: string;
  readonly motherBirthDate?: string;
  readonly motherEthnicGroup?: string;
  readonly motherPersonNumber?: string;
  readonly motherPersonNumberIssuedOn?: DateTime;
  readonly motherPersonNumberIssuedBy?: string;
  readonly motherAddress?: string;
  readonly motherNationality?: string;
  readonly motherProvinceCode?: string;
  readonly motherDistrictCode?: string;
  readonly motherCommuneCode?: string;
  readonly fatherName?: string;
  readonly childTemporaryCard?: string;
  readonly childName?: string;
  readonly childSex?: string;
  readonly childrenBorn?: number;
  /** Which birth of the mother. */
  readonly birthOrder?: number;
  readonly childrenAlive?: number;
  /** grams */
  readonly birthWeight?: number;
  readonly bornAt?: DateTime;
  readonly bornWhere?: string;
  readonly childCondition?: string;
  readonly bornBySurgery?: string;
  readonly bornBefore32Weeks?: string;
  readonly note?: string;
  readonly deliveredBy?: string;
  readonly writtenBy?: string;
}

/** XML10: certificate of rest during pregnancy (giấy chứng nhận nghỉ dưỡng thai). */
export interface MaternityRest extends SignedPaper {
  readonly kind: 'maternity-rest';
  readonly serial?: string;
  readonly number?: string;
  /** days */
  readonly days?: number;
  readonly from?: DateTime;
  readonly to?: DateTime;
  readonly employer?: string;
  readonly diagnosis?: string;
}

/** XML11: certificate of sick leave on social insurance (giấy chứng nhận nghỉ việc hưởng BHXH, form CT07). */
export interface SickLeave extends SignedPaper, ParentNames, PregnancyTermination {
  readonly kind: 'sick-leave';
  readonly number?: string;
  readonly serial?: string;
  readonly visitNumber?: string;
  readonly employer?: string;
  readonly insuranceNumber?: string;
  readonly card?: string;
  readonly diagnosis?: string;
  readonly treatment?: string;
  /** days */
  readonly days?: number;
  readonly from?: DateTime;
  readonly to?: DateTime;
  readonly temporaryCard?: string;
  readonly form?: string;
}

/** XML12: medical assessment of working capacity (giám định y khoa). */
export interface MedicalAssessment {
  readonly kind: 'medical-assessment';
  readonly chairedBy?: string;
  readonly chairPosition?: string;
  readonly heldOn?: DateTime;
  readonly personName?: string;
  readonly personBirthDate?: string;
  readonly personNumber?: string;
  readonly personNumberIssuedOn?: DateTime;
  readonly personNumberIssuedBy?: string;
  readonly address?: string;
  readonly provinceCode?: string;
  readonly districtCode?: string;
  readonly communeCode?: string;
  readonly insuranceNumber?: string;
  readonly card?: string;
  readonly occupation?: string;
  readonly phone?: string;
  readonly group?: string;
  readonly assessmentType?: string;
  readonly minutesNumber?: string;
  /** per cent of bodily injury */
  readonly earlierInjury?: number;
  readonly benefit?: string;
  readonly documentOn?: DateTime;
  readonly introductionNumber?: string;
  readonly requestedOn?: DateTime;
  readonly organisation?: string;
  readonly introducedBy?: string;
  readonly findings?: string;
  readonly basis?: string;
  /** per cent of bodily injury */
  readonly newInjury?: number;
  /** per cent of bodily injury */
  readonly totalInjury?: number;
  readonly disabilityKind?: string;
  readonly disabilityDegree?: string;
  readonly proposal?: string;
  readonly determinedAs?: string;
}

/** XML15: treatment of tuberculosis. Sensitive where it tells of HIV. */
export interface TuberculosisCare {
  readonly kind: 'tuberculosis-care';
  readonly sensitive?: 'hiv';
  readonly site?: string;
  readonly history?: string;
  readonly hivStatus?: string;
  readonly bacteriology?: string;
  readonly resistance?: string;
  readonly treatment?: string;
  readonly startedOn?: DateTime;
  readonly regimen?: string;
  readonly endedOn?: DateTime;
  readonly result?: string;
  readonly hivConfirmedOn?: DateTime;
  readonly hivTreatmentStartedOn?: DateTime;
  readonly cotrimoxazoleStartedOn?: DateTime;
}
