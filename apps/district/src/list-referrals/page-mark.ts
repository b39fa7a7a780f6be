import { parseDateTime } from '#domain/dates.js';
import { parseReferralId } from '#domain/referrals/referral-key.js';
import type { WorklistPlace } from '../worklists/worklist-reader.js';

/** A place in a worklist as one word that goes into an address as it is. */
export function writePlace({ referredAt, id }: WorklistPlace): string {
  return Buffer.from(`${referredAt} ${id}`).toString('base64url');
}

/** The way back from {@link writePlace}; `undefined` for anything else. */
export function readPlace(mark: string): WorklistPlace | undefined {
  const [referredAt = '', id = '', ...rest] = Buffer.from(mark, 'base64url').toString().split(' ');
  return rest.length === 0 && parseDateTime(referredAt) && parseReferralId(id) ? { referredAt, id } : undefined;
}
