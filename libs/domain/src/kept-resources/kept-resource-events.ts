import type { FacilityCode, ResidentId } from '../ids.js';
import type { KeptResource } from './kept-content.js';

/** A resource sent outside any visit and kept whole. A later version of it replaces the earlier. */
export interface ResourceKept {
  readonly type: 'ResourceKept';
  readonly data: {
    /** Whom it is about; absent for what is about nobody, such as a practitioner. */
    readonly resident?: ResidentId;
    readonly facility: FacilityCode;
    readonly kept: KeptResource;
  };
}
