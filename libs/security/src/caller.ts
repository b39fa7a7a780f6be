import type { FacilityCode, ResidentId } from '#domain/ids.js';
import type { SensitiveClass } from '#domain/sensitive-classes.js';
import type { SmartScope } from './smart-scopes.js';

/** Kinds of user. Scope decides what may be asked, facility and resident decide about whom. */
export type CallerKind = 'station' | 'hospital' | 'clinician' | 'province' | 'resident' | 'operator';

export type Scope =
  | 'intake.write' // send messages for the own facility
  | 'receipts.read' // read receipts of the own facility (operator: of all)
  | 'record.read' // read health records of residents the caller is concerned with
  | 'residents.review' // see and decide pairs of records that may be one person: of the own facility (operator: all)
  | 'referrals.read'
  | 'referrals.write'
  | 'statistics.read' // figures without names
  | 'operations.read' // views, metrics
  | 'operations.write' // rebuild views, try again what was set aside
  | 'audit.read' // who read what: a resident of the own record, a facility of its own people, an operator of all
  | 'access.oversight' // whose record was opened in an emergency, by whom and why
  | 'record.export' // have all that may be read written out into files
  | 'record.break-glass' // open a record in an emergency, past what would hide it
  | SensitiveScope;

/** Opens what is hidden from everybody else. */
export type SensitiveScope = `sensitive.${SensitiveClass}`;

/** Whoever sent a request, as its token says. */
export interface Caller {
  readonly kind: CallerKind;
  /** Stable name for logs and events: `station:08Z11`. Holds no personal data. */
  readonly actor: string;
  /**
   * The narrowest name the token gives of who holds it: the subject of an identity provider, or one local token. Tells apart whom
   * {@link actor} does not.
   */
  readonly holder: string;
  readonly scopes: ReadonlySet<Scope>;
  /** The glass is broken: this one record is read, whole. Set from a ticket, never from a token. */
  readonly emergency?: { readonly resident: string };
  /** Where the token has scopes of SMART: what it may do with which resource types, no more. */
  readonly smart?: readonly SmartScope[];
  /** Present for station and hospital; a clinician without one serves the whole province. */
  readonly facility?: FacilityCode;
  /** Present for a resident. */
  readonly resident?: ResidentId;
}

/** What a token has that names no scope. */
export const scopesOf: Readonly<Record<CallerKind, readonly Scope[]>> = {
  station: [
    'intake.write',
    'receipts.read',
    'record.read',
    'record.export',
    'residents.review',
    'referrals.read',
    'referrals.write',
    'audit.read',
  ],
  hospital: [
    'intake.write',
    'receipts.read',
    'record.read',
    'record.export',
    'residents.review',
    'referrals.read',
    'referrals.write',
    'audit.read',
  ],
  clinician: ['record.read', 'referrals.read', 'record.break-glass'],
  province: ['statistics.read', 'access.oversight'],
  resident: ['record.read', 'audit.read', 'sensitive.hiv', 'sensitive.mental-health'],
  operator: [
    'receipts.read',
    'residents.review',
    'statistics.read',
    'operations.read',
    'operations.write',
    'audit.read',
    'access.oversight',
  ],
};

/** What a token has only where its issuer names it. */
const onlyByName: Readonly<Partial<Record<CallerKind, readonly Scope[]>>> = {
  station: ['sensitive.hiv', 'sensitive.mental-health'],
  hospital: ['sensitive.hiv', 'sensitive.mental-health'],
  clinician: ['record.export', 'sensitive.hiv', 'sensitive.mental-health'],
};

/** Every scope that a token of the kind may have. */
export const grantableTo = (kind: CallerKind): readonly Scope[] => [...scopesOf[kind], ...(onlyByName[kind] ?? [])];

export const callerKinds = Object.keys(scopesOf) as readonly CallerKind[];
