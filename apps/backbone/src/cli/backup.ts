/** Copies the log and the originals while the server runs: `npm run -s backup -- --to FOLDER [--keys FILE]`. */
import { dirname, relative } from 'node:path';
import { loadConfiguration } from '#platform/configuration.js';
import { makeBackup } from '../backup/make-backup.js';
import { mustBeFree, readPassphrase, saveKeys } from '../backup/saved-keys.js';
import { backupUsage, parseBackupArguments } from './backup-arguments.js';
import { runAsProgram, WrongUse } from './output.js';

runAsProgram(async () => {
  const wanted = parseBackupArguments(
    process.argv.slice(2),
    'to',
    backupUsage,
    process.env['INIT_CWD'] ?? process.cwd(),
  );
  if (wanted === 'help') {
    process.stdout.write(`${backupUsage}\n`);
    return;
  }
  const { folder, keys, passphraseFile } = wanted;
  if (keys !== undefined && !relative(folder, dirname(keys)).startsWith('..')) {
    throw new WrongUse({
      vi: '--keys: khóa không được nằm cùng thư mục với bản sao dữ liệu',
      en: '--keys: the keys must not be in the folder of the data they open',
    });
  }
  // Before anything is copied: a backup of which half is there would be taken for none, or for a whole one.
  if (keys !== undefined) mustBeFree(keys);
  // Health data and keys: for the owner of the process alone.
  process.umask(0o077);
  const configuration = loadConfiguration();
  const passphrase = keys === undefined ? undefined : readPassphrase(passphraseFile, process.env);
  const { position, files, keys: fingerprint } = await makeBackup(configuration, folder, showProgress);
  if (keys !== undefined && passphrase !== undefined) await saveKeys(configuration.secretsFile, keys, passphrase);
  const size = files.reduce((sum, file) => sum + file.size, 0);
  process.stdout.write(
    `${folder}\n  vị trí / position ${position} · ${files.length} tệp / files · ${(size / 1024 ** 2).toFixed(1)} MiB · khóa / keys ${fingerprint}\n`,
  );
});

function showProgress(file: string, share: number): void {
  if (!process.stderr.isTTY) return;
  process.stderr.write(`\r${file} ${Math.floor(share * 100)} %${share === 1 ? '\n' : ''}`);
}
