/** Puts a backup into an empty data folder: `npm run -s restore -- --from FOLDER [--keys FILE]`. */
import { loadConfiguration } from '#platform/configuration.js';
import { restoreBackup } from '../backup/restore-backup.js';
import { readPassphrase, readSavedKeys } from '../backup/saved-keys.js';
import { parseBackupArguments, restoreUsage } from './backup-arguments.js';
import { runAsProgram } from './output.js';

runAsProgram(async () => {
  const wanted = parseBackupArguments(
    process.argv.slice(2),
    'from',
    restoreUsage,
    process.env['INIT_CWD'] ?? process.cwd(),
  );
  if (wanted === 'help') {
    process.stdout.write(`${restoreUsage}\n`);
    return;
  }
  const { folder, keys, passphraseFile } = wanted;
  process.umask(0o077);
  const configuration = loadConfiguration();
  const saved = keys === undefined ? undefined : readSavedKeys(keys, readPassphrase(passphraseFile, process.env));
  const { takenAt, position } = await restoreBackup(configuration, folder, saved);
  process.stdout.write(
    `${configuration.dataDir}\n  bản sao lúc / backup of ${takenAt}, vị trí / position ${position}. ` +
      'Các góc nhìn được dựng lại khi khởi động. / Views are built again at the next start.\n',
  );
});
