import type { FacilityCode } from '#domain/ids.js';
import type { ReferralEvent, ReferralKey } from '#domain/referrals/referral-events.js';
import { parseReferralId } from '#domain/referrals/referral-key.js';
import { evolveReferral, type KnownReferral, type ReferralState } from '#domain/referrals/referral-state.js';
import { referralStream } from '#domain/streams.js';
import { type RecordedEvent, type StreamName, streamName } from '#event-store/event-store.js';
import { Problem } from '#platform/http/problem.js';

export type RecordedReferralEvent = RecordedEvent & ReferralEvent;

export function streamOf(referral: ReferralKey): StreamName {
  const { category, key } = referralStream(referral);
  return streamName(category, key);
}

/** Folds a stored event: streams of the category hold nothing but referral events. */
export function evolveStored(
  state: ReferralState,
  event: { readonly type: string; readonly data: unknown },
): ReferralState {
  return evolveReferral(state, event as ReferralEvent);
}

/**
 * @throws Problem 404 for text that is no referral id
 */
export function referralOf(id: string): ReferralKey {
  const referral = parseReferralId(id);
  if (!referral) throw unknownReferral();
  return referral;
}

/** The sender and everybody it was ever addressed to. */
export function concerns(state: ReferralState, facility: FacilityCode): state is KnownReferral {
  return state.status !== 'unknown' && (state.referral.from === facility || state.addressees.includes(facility));
}

/** The same for a referral that is not there and for one that is not the caller's: numbers cannot be tried out. */
export function unknownReferral(): Problem {
  return new Problem(404, 'unknown-referral', {
    vi: 'Không có giấy chuyển này ở cơ sở của bạn',
    en: 'Your facility has no such referral',
  });
}
