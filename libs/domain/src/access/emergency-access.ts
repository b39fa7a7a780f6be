import type { FacilityCode, ResidentId } from '../ids.js';

/** In `access-{resident}`: a clinician opened the record in an emergency, past what would have hidden it. */
export interface EmergencyAccessOpened {
  readonly type: 'EmergencyAccessOpened';
  readonly data: {
    readonly resident: ResidentId;
    /** Names the opening in the audit trail. */
    readonly ticket: string;
    /** Who held the token. */
    readonly holder: string;
    readonly facility?: FacilityCode;
    /** In the clinician's words. */
    readonly reason: string;
    /** ISO 8601 UTC; afterwards the record is as closed as before. */
    readonly until: string;
  };
}
