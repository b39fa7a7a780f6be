import type { Diagnosis, Residence } from '../codes.js';
import type { DateTime, LocalDate } from '../dates.js';
import type { EpisodeNumber, FacilityCode, ReferralNumber, ResidentId } from '../ids.js';
import type { TransferPaper } from '../visits/visit-content.js';

/** A referral is known by the facility that issued its paper and the paper's number. */
export interface ReferralKey {
  readonly from: FacilityCode;
  readonly number: ReferralNumber;
}

/** Up, down or level, by the care levels of the two facilities on the day of issue (TT 14/2014 forms 1a/1b, 2, 3). */
export type ReferralDirection = 'up' | 'down' | 'level';

export type ReferralEvent =
  | ReferralIssued
  | ReferralReceived
  | ReferralAccepted
  | ReferralDeclined
  | ReferralRedirected
  | PatientArrived
  | PatientDidNotArrive
  | ReferralAnswered
  | PatientReferredBack
  | ReferralClosed
  | ReferralCancelled
  | ReferralExpired;

type Step<Type extends string, Data = unknown> = {
  readonly type: Type;
  readonly data: {
    readonly referral: ReferralKey;
    readonly resident: ResidentId;
    readonly at: DateTime;
    readonly by: FacilityCode;
  } & Data;
};

export type ReferralIssued = Step<
  'ReferralIssued',
  {
    readonly paper: TransferPaper;
    readonly direction: ReferralDirection;
    readonly residence?: Residence;
    /** Last day on which the paper is valid (TT 01/2025 Art. 12). */
    readonly validUntil: LocalDate;
    /** The visit it was issued in. */
    readonly episode?: EpisodeNumber;
  }
>;
export type ReferralReceived = Step<'ReferralReceived'>;
export type ReferralAccepted = Step<'ReferralAccepted', { readonly appointment?: DateTime; readonly note?: string }>;
export type ReferralDeclined = Step<'ReferralDeclined', { readonly reason: string }>;
export type ReferralRedirected = Step<'ReferralRedirected', { readonly to: FacilityCode; readonly reason: string }>;
export type PatientArrived = Step<
  'PatientArrived',
  {
    /** The hospital's episode of care. */
    readonly episode?: EpisodeNumber;
    /** The patient came although the paper had expired, or had been marked as not arrived. */
    readonly late: boolean;
  }
>;
export type PatientDidNotArrive = Step<'PatientDidNotArrive', { readonly note?: string }>;
export type ReferralAnswered = Step<'ReferralAnswered', { readonly answer: ReferralAnswer }>;
export type PatientReferredBack = Step<
  'PatientReferredBack',
  {
    /** The hospital's own transfer paper back, where it wrote one. */
    readonly paper?: TransferPaper;
    readonly note?: string;
  }
>;
export type ReferralClosed = Step<'ReferralClosed', { readonly note?: string }>;
export type ReferralCancelled = Step<'ReferralCancelled', { readonly reason: string }>;
export type ReferralExpired = Step<'ReferralExpired'>;

/** What the receiving facility found and did (TT 14/2014 report back to the sender). */
export interface ReferralAnswer {
  readonly episode?: EpisodeNumber;
  readonly diagnoses: readonly Diagnosis[];
  readonly diagnosisText?: string;
  readonly treatment?: string;
  /** KET_QUA_DTRI 1–8 */
  readonly treatmentResult?: string;
  readonly summary?: string;
  readonly followUp?: string;
}
