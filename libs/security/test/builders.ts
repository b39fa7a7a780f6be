import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import type { Secrets } from '#security/secrets.js';

/** Fresh keys that no file holds. */
export function someSecrets(): Secrets {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    signingKey: { id: randomBytes(6).toString('hex'), private: privateKey, public: createPublicKey(privateKey) },
    identityKey: randomBytes(32),
    pseudonymKey: randomBytes(32),
    sealingKey: randomBytes(32),
    fingerprint: randomBytes(6).toString('hex'),
  };
}
