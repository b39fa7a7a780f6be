import { stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isRefusal, sameStamp, type AnsweredEntry } from '../outbox/entry.js';
import type { Outbox } from '../outbox/outbox.js';
import { faultsText, reasonText } from '../words/result-texts.js';
import { readResult } from '../words/result.js';
import { copyWithDigest, digestOf, moveDurably, writeDurably } from './durable-files.js';
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

  /** @throws the error of the disk; the entry then stays as it is */
  async file(entry: AnsweredEntry): Promise<void> {
    const place = this.folder.placeOf(entry.verdict);
    const name = entry.filedAs ?? (await this.#chooseName(entry, place));
    await this.#writeCompanions(entry, join(place, name));
    await this.#bring(entry, join(place, name));
    this.outbox.filed(entry.id);
    // One that stays behind is cleared away at the next start.
    await unlink(this.folder.copy(entry.copy)).catch(() => undefined);
  }

  async #chooseName(entry: AnsweredEntry, place: string): Promise<string> {
    const name = await freeName(place, entry.name);
    this.outbox.nameChosen(entry.id, name);
    return name;
  }

  async #writeCompanions(entry: AnsweredEntry, path: string): Promise<void> {
    const result = readResult(entry.answer);
    if (result.receipt) await writeDurably(`${path}.receipt.json`, `${JSON.stringify(result.receipt, null, 2)}\n`);
    if (isRefusal(entry.verdict)) await writeDurably(`${path}.reason.txt`, reasonText(entry.name, result));
    else if (entry.verdict === 'accepted-with-faults') {
      await writeDurably(`${path}.faults.txt`, faultsText(entry.name, result));
    }
  }

  async #bring(entry: AnsweredEntry, target: string): Promise<void> {
    if (await exists(target)) return;
    const leaving = this.folder.leaving(entry.id);
    if (!(await exists(leaving)) && (await this.#stands(entry)))
      await moveDurably(this.folder.dropped(entry.name), leaving);
    if (await exists(leaving)) {
      if ((await digestOf(leaving)) === entry.digest) {
        await moveDurably(leaving, target);
        return;
      }
      // Something newer came under the same name in the last moment: it goes back, and its turn will come.
      await moveDurably(leaving, this.folder.dropped(await freeName(this.folder.root, entry.name)));
    }
    const half = `${leaving}.half`;
    await copyWithDigest(this.folder.copy(entry.copy), half);
    await moveDurably(half, target);
  }

  /** Whether the file in the folder still looks like the one that was taken. */
  async #stands({ name, size, modified }: AnsweredEntry): Promise<boolean> {
    const found = await stat(this.folder.dropped(name)).catch(() => undefined);
    return found !== undefined && sameStamp({ size, modified }, { size: found.size, modified: found.mtimeMs });
  }
}
