import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { linkSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { syncFolder, writeDurably } from '#platform/durable-file.js';
import { makeFolder } from '#platform/make-folder.js';
import { SetupError } from '#platform/setup-error.js';

/** The keys of one installation. Who has them can write tokens and find people by their numbers. */
export interface Secrets {
  /** P-256 key that signs tokens (ES256). May be replaced at any time: tokens out there then end. */
  readonly signingKey: { readonly id: string; readonly private: KeyObject; readonly public: KeyObject };
  /** Makes the keyed hashes by which identifiers are claimed in the log; 32 bytes. */
  readonly identityKey: Uint8Array;
  /** Makes the pseudonyms of residents in statistics; 32 bytes. */
  readonly pseudonymKey: Uint8Array;
  /** Seals personal data at rest; 32 bytes. */
  readonly sealingKey: Uint8Array;
  /** Names the three keys that data depends on, without telling them. */
  readonly fingerprint: string;
}

interface SecretsDocument {
  readonly version: 1;
  readonly createdAt: string;
  readonly signingKey: string;
  readonly identityKey: string;
  readonly pseudonymKey: string;
  readonly sealingKey: string;
}

/**
 * The secrets of a file; where there is none they are made first, readable by the owner alone. Processes that start at the
 * same time agree on one set.
 * @throws SetupError when the file is damaged, others may read it, or it cannot be made
 */
export function openSecrets(file: string): Secrets {
  return findSecrets(file) ?? placeSecrets(file, `${JSON.stringify(newDocument(), undefined, 2)}\n`);
}

/**
 * Puts a key file in its place, readable by the owner alone, unless there is one already: that one stays, and is what is given back.
 * @param document the text of a key file
 * @throws SetupError when it cannot be written, or is no key file
 */
export function placeSecrets(file: string, document: string): Secrets {
  const folder = dirname(file);
  const temporary = join(folder, `.${process.pid}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    makeFolder(folder, 0o700);
    writeDurably(temporary, document, 'wx');
    try {
      // A link is made whole or not at all, and never over a file that is there: the first process wins, the others read its file.
      linkSync(temporary, file);
      syncFolder(folder);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    } finally {
      rmSync(temporary, { force: true });
    }
  } catch (error) {
    throw new SetupError(
      {
        vi: `Không tạo được tệp khóa SECRETS_FILE ${file} (${codeOf(error)}). Hãy cho phép ghi vào thư mục, hoặc đặt SECRETS_FILE khác.`,
        en: `Cannot make the key file SECRETS_FILE ${file} (${codeOf(error)}). Make its folder writable, or set another SECRETS_FILE.`,
      },
      { cause: error },
    );
  }
  const secrets = findSecrets(file);
  if (!secrets) throw damaged(file, 'ENOENT');
  return secrets;
}

/**
 * The secrets of a file; `undefined` when it is not there.
 * @throws SetupError when the file is damaged, or others may read it
 */
export function findSecrets(file: string): Secrets | undefined {
  let text: string;
  try {
    const { mode, uid } = statSync(file);
    // A file that is somebody else's is given to us by its group, as mounted secrets are.
    const forbidden = uid === process.getuid?.() ? 0o077 : 0o037;
    if (process.platform !== 'win32' && (mode & forbidden) !== 0) {
      throw new SetupError({
        vi: `Người khác đọc được tệp khóa ${file}. Hãy chạy: chmod 600 ${file}`,
        en: `Others may read the key file ${file}. Run: chmod 600 ${file}`,
      });
    }
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof SetupError) throw error;
    if (codeOf(error) === 'ENOENT') return undefined;
    throw damaged(file, codeOf(error));
  }
  return secretsOf(text, file);
}

function secretsOf(text: string, file: string): Secrets {
  const document = parseDocument(text);
  if (!document) throw damaged(file, 'content');
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey(document.signingKey);
  } catch {
    throw damaged(file, 'signingKey');
  }
  if (privateKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw damaged(file, 'signingKey');
  const [identityKey, pseudonymKey, sealingKey] = (['identityKey', 'pseudonymKey', 'sealingKey'] as const).map(
    (name) => {
      const key = Buffer.from(document[name], 'base64url');
      if (key.length !== 32) throw damaged(file, name);
      return key;
    },
  ) as [Buffer, Buffer, Buffer];
  const publicKey = createPublicKey(privateKey);
  return {
    signingKey: {
      id: digest(publicKey.export({ type: 'spki', format: 'der' })),
      private: privateKey,
      public: publicKey,
    },
    identityKey,
    pseudonymKey,
    sealingKey,
    fingerprint: digest(identityKey, pseudonymKey, sealingKey),
  };
}

function newDocument(): SecretsDocument {
  const key = (): string => randomBytes(32).toString('base64url');
  return {
    version: 1,
    createdAt: new Date().toISOString(),
    signingKey: generateKeyPairSync('ec', { namedCurve: 'P-256' })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString(),
    identityKey: key(),
    pseudonymKey: key(),
    sealingKey: key(),
  };
}

function parseDocument(text: string): SecretsDocument | undefined {
  try {
    const value = JSON.parse(text) as Partial<Record<keyof SecretsDocument, unknown>> | null;
    const keys = ['signingKey', 'identityKey', 'pseudonymKey', 'sealingKey'] as const;
    return value?.version === 1 && keys.every((key) => typeof value[key] === 'string')
      ? (value as SecretsDocument)
      : undefined;
  } catch {
    return undefined;
  }
}

function damaged(file: string, what: string): SetupError {
  return new SetupError({
    vi: `Không đọc được tệp khóa SECRETS_FILE ${file} (${what}). Hãy khôi phục từ bản sao lưu; nếu xóa, dữ liệu đã có sẽ không mở được nữa.`,
    en: `Cannot read the key file SECRETS_FILE ${file} (${what}). Restore it from a backup; existing data cannot be opened without it.`,
  });
}

const digest = (...parts: readonly Uint8Array[]): string => {
  const hash = createHash('sha256').update('lien-tuyen/key-id');
  for (const part of parts) hash.update(part);
  return hash.digest('base64url').slice(0, 22);
};

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown';
}
