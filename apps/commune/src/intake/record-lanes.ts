import { identityTraits } from '../identity/identity-keys.js';
import type { IntakeRecord } from './message.js';

/**
 * What a record touches: everything its person is known by, its episodes, screenings and referrals. Records of one message that
 * share none of it do not depend on each other. In plain text, for comparing within one message alone.
 */
export function lanesOfRecord({
  person,
  visits,
  screening,
  transfer,
  withdrawal,
  fhir,
}: IntakeRecord): readonly string[] {
  const lanes = person ? identityTraits(person).map(({ system, value }) => `${system}\u0000${value}`) : [];
  const referral = (from: string, number: string): number => lanes.push(`referral\u0000${from}\u0000${number}`);
  const episode = (facility: string, number: string): number => lanes.push(`visit\u0000${facility}\u0000${number}`);
  if (withdrawal) episode(withdrawal.facility, withdrawal.episode);
  for (const { visit } of visits) {
    episode(visit.facility, visit.episode);
    if (visit.arrivedWith) referral(visit.arrivedWith.from, visit.arrivedWith.number);
    if (visit.transfer) referral(visit.transfer.from, visit.transfer.number);
  }
  if (screening) lanes.push(`screening\u0000${screening.screening}`);
  if (transfer) referral(transfer.from, transfer.number);
  for (const paper of fhir?.transfers ?? []) referral(paper.from, paper.number);
  if (fhir?.known) lanes.push(JSON.stringify(fhir.known));
  return lanes;
}
