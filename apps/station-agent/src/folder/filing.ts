import { stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isRefusal, sameStamp, type AnsweredEntry, type Verdict } from '../outbox/entry.js';
import type { Outbox } from '../outbox/outbox.js';
import { faultsText, reasonText } from '../words/result-texts.js';
import { readResult } from '../words/result.js';
import { copyWithDigest, digestOf, move, syncFolder, writeWhole } from './durable-files.js';
import { exists, freeName, type StationFolder } from './station-folder.js';

/**
 * Brings answered files to their place, with the answer beside them. Every step can be cut off and done again: the answer is in the
 * outbox, the name is chosen once, and a file is moved only when it is the very content that was answered.
 */
export class Filing {
  constructor(
    private readonly folder: StationFolder,
    private readonly outbox: Outbox,
  ) {}

  /** A name for it in `sent` or `refused` that nothing there has. */
  chooseName(name: string, verdict: Verdict): Promise<string> {
    return freeName(this.folder.placeOf(verdict), name);
  }

  /** @throws the error of the disk; the entry then stays as it is */
  async file(entry: AnsweredEntry): Promise<void> {
    const place = this.folder.placeOf(entry.verdict);
    const name = entry.filedAs ?? (await this.chooseName(entry.name, entry.verdict));
    if (entry.filedAs === null) this.outbox.nameChosen(entry.id, name);
    await this.#writeCompanions(entry, join(place, name));
    await this.#bring(entry, join(place, name));
    await syncFolder(place);
    this.outbox.filed(entry.id);
    // One that stays behind is cleared away at the next start.
    await unlink(this.folder.copy(entry.copy)).catch(() => undefined);
  }

  async #writeCompanions(entry: AnsweredEntry, path: string): Promise<void> {
    const result = readResult(entry.answer);
    if (result.receipt) await writeWhole(`${path}.receipt.json`, `${JSON.stringify(result.receipt, null, 2)}\n`);
    if (isRefusal(entry.verdict)) await writeWhole(`${path}.reason.txt`, reasonText(entry.name, result));
    else if (entry.verdict === 'accepted-with-faults') {
      await writeWhole(`${path}.faults.txt`, faultsText(entry.name, result));
    }
  }

  async #bring(entry: AnsweredEntry, target: string): Promise<void> {
    if (await exists(target)) return;
    const leaving = this.folder.leaving(entry.id);
    if (!(await exists(leaving)) && (await this.#stands(entry))) await move(this.folder.dropped(entry.name), leaving);
    if (await exists(leaving)) {
      if ((await digestOf(leaving)) === entry.digest) {
        await move(leaving, target);
        return;
      }
      // Something newer came under the same name in the last moment: it goes back, and its turn will come.
      await move(leaving, this.folder.dropped(await freeName(this.folder.root, entry.name)));
    }
    const half = `${leaving}.half`;
    await copyWithDigest(this.folder.copy(entry.copy), half);
    await move(half, target);
  }

  /** Whether the file in the folder still looks like the one that was taken. */
  async #stands({ name, size, modified }: AnsweredEntry): Promise<boolean> {
    const found = await stat(this.folder.dropped(name)).catch(() => undefined);
    return found !== undefined && sameStamp({ size, modified }, { size: found.size, modified: found.mtimeMs });
  }
}
