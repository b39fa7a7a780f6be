import type { SensitiveClass } from '#domain/sensitive-classes.js';
import type { FacilityCode } from '#domain/ids.js';
import type { ReferralStatus } from '#domain/referrals/referral-state.js';
import { classesOfStep, plainPart } from '../sensitive-referrals.js';
import type { StepRow } from '../worklists/worklist-reader.js';

/** One step of a referral as a facility's own software follows it. */
export interface FeedItem {
  readonly position: number;
  /** The referral. */
  readonly id: string;
  /** Of the referral after this step: its entity tag at `GET /referrals/{id}` while nothing follows. */
  readonly revision: number;
  /** Event type: `ReferralIssued`, `PatientArrived` … */
  readonly type: string;
  /** Of the referral after this step. */
  readonly status: ReferralStatus;
  readonly from: FacilityCode;
  /** Who has it to handle after this step. */
  readonly to: FacilityCode;
  readonly recordedAt: string;
  /** The step's own content: `at`, `by`, `resident`, and what the type carries. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Left out of `data` is what tells of a sensitive class; `GET /referrals/{id}` has it. */
  readonly restricted?: true;
}

/** @param hidden classes whose content is left out: the step is told, and where to read it */
export function feedItem({ referral, ...step }: StepRow, hidden: readonly SensitiveClass[]): FeedItem {
  const restricted = classesOfStep(step.data).some((one) => hidden.includes(one));
  return { ...step, id: referral, ...(restricted && { data: plainPart(step.data), restricted: true as const }) };
}
