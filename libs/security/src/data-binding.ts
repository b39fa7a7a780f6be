import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '#platform/make-folder.js';
import { SetupError } from '#platform/setup-error.js';
import type { Secrets } from './secrets.js';

/**
 * Binds a data folder to the keys it is first opened with: with other keys nobody in it would be found again, and each
 * resident would be registered a second time.
 * @throws SetupError when the folder was opened with other keys before, or cannot be written
 */
export function bindDataFolder(dataDir: string, secrets: Secrets): void {
  const file = join(dataDir, 'keys.fingerprint');
  let known: string;
  try {
    makeFolder(dataDir, 0o700);
    try {
      writeFileSync(file, `${secrets.fingerprint}\n`, { flag: 'wx', mode: 0o600, flush: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    known = readFileSync(file, 'utf8').trim();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new SetupError(
      {
        vi: `Không ghi được vào thư mục dữ liệu DATA_DIR ${dataDir} (${code}). Hãy cho phép ghi, hoặc đặt DATA_DIR khác.`,
        en: `Cannot write to the data folder DATA_DIR ${dataDir} (${code}). Make it writable, or set another DATA_DIR.`,
      },
      { cause: error },
    );
  }
  if (known !== secrets.fingerprint) {
    throw new SetupError({
      vi: `Thư mục dữ liệu DATA_DIR ${dataDir} được tạo với khóa khác (${known}) chứ không phải khóa đang dùng (${secrets.fingerprint}). Hãy đặt SECRETS_FILE đúng tệp khóa của dữ liệu này.`,
      en: `The data folder DATA_DIR ${dataDir} was made with other keys (${known}) than those in use (${secrets.fingerprint}). Set SECRETS_FILE to the key file of this data.`,
    });
  }
}
