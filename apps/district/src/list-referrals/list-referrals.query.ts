import { Query } from '@nestjs/cqrs';
import type { SensitiveClass } from '#domain/sensitive-classes.js';
import type { FacilityCode } from '#domain/ids.js';
import type { ReferralStatus } from '#domain/referrals/referral-state.js';
import type { WorklistPlace } from '../worklists/worklist-reader.js';
import type { WorklistItem } from './worklist-item.js';

export interface WorklistPage {
  /** Newest paper first. */
  readonly items: readonly WorklistItem[];
  /** To be given as `after` for the page behind this one; absent on the last. */
  readonly next?: string;
  /** How far in the log the list has come. */
  readonly position: number;
}

/** One page of what a facility has been sent, or has sent. */
export class ListReferrals extends Query<WorklistPage> {
  constructor(
    readonly facility: FacilityCode,
    readonly direction: 'incoming' | 'outgoing',
    /** Empty: all. */
    readonly statuses: readonly ReferralStatus[],
    readonly after: WorklistPlace | undefined,
    readonly limit: number,
    readonly hidden: readonly SensitiveClass[],
  ) {
    super();
  }
}
