import type { DateTime, LocalDate } from '#domain/dates.js';
import type { ReferralDirection, ReferralEvent, ReferralKey } from '#domain/referrals/referral-events.js';
import type { TransferPaper } from '#domain/visits/visit-content.js';

/** One step of a referral, addressed to the facility whose worklist it changes. For those who treat the patient, not for statistics. */
export interface ReferralStep {
  readonly kind: ReferralEvent['type'];
  readonly referral: ReferralKey;
  /** Revision of the referral after this step. */
  readonly revision: number;
  /** Resident id of this system. */
  readonly resident: string;
  readonly at: DateTime;
  readonly by: string;
  /** Who must learn of it, where the step alone tells: the addressee of the paper, or the sender for a step of the receiver. */
  readonly addressedTo?: string;
  /** Given with `ReferralIssued`. */
  readonly issue?: {
    readonly direction: ReferralDirection;
    readonly validUntil: LocalDate;
    readonly paper: TransferPaper;
  };
}
