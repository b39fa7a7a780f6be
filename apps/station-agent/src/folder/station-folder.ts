import { access, opendir, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '#platform/make-folder.js';
import type { Verdict } from '../outbox/entry.js';
import { isMessageName } from './file-kinds.js';
import type { Sighting } from './settling.js';

/** What stands beside a filed message: its name and one of these. */
export const companions = ['.receipt.json', '.faults.txt', '.reason.txt'] as const;
export type Companion = (typeof companions)[number];

/** The folder that station software writes into, and the agent's own places in it. All on one drive, so that moving is one step. */
export class StationFolder {
  readonly sent: string;
  readonly refused: string;
  /** The agent's own: outbox, settings, copies of what waits. */
  readonly own: string;

  constructor(readonly root: string) {
    this.sent = join(root, 'sent');
    this.refused = join(root, 'refused');
    this.own = join(root, '.station-agent');
  }

  /** @throws the error of the system when the folder is not there or may not be written */
  async prepare(): Promise<void> {
    await stat(this.root);
    // Messages are health data: what we make is for the owner of the process.
    for (const folder of [this.sent, this.refused, this.own, join(this.own, 'waiting'), join(this.own, 'leaving')]) {
      makeFolder(folder, 0o700);
    }
  }

  get outbox(): string {
    return join(this.own, 'outbox.sqlite');
  }

  /** The copy of a message until it is in its place. */
  copy(name: string): string {
    return join(this.copies, name);
  }

  get copies(): string {
    return join(this.own, 'waiting');
  }

  /** Where a message is between the folder and its place. */
  leaving(id: number): string {
    return join(this.own, 'leaving', String(id));
  }

  dropped(name: string): string {
    return join(this.root, name);
  }

  placeOf(verdict: Verdict): string {
    return verdict === 'refused' ? this.refused : this.sent;
  }

  /** Files that station software left, in no order. One that is locked or vanishes while we look is left for the next time. */
  async *messages(): AsyncIterable<Sighting> {
    for await (const entry of await opendir(this.root)) {
      if (!entry.isFile() || !isMessageName(entry.name)) continue;
      const found = await stat(this.dropped(entry.name)).catch(() => undefined);
      if (found) yield { name: entry.name, size: found.size, modified: found.mtimeMs };
    }
  }

  /** Brings a refused message back to be sent again, and takes away what was written beside it. False when it is not there. */
  async bringBack(filedAs: string): Promise<boolean> {
    const from = join(this.refused, filedAs);
    if (!(await exists(from))) return false;
    await rename(from, this.dropped(await freeName(this.root, filedAs)));
    for (const companion of companions) await unlink(`${from}${companion}`).catch(() => undefined);
    return true;
  }
}

/** The name itself, or with a number, so that nothing in the folder is overwritten. */
export async function freeName(folder: string, name: string): Promise<string> {
  const dot = name.lastIndexOf('.');
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? name : `${name.slice(0, dot)} (${number})${name.slice(dot)}`;
    const taken = await Promise.all(['', ...companions].map((ending) => exists(join(folder, `${candidate}${ending}`))));
    if (!taken.includes(true)) return candidate;
  }
}

export async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
