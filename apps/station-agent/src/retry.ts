import { readdir } from 'node:fs/promises';
import { SetupError } from '#platform/setup-error.js';
import { isMessageName } from './folder/file-kinds.js';
import { StationFolder } from './folder/station-folder.js';

/**
 * Brings refused files back into the folder, whether an agent runs there or not: it takes them as it takes every file.
 * @param names in `refused`; empty: all of them
 * @returns how many
 * @throws SetupError naming the first that is not there
 */
export async function bringBackRefused(root: string, names: readonly string[]): Promise<number> {
  const folder = new StationFolder(root);
  const wanted = names.length > 0 ? names : await refusedIn(folder);
  for (const name of wanted) {
    if (!isRefusedMessage(name) || !(await folder.bringBack(name))) {
      throw new SetupError({
        vi: `Không có tệp này trong ${folder.refused}: ${name}`,
        en: `There is no such file in ${folder.refused}: ${name}`,
      });
    }
  }
  return wanted.length;
}

async function refusedIn(folder: StationFolder): Promise<readonly string[]> {
  const found = await readdir(folder.refused).catch(() => []);
  return found.filter(isRefusedMessage).toSorted();
}

/** A name alone: no path leads elsewhere. */
const isRefusedMessage = (name: string): boolean => isMessageName(name) && !/[/\\]/.test(name);
