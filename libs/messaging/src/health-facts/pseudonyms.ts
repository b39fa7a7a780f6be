import { createHmac, createSecretKey } from 'node:crypto';
import type { Pseudonym } from './health-fact.js';

/** What a pseudonym stands for: the same text gives another one for another kind. */
export type PseudonymKind = 'resident' | 'encounter' | 'referral';

export type Pseudonyms = (kind: PseudonymKind, text: string) => Pseudonym;

/** Two generations of so many pseudonyms are kept, some 10 MB at most: who has come once comes again soon. */
const generation = 20_000;

/**
 * HMAC-SHA256 under the installation's key, its first 128 bits (RFC 2104 §5) as 22 characters of base64url.
 * @param key at least 32 bytes
 */
export function pseudonymsBy(key: Uint8Array): Pseudonyms {
  if (key.length < 32) throw new RangeError('The pseudonym key must have at least 32 bytes');
  const secret = createSecretKey(key);
  let recent = new Map<string, Pseudonym>();
  let earlier: ReadonlyMap<string, Pseudonym> = new Map();
  return (kind, text) => {
    const named = `${kind}\0${text}`;
    let pseudonym = recent.get(named);
    if (pseudonym !== undefined) return pseudonym;
    pseudonym =
      earlier.get(named) ?? createHmac('sha256', secret).update(named).digest().subarray(0, 16).toString('base64url');
    if (recent.size >= generation) {
      earlier = recent;
      recent = new Map();
    }
    recent.set(named, pseudonym);
    return pseudonym;
  };
}
