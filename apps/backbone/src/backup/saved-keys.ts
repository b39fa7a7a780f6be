import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { makeFolder } from '#platform/make-folder.js';
import { SetupError } from '#platform/setup-error.js';
import { KeysNotOpened, openSealedKeys, sealKeys, shortestPassphrase } from '#security/sealed-keys.js';
import { findSecrets } from '#security/secrets.js';
import { writeWhole } from './folders.js';
import type { SavedKeys } from './restore-backup.js';

/** @throws SetupError when there is something at the place already */
export function mustBeFree(to: string): void {
  if (!existsSync(to)) return;
  throw new SetupError({
    vi: `--keys: đã có tệp ${to}; không ghi đè.`,
    en: `--keys: the file ${to} is there already; it is not overwritten.`,
  });
}

/**
 * Saves the key file under a passphrase.
 * @throws SetupError when there is no key file, or something at the place already
 */
export async function saveKeys(secretsFile: string, to: string, passphrase: string): Promise<void> {
  mustBeFree(to);
  const secrets = findSecrets(secretsFile);
  if (!secrets) {
    throw new SetupError({
      vi: `Không có tệp khóa SECRETS_FILE ${secretsFile}.`,
      en: `There is no key file SECRETS_FILE ${secretsFile}.`,
    });
  }
  makeFolder(dirname(to), 0o700);
  await writeWhole(
    dirname(to),
    basename(to),
    sealKeys(readFileSync(secretsFile, 'utf8'), secrets.fingerprint, passphrase),
  );
}

/** @throws SetupError when the file is not there, or the passphrase does not open it */
export function readSavedKeys(from: string, passphrase: string): SavedKeys {
  let text: string;
  try {
    text = readFileSync(from, 'utf8');
  } catch (error) {
    throw new SetupError(
      { vi: `--keys: không đọc được tệp ${from}`, en: `--keys: cannot read the file ${from}` },
      { cause: error },
    );
  }
  try {
    return openSealedKeys(text, passphrase);
  } catch (error) {
    if (!(error instanceof KeysNotOpened)) throw error;
    throw new SetupError(
      {
        vi: `--keys: không mở được ${from}: sai mật khẩu, hoặc tệp đã bị thay đổi.`,
        en: `--keys: ${from} cannot be opened: the passphrase is wrong, or the file was changed.`,
      },
      { cause: error },
    );
  }
}

/**
 * The passphrase of the saved keys, from a file or from BACKUP_PASSPHRASE: never from the command line, which others can list.
 * @throws SetupError when there is none, or it is too short to keep anything
 */
export function readPassphrase(file: string | undefined, environment: NodeJS.ProcessEnv): string {
  const passphrase =
    (file === undefined ? environment['BACKUP_PASSPHRASE'] : textOf(file))?.replace(/\r?\n$/, '') ?? '';
  if (passphrase.length >= shortestPassphrase) return passphrase;
  throw new SetupError({
    vi: `--keys cần mật khẩu ít nhất ${shortestPassphrase} ký tự, trong BACKUP_PASSPHRASE hoặc --passphrase-file.`,
    en: `--keys needs a passphrase of at least ${shortestPassphrase} characters, in BACKUP_PASSPHRASE or --passphrase-file.`,
  });
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new SetupError({ vi: `Không đọc được tệp ${file}`, en: `Cannot read the file ${file}` }, { cause: error });
  }
}
