/**
 * Whether a resident lets facilities read what others recorded, in SQL. After a withdrawal a facility sees what it has recorded itself and
 * the referrals it is a party of; the resident sees all, and so does a clinician who has broken the glass.
 */
import { type Sql, sql } from '../search/sql.js';
import type { Shown } from './visibility.js';

/** What is told of a resident as a person, not of what was done. */
const aboutThePerson = `('ResidentDetailsCorrected', 'ResidentMoved', 'IdentifierRecorded', 'InsuranceCardRecorded', 'ResidentsMerged',
  'ResidentsUnmerged', 'ResidentJoined', 'ResidentSeparated', 'ConsentGiven', 'ConsentWithdrawn', 'HealthHistoryRecorded')`;

/**
 * @param resident SQL of the resident's number; where it is null, the row is about nobody
 * @param document SQL of the document's number
 * @param kind who somebody is may be read by whoever has ever told of them; what was done, by who has told of that
 */
export function sharingCondition(
  resident: string,
  document: string,
  kind: 'resident' | 'part',
  { own, regardless }: Shown,
): Sql | undefined {
  if (regardless) return undefined;
  const unrestricted = `not exists (select 1 from consent_entry r where r.resident = ${resident} and r.shared = 0)`;
  const said = (of: string): string =>
    `select min(w.shared) from consent_entry w where w.resident = ${resident} and w.facility = ${of}`;
  if (own === undefined) return sql(`(${unrestricted} or coalesce((${said("''")}), 1) = 1)`);
  const told = `exists (select 1 from touch k where k.document = ${document} and k.facility = ?${
    kind === 'resident' ? '' : ` and k.type not in ${aboutThePerson}`
  })`;
  const party = `exists (select 1 from referral_entry p where p.number = ${document} and (p.requester = ? or p.performer = ?))`;
  return sql(
    `(${unrestricted} or coalesce((${said('?')}), (${said("''")}), 1) = 1 or ${told} or ${party})`,
    own,
    own,
    own,
    own,
  );
}
