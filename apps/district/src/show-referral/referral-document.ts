import type { FacilityRegister } from '#domain/facilities/facility-register.js';
import type { FacilityCode } from '#domain/ids.js';
import type { ReferralStep } from '#domain/referrals/referral-commands.js';
import { referralId } from '#domain/referrals/referral-key.js';
import {
  type Arrival,
  isAttended,
  type Issue,
  type KnownReferral,
  type ReferralStatus,
} from '#domain/referrals/referral-state.js';
import type { ReferralAnswer } from '#domain/referrals/referral-events.js';
import { stepsOpenTo } from '#domain/referrals/referral-steps.js';
import type { TransferPaper } from '#domain/visits/visit-content.js';
import { type NamedFacility, named } from '../list-referrals/worklist-item.js';
import type { RecordedReferralEvent } from '../referral-stream.js';
import type { PersonOnWorklist } from '../worklists/worklist-reader.js';

/** Everything a concerned facility may know of a referral. */
export interface ReferralDocument {
  readonly id: string;
  /** Of its stream; the entity tag of the document. */
  readonly revision: number;
  readonly status: ReferralStatus;
  readonly from: NamedFacility;
  /** Who has it to handle now. */
  readonly to: NamedFacility;
  /** Everybody it was ever addressed to, in order. */
  readonly addressees: readonly NamedFacility[];
  readonly resident: { readonly id: string } & Partial<PersonOnWorklist>;
  /** Absent until the sender's paper is here. */
  readonly issue?: Issue;
  readonly arrival?: Arrival;
  readonly answers?: readonly ReferralAnswer[];
  readonly back?: { readonly paper?: TransferPaper; readonly note?: string };
  readonly appointment?: string;
  /** Why it was declined, redirected or cancelled. */
  readonly reason?: string;
  /** Oldest first. */
  readonly timeline: readonly TimelineEntry[];
  /** What the asking facility may do now. */
  readonly steps: readonly ReferralStep[];
}

export interface TimelineEntry {
  readonly revision: number;
  readonly type: string;
  /** When it happened in the world. */
  readonly at: string;
  readonly recordedAt: string;
  readonly by: NamedFacility;
  readonly to?: NamedFacility;
  readonly reason?: string;
  readonly note?: string;
  readonly appointment?: string;
  readonly late?: true;
}

export function referralDocument(
  state: KnownReferral,
  events: readonly RecordedReferralEvent[],
  asker: FacilityCode,
  facilities: FacilityRegister,
  resident: ReferralDocument['resident'],
): ReferralDocument {
  const attended = isAttended(state);
  return {
    id: referralId(state.referral),
    revision: events.at(-1)?.revision ?? -1,
    status: state.status,
    from: named(state.referral.from, facilities),
    to: named(state.to, facilities),
    addressees: state.addressees.map((code) => named(code, facilities)),
    resident,
    ...(state.issue && { issue: state.issue }),
    ...(attended && { arrival: state.arrival, answers: state.answers }),
    ...(state.status === 'referred-back' && { back: state.back }),
    ...(state.status === 'accepted' && state.appointment && { appointment: state.appointment }),
    ...((state.status === 'declined' || state.status === 'cancelled') && { reason: state.reason }),
    ...(state.status === 'redirected' && { reason: state.redirection.reason }),
    timeline: events.map((event) => timelineEntry(event, facilities)),
    steps: stepsOpenTo(asker, state),
  };
}

function timelineEntry(event: RecordedReferralEvent, facilities: FacilityRegister): TimelineEntry {
  const { revision, type, recordedAt } = event;
  return {
    revision,
    type,
    at: event.data.at,
    recordedAt,
    by: named(event.data.by, facilities),
    ...('to' in event.data && { to: named(event.data.to, facilities) }),
    ...('reason' in event.data && { reason: event.data.reason }),
    ...('note' in event.data && event.data.note !== undefined && { note: event.data.note }),
    ...('appointment' in event.data && event.data.appointment && { appointment: event.data.appointment }),
    ...('late' in event.data && event.data.late && { late: true as const }),
  };
}
