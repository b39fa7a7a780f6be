import { copyFile, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Configuration } from '#platform/configuration.js';
import { makeFolder } from '#platform/make-folder.js';
import { SetupError } from '#platform/setup-error.js';
import { findSecrets, placeSecrets } from '#security/secrets.js';
import { faultsOfDatabase, placeOfLog } from './copy-database.js';
import { logFile } from './data-files.js';
import { namesIn, sync } from './folders.js';
import { type Manifest, readManifest, verifyFile } from './manifest.js';
import { restoring } from './half-restored.js';

/** The key file as it was when it was saved, and which keys they are. */
export interface SavedKeys {
  readonly document: string;
  readonly fingerprint: string;
}

/**
 * Puts a backup into an empty data folder. Everything is verified before the first file is put in its place, and again where it is put.
 * @param keys where SECRETS_FILE is lost too
 * @throws SetupError saying what is in the way; then the data folder is as it was
 */
export async function restoreBackup(
  { dataDir, secretsFile }: Pick<Configuration, 'dataDir' | 'secretsFile'>,
  from: string,
  keys?: SavedKeys,
): Promise<Manifest> {
  const manifest = await readManifest(from);
  // A restore that was cut off before may be begun again.
  const there = (await namesIn(dataDir)).filter((name) => name !== restoring);
  const cutOff = (await namesIn(dataDir)).includes(restoring);
  if (there.length > 0 && !cutOff) {
    throw new SetupError({
      vi: `DATA_DIR ${dataDir} không trống. Khôi phục không bao giờ ghi đè: hãy chuyển thư mục này đi nơi khác, hoặc đặt DATA_DIR khác.`,
      en: `DATA_DIR ${dataDir} is not empty. A restore never overwrites: move that folder away, or set another DATA_DIR.`,
    });
  }
  for (const file of manifest.files) await verifyFile(from, file);
  const stage = join(dataDir, restoring);
  mustFit(manifest, secretsFile, keys);
  makeFolder(dataDir, 0o700);
  await rm(stage, { recursive: true, force: true });
  makeFolder(stage, 0o700);
  try {
    for (const { name } of manifest.files) await copyFile(join(from, name), join(stage, name));
    await verifyStage(stage, manifest);
  } catch (error) {
    if (there.length === 0) await rm(stage, { recursive: true, force: true });
    throw error;
  }
  if (keys && !findSecrets(secretsFile)) placeSecrets(secretsFile, keys.document);
  for (const { name } of manifest.files) await rename(join(stage, name), join(dataDir, name));
  await sync(dataDir);
  await rmdir(stage);
  await sync(dataDir);
  return manifest;
}

async function verifyStage(stage: string, manifest: Manifest): Promise<void> {
  for (const file of manifest.files) {
    await sync(join(stage, file.name));
    await verifyFile(stage, file);
    const faults = file.name.endsWith('.sqlite') ? faultsOfDatabase(join(stage, file.name)) : [];
    if (faults.length > 0) throw notWhole(`${file.name}: ${faults[0]}`);
  }
  const { identity, position } = placeOfLog(join(stage, logFile));
  if (identity !== manifest.log || position !== manifest.position) throw notWhole(logFile);
}

/** @throws SetupError when nothing in the data would be found again */
function mustFit({ keys: wanted }: Manifest, secretsFile: string, saved: SavedKeys | undefined): void {
  const there = findSecrets(secretsFile);
  if (there && there.fingerprint !== wanted) {
    throw new SetupError({
      vi: `SECRETS_FILE ${secretsFile} là khóa khác (${there.fingerprint}); dữ liệu này cần khóa ${wanted}. Với khóa khác, không tìm lại được ai trong dữ liệu.`,
      en: `SECRETS_FILE ${secretsFile} holds other keys (${there.fingerprint}); this data needs the keys ${wanted}. With others nobody in it is found again.`,
    });
  }
  if (there) return;
  if (!saved) {
    throw new SetupError({
      vi: `Không có tệp khóa SECRETS_FILE ${secretsFile}. Bản sao lưu không chứa khóa: hãy đặt tệp khóa ${wanted} vào đó, hoặc dùng --keys với bản sao của khóa.`,
      en: `There is no key file SECRETS_FILE ${secretsFile}. Keys are not in a backup: put the key file of ${wanted} there, or name their copy with --keys.`,
    });
  }
  if (saved.fingerprint !== wanted) {
    throw new SetupError({
      vi: `--keys: đó là khóa ${saved.fingerprint}; dữ liệu này cần khóa ${wanted}.`,
      en: `--keys: these are the keys ${saved.fingerprint}; this data needs the keys ${wanted}.`,
    });
  }
}

function notWhole(what: string): SetupError {
  return new SetupError({
    vi: `Bản khôi phục không nguyên vẹn (${what}). Không có gì được đưa vào DATA_DIR.`,
    en: `What was restored is not whole (${what}). Nothing was put into DATA_DIR.`,
  });
}
