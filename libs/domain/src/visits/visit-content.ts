import type { Coding, Diagnosis, Residence, Vitals } from '../codes.js';
import type { DateTime, LocalDate } from '../dates.js';
import type { EpisodeNumber, FacilityCode, ReferralNumber } from '../ids.js';
import type { KeptElements, KeptResource } from '../kept-resources/kept-content.js';
import type { InsuranceCard } from '../residents/resident-content.js';
import type { VisitPaper } from './visit-papers.js';

/** What one source says of one episode of care. */
export interface VisitContent {
  readonly facility: FacilityCode;
  readonly episode: EpisodeNumber;
  readonly start: DateTime;
  readonly end?: DateTime;
  /** MA_LOAI_KCB `01`–`16` (QĐ 824, QĐ 1804/2026). */
  readonly careType?: string;
  /** MA_DOITUONG_KCB: on what ground the insurance pays (QĐ 3276/2025). */
  readonly payerCategory?: string;
  /** A card was shown. */
  readonly insured: boolean;
  readonly cards: readonly InsuranceCard[];
  readonly residence?: Residence;
  readonly reason?: string;
  readonly admissionDiagnosis?: string;
  readonly dischargeDiagnosis?: string;
  readonly diagnoses: readonly Diagnosis[];
  readonly vitals: Vitals;
  /** `note`: read out of free text, not from a field of its own. */
  readonly vitalsSource?: 'measured' | 'note';
  readonly medications: readonly MedicationLine[];
  readonly services: readonly ServiceLine[];
  readonly results: readonly ResultLine[];
  readonly notes: readonly ClinicalNote[];
  readonly treatment?: string;
  /** KET_QUA_DTRI 1–8 */
  readonly treatmentResult?: string;
  /** MA_LOAI_RV 1–5 */
  readonly dischargeType?: string;
  readonly appointment?: Appointment;
  /** The transfer paper the patient came with: number and the facility that issued it. */
  readonly arrivedWith?: { readonly number: ReferralNumber; readonly from: FacilityCode };
  /** The transfer paper the patient left with. */
  readonly transfer?: TransferPaper;
  readonly charges?: Charges;
  /** Practising-certificate number of whoever is responsible. */
  readonly practitioner?: string;
  readonly practitionerName?: string;
  readonly department?: string;
  /** Papers and programme forms that came with the visit. */
  readonly papers?: readonly VisitPaper[];
  /** Tables and elements that are kept as sent: name → rows of element name → text. */
  readonly otherTables?: Readonly<Record<string, readonly Readonly<Record<string, string>>[]>>;
  /** Of the FHIR Encounter. */
  readonly kept?: KeptElements;
  /**
   * Of the FHIR Observations of what is no line: `vitals` by measure, blood pressure as `bp`, and `treatment`; of DiagnosticReports by
   * the part of the visit that each is.
   */
  readonly keptObservations?: Readonly<Record<string, KeptElements>>;
  /** FHIR resources sent with the visit that none of its other fields holds. */
  readonly keptResources?: readonly KeptResource[];
}

export interface MedicationLine extends Coding {
  readonly strength?: string;
  /** DUONG_DUNG */
  readonly route?: string;
  readonly dosage?: string;
  readonly instructions?: string;
  readonly quantity?: number;
  readonly unit?: string;
  readonly prescribedAt?: DateTime;
  readonly practitioner?: string;
  /** dong */
  readonly amount?: number;
  readonly kept?: KeptElements;
}

export interface ServiceLine extends Coding {
  /** MA_NHOM: group of the service (1 laboratory, 2 imaging, 13 consultation …). */
  readonly group?: string;
  /** True for a supply (MA_VAT_TU), false for a service. */
  readonly supply: boolean;
  readonly quantity?: number;
  readonly unit?: string;
  readonly orderedAt?: DateTime;
  readonly performedAt?: DateTime;
  readonly resultAt?: DateTime;
  readonly practitioner?: string;
  /** dong */
  readonly amount?: number;
  readonly kept?: KeptElements;
}

export interface ResultLine {
  /** Group of the service: 1 laboratory, 2 imaging (QĐ 831). */
  readonly group?: string;
  readonly serviceCode?: string;
  /** MA_CHI_SO */
  readonly code?: string;
  readonly name: string;
  /** As written; may be a number or words. */
  readonly value?: string;
  readonly unit?: string;
  readonly description?: string;
  readonly conclusion?: string;
  readonly at?: DateTime;
  readonly kept?: KeptElements;
}

export interface ClinicalNote {
  readonly text: string;
  readonly kind: 'course' | 'stage' | 'consultation' | 'surgery' | 'examination' | 'advice' | 'history' | 'conclusion';
  /** Field of an examination by organ, e.g. `heart`. */
  readonly topic?: string;
  readonly at?: DateTime;
  readonly practitioner?: string;
  readonly kept?: KeptElements;
}

export interface Appointment {
  readonly number?: string;
  readonly on: LocalDate;
}

export interface TransferPaper {
  readonly number: ReferralNumber;
  readonly from: FacilityCode;
  readonly to: FacilityCode;
  readonly issuedAt: DateTime;
  /** MA_LYDO_CT 1 meets the rule, 2 beyond the facility's capacity, 3 on request */
  readonly reasonCode?: string;
  readonly diagnoses: readonly Diagnosis[];
  readonly diagnosisText?: string;
  readonly clinicalSigns?: string;
  readonly course?: string;
  readonly findings?: string;
  readonly treatment?: string;
  readonly direction?: string;
  readonly transport?: string;
  readonly escort?: string;
  /** TINH_TRANG_CT (QĐ 3176) */
  readonly conditionAtTransfer?: string;
  readonly practitioner?: string;
  readonly kept?: KeptElements;
}

/** Dong. */
export interface Charges {
  readonly total: number;
  readonly withinInsurance?: number;
  readonly insurancePaid?: number;
  readonly copayment?: number;
  readonly patientPaid?: number;
  readonly otherSources?: number;
}
