import { access, copyFile, readFile, rm } from 'node:fs/promises';
import { constants, existsSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import type { Configuration } from '#platform/configuration.js';
import { makeFolder } from '#platform/make-folder.js';
import { SetupError } from '#platform/setup-error.js';
import { copyDatabase, faultsOfDatabase, placeOfLog } from './copy-database.js';
import { databases, fingerprintFile, logFile, smallFiles } from './data-files.js';
import { namesIn, sync, writeWhole } from './folders.js';
import { type Content, describeFile, type KeptFile, manifestFile, textOfManifest } from './manifest.js';

/**
 * Copies the log and the originals of a data folder, whether a server works on it or not, and verifies the copy.
 * @param to a new or empty folder outside the data folder
 * @param onProgress told which file, and which share of it is copied
 * @throws SetupError saying what is in the way; then nothing of the backup stays behind
 */
export async function makeBackup(
  { dataDir }: Pick<Configuration, 'dataDir'>,
  to: string,
  onProgress: (file: string, share: number) => void = () => undefined,
): Promise<Content> {
  if (!existsSync(join(dataDir, logFile))) {
    throw new SetupError({
      vi: `Không có nhật ký sự kiện trong DATA_DIR ${dataDir}: chưa có gì để sao lưu.`,
      en: `There is no event log in DATA_DIR ${dataDir}: nothing to back up.`,
    });
  }
  const way = relative(dataDir, to);
  if (!way.startsWith('..') && !isAbsolute(way)) {
    throw new SetupError({
      vi: `--to: ${to} nằm trong DATA_DIR; ổ đĩa hỏng thì mất cả hai. Hãy chọn nơi khác.`,
      en: `--to: ${to} is inside DATA_DIR; what destroys one destroys both. Choose another place.`,
    });
  }
  await makeEmptyFolder(to);
  try {
    const takenAt = new Date().toISOString();
    for (const name of databases) {
      if (existsSync(join(dataDir, name))) {
        await copyDatabase(join(dataDir, name), join(to, name), (share) => onProgress(name, share));
      }
    }
    for (const name of smallFiles) {
      if (existsSync(join(dataDir, name))) await copyFile(join(dataDir, name), join(to, name));
    }
    const content = { takenAt, ...(await described(to)) };
    await writeWhole(to, manifestFile, textOfManifest(content));
    return content;
  } catch (error) {
    await Promise.all([...databases, ...smallFiles].map((name) => rm(join(to, name), { force: true })));
    throw error;
  }
}

async function makeEmptyFolder(to: string): Promise<void> {
  try {
    if ((await namesIn(to)).length === 0) {
      makeFolder(to, 0o700);
      return await access(to, constants.W_OK);
    }
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new SetupError(
      {
        vi: `--to: không tạo hoặc không ghi được thư mục ${to} (${code})`,
        en: `--to: the folder ${to} cannot be made or written to (${code})`,
      },
      { cause: error },
    );
  }
  throw new SetupError({
    vi: `--to: thư mục ${to} không trống. Mỗi bản sao lưu cần một thư mục mới.`,
    en: `--to: the folder ${to} is not empty. Each backup needs a new folder.`,
  });
}

/** What was copied, once it is on the disk and found whole. */
async function described(to: string): Promise<Omit<Content, 'takenAt'>> {
  const files: KeptFile[] = [];
  for (const name of await namesIn(to)) {
    await sync(join(to, name));
    const faults = name.endsWith('.sqlite') ? faultsOfDatabase(join(to, name)) : [];
    if (faults.length > 0) {
      throw new SetupError({
        vi: `Bản sao của ${name} không nguyên vẹn (${faults[0]}). Không có bản sao lưu nào được tạo.`,
        en: `The copy of ${name} is not whole (${faults[0]}). No backup was made.`,
      });
    }
    files.push(await describeFile(to, name));
  }
  const { identity: log, position } = placeOfLog(join(to, logFile));
  const keys = (await readFile(join(to, fingerprintFile), 'utf8')).trim();
  return { position, log, keys, files };
}
