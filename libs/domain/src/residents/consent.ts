/**
 * Consent to share the record: that facilities read what others have recorded. Treatment rests on the law, sharing on consent, which
 * may be withdrawn at any time (Law 91/2025/QH15 Art. 9, 12, 26). Nothing said counts as given: the record is kept for treatment.
 */
import type { LocalDate } from '../dates.js';
import type { FacilityCode, ResidentId } from '../ids.js';
import { sameContent } from '../same-content.js';

/** What a resident said last about one facility, or about all. */
export interface SharingStatement {
  readonly sharing: 'given' | 'withdrawn';
  /** With whom; absent: with every facility that nothing else is said of. */
  readonly to?: FacilityCode;
  readonly statedOn: LocalDate;
  /** Facility that took the statement down. */
  readonly takenBy: FacilityCode;
  /** In the resident's words. */
  readonly reason?: string;
}

interface ConsentData {
  readonly resident: ResidentId;
  readonly to?: FacilityCode;
  readonly statedOn: LocalDate;
  readonly takenBy: FacilityCode;
  readonly reason?: string;
}

export interface ConsentGiven {
  readonly type: 'ConsentGiven';
  readonly data: ConsentData;
}

export interface ConsentWithdrawn {
  readonly type: 'ConsentWithdrawn';
  readonly data: ConsentData;
}

export type ConsentEvent = ConsentGiven | ConsentWithdrawn;

/** An older statement than the one known says nothing new; neither does the same again. */
export function decideConsent(
  resident: ResidentId,
  statement: SharingStatement,
  known: readonly SharingStatement[],
): readonly ConsentEvent[] {
  const after = withStatement(known, statement);
  if (sameContent(after, known) || supersedes(known, statement)) return [];
  const { sharing, ...said } = statement;
  const data = { resident, ...said };
  return [sharing === 'given' ? { type: 'ConsentGiven', data } : { type: 'ConsentWithdrawn', data }];
}

export function statementOf({ type, data }: ConsentEvent): SharingStatement {
  const { resident: _, ...said } = data;
  return { sharing: type === 'ConsentGiven' ? 'given' : 'withdrawn', ...said };
}

/** The statements that hold after another one. One about all facilities ends what was said of single ones before. */
export function withStatement(
  known: readonly SharingStatement[],
  statement: SharingStatement,
): readonly SharingStatement[] {
  if (supersedes(known, statement)) return known;
  const kept = known.filter(({ to, statedOn }) =>
    statement.to === undefined ? to !== undefined && statedOn > statement.statedOn : to !== statement.to,
  );
  return [...kept, statement];
}

/** Whether facilities may read what others recorded of the resident. @param facility absent: one that nothing is said of */
export function sharedWith(known: readonly SharingStatement[], facility: string | undefined): boolean {
  const own = known.find(({ to }) => to !== undefined && to === facility);
  return (own ?? known.find(({ to }) => to === undefined))?.sharing !== 'withdrawn';
}

const supersedes = (known: readonly SharingStatement[], { to, statedOn }: SharingStatement): boolean =>
  known.some((one) => one.statedOn > statedOn && (one.to === to || one.to === undefined));
