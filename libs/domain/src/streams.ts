/** Stream categories and keys of the aggregates. Stream names hold no personal data. */
import type { EpisodeNumber, FacilityCode, ImmunizationId, ResidentId, ScreeningId } from './ids.js';
import type { ReferralKey } from './referrals/referral-events.js';
import { referralId } from './referrals/referral-key.js';

export interface StreamKey {
  readonly category: StreamCategory;
  readonly key: string;
}

export type StreamCategory =
  | 'resident'
  | 'visit'
  | 'screening'
  | 'immunization'
  | 'referral'
  | 'facility'
  | 'message'
  | 'identifier'
  | 'match-review'
  | 'resource'
  | 'access'
  | 'subscription';

export const residentStream = (resident: ResidentId): StreamKey => ({ category: 'resident', key: resident });
export const visitStream = (facility: FacilityCode, episode: EpisodeNumber): StreamKey => ({
  category: 'visit',
  key: `${facility}.${episode}`,
});
export const screeningStream = (screening: ScreeningId): StreamKey => ({ category: 'screening', key: screening });
export const immunizationStream = (immunization: ImmunizationId): StreamKey => ({
  category: 'immunization',
  key: immunization,
});
export const referralStream = (referral: ReferralKey): StreamKey => ({
  category: 'referral',
  key: referralId(referral),
});
export const facilityStream = (facility: FacilityCode): StreamKey => ({ category: 'facility', key: facility });
export const matchReviewStream = (review: string): StreamKey => ({ category: 'match-review', key: review });
/** Openings of a resident's record in emergencies. */
export const accessStream = (resident: ResidentId): StreamKey => ({ category: 'access', key: resident });
/** What somebody asked to be told of, and what was told. */
export const subscriptionStream = (subscription: string): StreamKey => ({
  category: 'subscription',
  key: subscription,
});
/** A resource kept for a resident; for a facility, when it is about nobody. */
export const keptResourceStream = (owner: ResidentId | FacilityCode, key: string): StreamKey => ({
  category: 'resource',
  key: `${owner}.${key}`,
});
