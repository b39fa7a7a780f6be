/** What every station format is read into, whatever it was written in. Vietnamese element names end here. */
import type { Bilingual } from '#domain/bilingual.js';
import type { LocalDate } from '#domain/dates.js';
import type { EpisodeNumber, FacilityCode } from '#domain/ids.js';
import type {
  HealthHistory,
  InsuranceCard,
  ResidentDetails,
  ResidentIdentifier,
} from '#domain/residents/resident-content.js';
import type { ImmunizationContent } from '#domain/immunizations/immunization-content.js';
import type { VisitContent } from '#domain/visits/visit-content.js';
import type { VisitSource } from '#domain/visits/visit-events.js';

export type StationFormat = 'qd4750' | 'qd831';

/** `error`: this part was not taken. `warning`: taken, but something is wrong with it. `information`: taken, worth knowing. */
export type FaultSeverity = 'error' | 'warning' | 'information';

/** One thing wrong with a message, for a nurse to read. Holds no value from the message but codes. */
export interface Fault {
  /** Where: `HOSO[1]/XML1/NGAY_VAO`, `HOSO[1]/XML2[3]/SO_LUONG`, `BODY/HOSOSUCKHOE/…`. */
  readonly path: string;
  /** Kebab-case, stable: `required`, `too-long`, `not-a-date`, `unknown-code`, `not-well-formed` … */
  readonly code: string;
  readonly severity: FaultSeverity;
  readonly text: Bilingual;
}

/** The mother that a message names for a newborn or child. */
export interface ObservedMother {
  readonly name?: string;
  readonly identifiers: readonly ResidentIdentifier[];
}

/** A facility takes back an episode of its own: nothing of it stands. */
export interface Withdrawal {
  readonly facility: FacilityCode;
  readonly episode: EpisodeNumber;
  readonly reason: string;
}

/** What a message says of the person it is about. */
export interface ObservedPerson {
  readonly details: ResidentDetails;
  readonly identifiers: readonly ResidentIdentifier[];
  readonly cards: readonly InsuranceCard[];
  readonly history?: HealthHistory;
  /** The history names some items of its lists, and says nothing about the others. */
  readonly historyInPart?: boolean;
  readonly mother?: ObservedMother;
  /** The day the statement was made: an older statement does not overwrite a newer one. */
  readonly observedOn: LocalDate;
}

/** A dose of a vaccine told of; its id is given at intake, when the resident is known. */
export type ObservedImmunization = Omit<ImmunizationContent, 'immunization'>;

/** One HOSO of an envelope, or the one person of a health record. */
export interface StationRecord {
  /** `HOSO[1]`; `HOSOSUCKHOE`. */
  readonly path: string;
  readonly source: VisitSource;
  /** Absent when the record cannot be taken; `faults` then has an error. */
  readonly person?: ObservedPerson;
  /** Exactly one for an envelope's HOSO that can be taken; none or more for a health record. */
  readonly visits: readonly ReadVisit[];
  /** Doses said to have been given. */
  readonly immunizations?: readonly ObservedImmunization[];
  /** Doses said not to have been given after all: where they were recorded, they are taken back. */
  readonly immunizationsNotGiven?: readonly ObservedImmunization[];
  /** The record is nothing but the withdrawal of an episode; it then has no person and no visits. */
  readonly withdrawal?: Withdrawal;
  readonly faults: readonly Fault[];
}

export interface ReadVisit {
  readonly visit: VisitContent;
  readonly faults: readonly Fault[];
}

export interface StationMessage {
  readonly format: StationFormat;
  /** MACSKCB / SENDER_CODE as written; empty when missing. */
  readonly sender: string;
  readonly records: readonly StationRecord[];
  /** Faults of the message as a whole. */
  readonly faults: readonly Fault[];
}
