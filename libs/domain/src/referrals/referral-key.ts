import { parseFacilityCode, parseReferralNumber } from '../ids.js';
import type { ReferralKey } from './referral-events.js';

/** `{from}.{number}`: how a referral is named in addresses and in the key of its stream. A facility code holds no full stop. */
export function referralId(referral: ReferralKey): string {
  return `${referral.from}.${referral.number}`;
}

/** The way back from {@link referralId}; `undefined` for text that names no referral. */
export function parseReferralId(text: string): ReferralKey | undefined {
  const dot = text.indexOf('.');
  if (dot < 0) return undefined;
  const from = parseFacilityCode(text.slice(0, dot));
  const number = parseReferralNumber(text.slice(dot + 1));
  return from && number ? { from, number } : undefined;
}
