import { createHmac, createSecretKey } from 'node:crypto';
import type { Pseudonym } from './health-fact.js';

/** What a pseudonym stands for: the same text gives another one for another kind. */
export type PseudonymKind = 'resident' | 'encounter' | 'referral';

export type Pseudonyms = (kind: PseudonymKind, text: string) => Pseudonym;

/**
 * HMAC-SHA256 under the installation's key, its first 128 bits (RFC 2104 §5) as 22 characters of base64url.
 * @param key at least 32 bytes
 */
export function pseudonymsBy(key: Uint8Array): Pseudonyms {
  if (key.length < 32) throw new RangeError('The pseudonym key must have at least 32 bytes');
  const secret = createSecretKey(key);
  return (kind, text) =>
    createHmac('sha256', secret).update(`${kind}\0${text}`).digest().subarray(0, 16).toString('base64url');
}
