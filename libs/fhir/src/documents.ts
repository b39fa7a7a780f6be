/** What the health record is kept as: the state of each aggregate as of its latest event. FHIR is made from these on read. */
import type { DateTime, LocalDate } from '#domain/dates.js';
import type { FacilityCode, ResidentId } from '#domain/ids.js';
import type { ImmunizationContent } from '#domain/immunizations/immunization-content.js';
import type { FacilityDetails } from '#domain/facilities/facility-events.js';
import type { KeptResource } from '#domain/kept-resources/kept-content.js';
import type { Programme, ProgrammeVisit } from '#domain/programmes/programme.js';
import type { KnownReferral } from '#domain/referrals/referral-state.js';
import type { SharingStatement } from '#domain/residents/consent.js';
import type {
  HealthHistory,
  InsuranceCard,
  ResidentDetails,
  ResidentIdentifier,
} from '#domain/residents/resident-content.js';
import type { SensitiveClass } from '#domain/sensitive-classes.js';
import type { ScreeningContent } from '#domain/screenings/screening-content.js';
import type { VisitContent } from '#domain/visits/visit-content.js';

export type RecordDocument =
  | ResidentDocument
  | VisitDocument
  | ScreeningDocument
  | ImmunizationDocument
  | ReferralDocument
  | FacilityDocument
  | KeptResourceDocument
  | ProgrammeDocument
  | PractitionerDocument;

export interface ResidentDocument {
  readonly kind: 'resident';
  readonly resident: ResidentId;
  readonly details: ResidentDetails;
  readonly identifiers: readonly ResidentIdentifier[];
  readonly cards: readonly InsuranceCard[];
  readonly registeredBy: FacilityCode;
  readonly history?: HealthHistory;
  /** The day the history was stated. */
  readonly historyOn?: LocalDate;
  readonly consents?: readonly SharingStatement[];
}

export interface VisitDocument {
  readonly kind: 'visit';
  readonly resident: ResidentId;
  readonly visit: VisitContent;
  /** Classes told by papers that are left out of the visit. */
  readonly sensitive?: readonly SensitiveClass[];
}

export interface ScreeningDocument {
  readonly kind: 'screening';
  readonly resident: ResidentId;
  readonly screening: ScreeningContent;
}

/** A resource kept whole, outside any visit. */
export interface KeptResourceDocument {
  readonly kind: 'resource';
  /** Whom it is about, if anybody. */
  readonly resident?: ResidentId;
  readonly facility: FacilityCode;
  readonly kept: KeptResource;
}

/** A long-term programme of one resident: what the visits of many streams say together. */
export interface ProgrammeDocument {
  readonly kind: 'programme';
  readonly resident: ResidentId;
  readonly programme: Programme;
  /** In the order they began; none when all have been withdrawn. */
  readonly visits: readonly ProgrammeVisit[];
}

/** Somebody whom messages name by the number of a practising certificate. */
export interface PractitionerDocument {
  readonly kind: 'practitioner';
  readonly certificate: string;
  readonly name?: string;
  /** Those that have named the practitioner, in the order they did. */
  readonly facilities: readonly FacilityCode[];
}

export interface ImmunizationDocument {
  readonly kind: 'immunization';
  readonly resident: ResidentId;
  readonly immunization: ImmunizationContent;
}

export interface ReferralDocument {
  readonly kind: 'referral';
  readonly resident: ResidentId;
  readonly state: KnownReferral;
  /** When its last step was taken. */
  readonly at: DateTime;
  readonly notes: readonly ReferralNote[];
}

/** A remark or reason that went with a step. */
export interface ReferralNote {
  readonly status: KnownReferral['status'];
  readonly at: DateTime;
  readonly by: FacilityCode;
  readonly text: string;
}

export interface FacilityDocument {
  readonly kind: 'facility';
  readonly facility: FacilityDetails;
  readonly closedOn?: LocalDate;
}

/** Which version of a document it is. */
export interface DocumentVersion {
  /** UUID; the resident's id for a resident. */
  readonly id: string;
  /** How many events have touched it. */
  readonly version: number;
  /** When the last of them was appended, ISO 8601 UTC. */
  readonly lastUpdated: string;
}
