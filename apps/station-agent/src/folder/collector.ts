import { randomUUID } from 'node:crypto';
import { readdir, stat, unlink } from 'node:fs/promises';
import { sameStamp, type Stamp, type TakenFile } from '../outbox/entry.js';
import type { Outbox } from '../outbox/outbox.js';
import { copyWithDigest } from './durable-files.js';
import { contentTypeOf } from './file-kinds.js';
import { look, type Look, type Settling, type SettlingTimes, type Sighting } from './settling.js';
import type { StationFolder } from './station-folder.js';
import { WholeDocumentCheck } from './whole-document.js';

/** Files are put into the outbox so many at a time: one commit for all of them. */
const perCommit = 50;

type Standing = Look['still'][number];

export interface Collected {
  readonly taken: number;
  /** Files that are there but still being written, or held by another program. */
  readonly unfinished: number;
  /** Of these, files that nobody writes any more and that still cannot be read. */
  readonly unreadable: number;
}

/** Takes what station software left in the folder into the outbox; the files stay where they are until they are answered. */
export class Collector {
  #settling: Settling = new Map();
  #unreadable = 0;
  /** Files of the folder that are in the outbox already, as they stood when they were taken. */
  readonly #taken = new Map<string, Stamp>();

  constructor(
    private readonly folder: StationFolder,
    private readonly outbox: Outbox,
    private readonly times: SettlingTimes,
  ) {
    for (const { name, size, modified } of outbox.inFolder()) this.#taken.set(name, { size, modified });
  }

  /** Removes copies that a crash left behind before they were in the outbox. */
  async clearLeftovers(): Promise<void> {
    const needed = new Set(this.outbox.copies());
    for (const name of await readdir(this.folder.copies)) {
      if (!needed.has(name)) await unlink(this.folder.copy(name));
    }
  }

  /** This file has left the folder: one that stands there now, under its name and with its times, is another. */
  forget({ name, size, modified }: Sighting): void {
    const known = this.#taken.get(name);
    if (known && sameStamp(known, { size, modified })) this.#taken.delete(name);
  }

  /** Looks once through the folder. @throws the error of the disk; what was taken before it stays taken */
  async collect(stopped: AbortSignal): Promise<Collected> {
    const seen: Sighting[] = [];
    const names = new Set<string>();
    for await (const sighting of this.folder.messages()) {
      names.add(sighting.name);
      const known = this.#taken.get(sighting.name);
      if (!known || !sameStamp(known, sighting)) seen.push(sighting);
    }
    for (const name of this.#taken.keys()) if (!names.has(name)) this.#taken.delete(name);
    const { settling, still } = look(this.#settling, seen, Date.now(), this.times);
    this.#settling = settling;
    this.#unreadable = 0;
    let taken = 0;
    for (let from = 0; from < still.length && !stopped.aborted; from += perCommit) {
      taken += await this.#take(still.slice(from, from + perCommit));
    }
    return { taken, unfinished: seen.length - taken, unreadable: this.#unreadable };
  }

  async #take(still: readonly Standing[]): Promise<number> {
    const files: TakenFile[] = [];
    try {
      for (const sighting of still) {
        const file = await this.#copy(sighting);
        if (file) files.push(file);
      }
    } finally {
      // On a full disk, what was copied before it was full is taken all the same.
      if (files.length > 0) await this.#enter(files);
    }
    return files.length;
  }

  async #enter(files: readonly TakenFile[]): Promise<void> {
    try {
      this.outbox.take(files, Date.now());
    } catch (error) {
      for (const { copy } of files) await unlink(this.folder.copy(copy)).catch(() => undefined);
      throw error;
    }
    for (const { name, size, modified } of files) this.#taken.set(name, { size, modified });
  }

  /** Undefined when the file is still changing, looks cut off, is locked or has gone. */
  async #copy({ name, size, modified, stoodMs }: Standing): Promise<TakenFile | undefined> {
    const copy = randomUUID();
    try {
      const document = new WholeDocumentCheck();
      const copied = await copyWithDigest(this.folder.dropped(name), this.folder.copy(copy), (part) => {
        document.push(part);
      });
      const now = await stat(this.folder.dropped(name));
      const changed = !sameStamp({ size, modified }, { size: now.size, modified: now.mtimeMs }) || copied.size !== size;
      if (changed || (!document.isWhole() && stoodMs < this.times.cutOffMs)) {
        await unlink(this.folder.copy(copy));
        return undefined;
      }
      return { name, size, modified, digest: copied.digest, contentType: contentTypeOf(name, document.start), copy };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).path !== this.folder.dropped(name)) throw error;
      // Gone again, or held by the program that writes it: the next look tells.
      const { code = '' } = error as NodeJS.ErrnoException;
      if (!['ENOENT', 'EBUSY', 'EACCES', 'EPERM'].includes(code)) throw error;
      if (code !== 'ENOENT' && stoodMs >= this.times.cutOffMs) this.#unreadable += 1;
      return undefined;
    }
  }
}
