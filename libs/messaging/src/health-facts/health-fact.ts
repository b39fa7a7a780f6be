/** What leaves the record for statistics: codes, dates and measures under a pseudonym. No names, numbers, addresses or free text. */
import type { Diagnosis, Sex } from '#domain/codes.js';
import type { DateTime, LocalDate } from '#domain/dates.js';
import type { StandingPlace } from '#domain/indicators/figure-places.js';
import type { ReferralDirection, ReferralEvent } from '#domain/referrals/referral-events.js';

/** Keyed hash: the same person always has the same one, and nobody without the key can tell who. */
export type Pseudonym = string;

export type HealthFact =
  | FacilityFact
  | ResidentRegisteredFact
  | ResidentCorrectedFact
  | ResidentMovedFact
  | ResidentsMergedFact
  | ResidentsUnmergedFact
  | HistoryFact
  | EncounterFact
  | EncounterRetractedFact
  | ReferralFact;

/** Codes as written; the village is left out. */
export interface CodedResidence {
  readonly provinceCode?: string;
  readonly districtCode?: string;
  readonly communeCode?: string;
}

/** Not about a person: where a facility stands, for facts without a residence. */
export interface FacilityFact {
  readonly kind: 'facility';
  readonly facility: string;
  readonly places: readonly StandingPlace[];
}

export interface ResidentRegisteredFact {
  readonly kind: 'resident-registered';
  readonly resident: Pseudonym;
  readonly on: LocalDate;
  readonly facility: string;
  readonly sex: Sex;
  readonly birthYear?: number;
  readonly residence?: CodedResidence;
}

/** The details as they stand now. */
export interface ResidentCorrectedFact {
  readonly kind: 'resident-corrected';
  readonly resident: Pseudonym;
  readonly sex: Sex;
  readonly birthYear?: number;
  /** Given when the residence was corrected: it replaces the latest one from its beginning. */
  readonly residence?: CodedResidence;
}

export interface ResidentMovedFact {
  readonly kind: 'resident-moved';
  readonly resident: Pseudonym;
  readonly on: LocalDate;
  readonly residence: CodedResidence;
}

/** Both are one person, counted once, until they are unmerged; facts go on naming either. */
export interface ResidentsMergedFact {
  readonly kind: 'residents-merged';
  readonly resident: Pseudonym;
  readonly joined: Pseudonym;
}

export interface ResidentsUnmergedFact {
  readonly kind: 'residents-unmerged';
  readonly resident: Pseudonym;
  readonly separated: Pseudonym;
}

/** The history as it stands from that day. */
export interface HistoryFact {
  readonly kind: 'history';
  readonly resident: Pseudonym;
  readonly on: LocalDate;
  readonly hypertension: boolean;
  readonly diabetes: boolean;
  readonly chronicDisease: boolean;
  readonly regularTobacco: boolean;
}

/** A visit or a screening as it stands now; a later revision replaces an earlier one. */
export interface EncounterFact {
  readonly kind: 'encounter';
  readonly encounter: Pseudonym;
  /** Of the stream it is told in: a reader leaves out what is older than it has. */
  readonly revision: number;
  readonly form: 'visit' | 'screening';
  readonly resident: Pseudonym;
  readonly facility: string;
  readonly at: DateTime;
  readonly insured: boolean;
  readonly careType?: string;
  readonly diagnoses: readonly Pick<Diagnosis, 'code' | 'role'>[];
  /** mmHg */
  readonly systolic?: number;
  /** mmHg */
  readonly diastolic?: number;
  /** mmol/L */
  readonly glucose?: number;
  /** percent */
  readonly hba1c?: number;
  readonly residence?: CodedResidence;
}

export interface EncounterRetractedFact {
  readonly kind: 'encounter-retracted';
  readonly encounter: Pseudonym;
  readonly revision: number;
  readonly resident: Pseudonym;
}

export interface ReferralFact {
  readonly kind: 'referral';
  readonly referral: Pseudonym;
  readonly revision: number;
  readonly step: ReferralEvent['type'];
  readonly resident: Pseudonym;
  readonly at: DateTime;
  /** The facility that took the step. */
  readonly by: string;
  /** Given with `ReferralIssued`. */
  readonly issue?: {
    readonly direction: ReferralDirection;
    readonly from: string;
    readonly to: string;
    readonly residence?: CodedResidence;
  };
  /** Given with `PatientReferredBack` where the hospital wrote a paper: the same pseudonym as that paper's own referral. */
  readonly backPaper?: Pseudonym;
}
