import type { CareLevel } from '../facilities/facility-events.js';
import type { ReferralDirection } from './referral-events.js';

const rank: Readonly<Record<CareLevel, number>> = { initial: 1, basic: 2, specialised: 3 };

/** Up, down or level between the care levels of the sending and the receiving facility (TT 14/2014 types 1a/1b, 2, 3). */
export function referralDirection(from: CareLevel, to: CareLevel): ReferralDirection {
  const climb = rank[to] - rank[from];
  if (climb > 0) return 'up';
  return climb < 0 ? 'down' : 'level';
}
