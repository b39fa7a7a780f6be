import type { Residence } from '../codes.js';
import type { LocalDate } from '../dates.js';
import type { FacilityCode, ResidentId } from '../ids.js';
import type { ConsentEvent } from './consent.js';
import type { ComparableMother } from './matching/comparable-person.js';
import type { HealthHistory, InsuranceCard, ResidentDetails, ResidentIdentifier } from './resident-content.js';

export type ResidentEvent =
  | ResidentRegistered
  | ResidentDetailsCorrected
  | ResidentMoved
  | IdentifierRecorded
  | InsuranceCardRecorded
  | HealthHistoryRecorded
  | ResidentsMerged
  | ResidentsUnmerged
  | ResidentJoined
  | ResidentSeparated
  | ConsentEvent;

export interface ResidentRegistered {
  readonly type: 'ResidentRegistered';
  readonly data: {
    readonly resident: ResidentId;
    readonly details: ResidentDetails;
    readonly identifiers: readonly ResidentIdentifier[];
    readonly cards: readonly InsuranceCard[];
    readonly registeredBy: FacilityCode;
    /** Of a newborn, as the message named her. */
    readonly mother?: ComparableMother;
    /** The day of the statement these details come from. */
    readonly observedOn: LocalDate;
  };
}

export interface ResidentDetailsCorrected {
  readonly type: 'ResidentDetailsCorrected';
  readonly data: {
    readonly resident: ResidentId;
    /** The whole of the details as they stand now. */
    readonly details: ResidentDetails;
    readonly changed: readonly string[];
    readonly observedOn: LocalDate;
  };
}

export interface ResidentMoved {
  readonly type: 'ResidentMoved';
  readonly data: {
    readonly resident: ResidentId;
    readonly from?: Residence;
    readonly to: Residence;
    readonly observedOn: LocalDate;
  };
}

export interface IdentifierRecorded {
  readonly type: 'IdentifierRecorded';
  readonly data: { readonly resident: ResidentId; readonly identifier: ResidentIdentifier };
}

export interface InsuranceCardRecorded {
  readonly type: 'InsuranceCardRecorded';
  readonly data: { readonly resident: ResidentId; readonly card: InsuranceCard };
}

export interface HealthHistoryRecorded {
  readonly type: 'HealthHistoryRecorded';
  /** The whole history as it stands now. */
  readonly data: {
    readonly resident: ResidentId;
    readonly history: HealthHistory;
    readonly changed: readonly string[];
    readonly observedOn: LocalDate;
  };
}

/**
 * Two records are one person. In the stream of the record that goes on (`resident`). Everything told of `joined`, before and after, is told of `resident` until they are unmerged.
 */
export interface ResidentsMerged {
  readonly type: 'ResidentsMerged';
  readonly data: {
    readonly resident: ResidentId;
    readonly joined: ResidentId;
    /** Names this merge: the same as in the joined record's `ResidentJoined`. */
    readonly link: string;
    readonly reason: string;
  };
}

/** The two are two persons after all; everything told of `separated` is told of it again. */
export interface ResidentsUnmerged {
  readonly type: 'ResidentsUnmerged';
  readonly data: {
    readonly resident: ResidentId;
    readonly separated: ResidentId;
    /** The merge that ends here; one that was never finished can never be. */
    readonly link: string;
    readonly reason: string;
  };
}

/**
 * In the stream of the record that is joined to another, before `ResidentsMerged` in the other's: a record is joined to one at a
 * time. Views follow `ResidentsMerged` alone.
 */
export interface ResidentJoined {
  readonly type: 'ResidentJoined';
  readonly data: {
    readonly resident: ResidentId;
    readonly into: ResidentId;
    readonly link: string;
    readonly reason: string;
  };
}

/** In the stream of the record that stands by itself again, after `ResidentsUnmerged` in the other's. */
export interface ResidentSeparated {
  readonly type: 'ResidentSeparated';
  readonly data: {
    readonly resident: ResidentId;
    readonly from: ResidentId;
    readonly link: string;
    readonly reason: string;
  };
}
