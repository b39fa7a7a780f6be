import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { reasonOf, WrongUse } from './output.js';

export const backupUsage = `npm run -s backup -- --to FOLDER [--keys FILE]

  --to FOLDER   thư mục mới cho bản sao nhật ký và thông điệp gốc, chạy được khi máy chủ đang phục vụ
                new folder for a copy of the log and the originals; the server may go on serving
  --keys FILE   sao tệp khóa vào FILE, mã hóa bằng mật khẩu / save the key file there, sealed with a passphrase
  --passphrase-file FILE   mật khẩu; nếu không có: BACKUP_PASSPHRASE / passphrase; else BACKUP_PASSPHRASE

Khóa phải ở nơi khác với dữ liệu. / Keep the keys in another place than the data.`;

export const restoreUsage = `npm run -s restore -- --from FOLDER [--keys FILE]

  --from FOLDER  bản sao lưu; DATA_DIR phải trống / a backup; DATA_DIR must be empty
  --keys FILE    khôi phục SECRETS_FILE từ bản sao khóa nếu chưa có / restore SECRETS_FILE from this copy if it is not there
  --passphrase-file FILE   mật khẩu; nếu không có: BACKUP_PASSPHRASE / passphrase; else BACKUP_PASSPHRASE`;

export interface BackupRequest {
  /** Absolute paths. */
  readonly folder: string;
  readonly keys?: string;
  readonly passphraseFile?: string;
}

/**
 * @param option `to` or `from`
 * @throws WrongUse
 */
export function parseBackupArguments(
  parameters: readonly string[],
  option: 'to' | 'from',
  usage: string,
  base: string,
): BackupRequest | 'help' {
  const values = read(parameters, option, usage);
  if (values['help'] === true) return 'help';
  const path = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === 'string' ? resolve(base, value) : undefined;
  };
  const folder = path(option);
  if (folder === undefined) throw new WrongUse({ vi: `Thiếu --${option}`, en: `--${option} is missing\n\n${usage}` });
  const keys = path('keys');
  const passphraseFile = path('passphrase-file');
  return { folder, ...(keys !== undefined && { keys }), ...(passphraseFile !== undefined && { passphraseFile }) };
}

function read(parameters: readonly string[], option: string, usage: string): Record<string, unknown> {
  try {
    return parseArgs({
      args: [...parameters],
      options: {
        [option]: { type: 'string' },
        keys: { type: 'string' },
        'passphrase-file': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new WrongUse({
      vi: `Tham số không đúng: ${reasonOf(error)}`,
      en: `Wrong parameters: ${reasonOf(error)}\n\n${usage}`,
    });
  }
}
