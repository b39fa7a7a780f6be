import { Query } from '@nestjs/cqrs';
import type { FacilityCode } from '#domain/ids.js';
import type { ReferralKey } from '#domain/referrals/referral-events.js';
import type { ReferralDocument } from './referral-document.js';

/** A referral as its stream stands, for a facility it concerns. */
export class ShowReferral extends Query<ReferralDocument> {
  constructor(
    readonly referral: ReferralKey,
    readonly facility: FacilityCode,
  ) {
    super();
  }
}
