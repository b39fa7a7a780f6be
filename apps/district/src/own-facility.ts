import type { FacilityCode } from '#domain/ids.js';
import { Problem } from '#platform/http/problem.js';
import type { Caller } from '#security/caller.js';

/**
 * The facility a caller speaks for. Worklists are a facility's own: nobody reads or moves another's.
 * @throws Problem 403 when the token names no facility, or the request names another one
 */
export function ownFacility(caller: Caller, named?: string): FacilityCode {
  if (caller.facility === undefined) {
    throw new Problem(403, 'no-facility', {
      vi: 'Mã truy cập không gắn với cơ sở khám chữa bệnh nào',
      en: 'The token belongs to no facility',
    });
  }
  if (named !== undefined && named !== caller.facility) {
    throw new Problem(403, 'other-facility', {
      vi: 'Chỉ được xem giấy chuyển của cơ sở mình',
      en: 'Only the referrals of your own facility may be read',
    });
  }
  return caller.facility;
}
