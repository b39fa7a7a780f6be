import type { FacilityCode, ResidentId } from '#domain/ids.js';

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
  | 'operations.read'; // views, metrics

/** Whoever sent a request, as its token says. */
export interface Caller {
  readonly kind: CallerKind;
  /** Stable name for logs and events: `station:08Z11`. Holds no personal data. */
  readonly actor: string;
  readonly scopes: ReadonlySet<Scope>;
  /** Present for station and hospital; a clinician without one serves the whole province. */
  readonly facility?: FacilityCode;
  /** Present for a resident. */
  readonly resident?: ResidentId;
}

export const scopesOf: Readonly<Record<CallerKind, readonly Scope[]>> = {
  station: ['intake.write', 'receipts.read', 'record.read', 'residents.review', 'referrals.read', 'referrals.write'],
  hospital: ['intake.write', 'receipts.read', 'record.read', 'residents.review', 'referrals.read', 'referrals.write'],
  clinician: ['record.read', 'referrals.read'],
  province: ['statistics.read'],
  resident: ['record.read'],
  operator: ['receipts.read', 'residents.review', 'statistics.read', 'operations.read'],
};
