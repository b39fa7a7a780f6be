/** The key file under a passphrase, for a backup of its own. */
import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';

const format = 'lien-tuyen-keys/1';
/** 128 MiB and about half a second for each attempt to guess the passphrase (RFC 7914). */
const cost = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 ** 2 } as const;
export const shortestPassphrase = 12;

interface SealedKeys {
  readonly format: typeof format;
  /** Which keys they are: {@link Secrets.fingerprint}. */
  readonly fingerprint: string;
  readonly salt: string;
  readonly iv: string;
  readonly tag: string;
  readonly sealed: string;
}

/** The sealed keys cannot be opened: another passphrase, another kind of file, or a changed byte. */
export class KeysNotOpened extends Error {
  override readonly name = 'KeysNotOpened';
}

/** AES-256-GCM under a key made of the passphrase by scrypt; JSON. */
export function sealKeys(document: string, fingerprint: string, passphrase: string): string {
  const salt = randomBytes(16);
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', scryptSync(passphrase, salt, 32, cost), iv);
  cipher.setAAD(authenticated(fingerprint));
  const sealed = Buffer.concat([cipher.update(document, 'utf8'), cipher.final()]);
  const text = (bytes: Buffer): string => bytes.toString('base64url');
  const kept: SealedKeys = {
    format,
    fingerprint,
    salt: text(salt),
    iv: text(iv),
    tag: text(cipher.getAuthTag()),
    sealed: text(sealed),
  };
  return `${JSON.stringify(kept, undefined, 2)}\n`;
}

/**
 * The key file again, as it was.
 * @throws KeysNotOpened
 */
export function openSealedKeys(
  text: string,
  passphrase: string,
): { readonly document: string; readonly fingerprint: string } {
  try {
    const kept = JSON.parse(text) as SealedKeys;
    if (kept.format !== format) throw new Error('another format');
    const bytes = (value: string): Buffer => Buffer.from(value, 'base64url');
    const key = scryptSync(passphrase, bytes(kept.salt), 32, cost);
    const decipher = createDecipheriv('aes-256-gcm', key, bytes(kept.iv), { authTagLength: 16 });
    decipher.setAAD(authenticated(kept.fingerprint));
    decipher.setAuthTag(bytes(kept.tag));
    const document = Buffer.concat([decipher.update(bytes(kept.sealed)), decipher.final()]).toString('utf8');
    return { document, fingerprint: kept.fingerprint };
  } catch (cause) {
    throw new KeysNotOpened('The sealed keys cannot be opened', { cause });
  }
}

const authenticated = (fingerprint: string): Buffer => Buffer.from(`${format}\n${fingerprint}`);
