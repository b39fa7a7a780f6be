import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '#platform/make-folder.js';
import { accepted, type ExportJob, type ExportState, type StoredExport } from '../export-job.js';
import { replaceFile, syncFolder } from '#platform/durable-file.js';
import type { ExportStore } from './export-store.js';

const idOfJob = /^[0-9a-f-]{36}$/;
const pieceBytes = 256 * 1024;

export const jobFile = 'job.json';
export const stateFile = 'state.json';

/** Exports in a folder each, which belongs to one process; readable by its owner alone. */
export class FolderStore implements ExportStore {
  /** @param folder made when it is needed */
  constructor(private readonly folder: string) {}

  async create(job: ExportJob): Promise<void> {
    makeFolder(this.folder, 0o700);
    const folder = join(this.folder, job.id);
    mkdirSync(folder, { mode: 0o700 });
    replaceFile(join(folder, stateFile), JSON.stringify(accepted));
    // A folder without it is no job.
    replaceFile(join(folder, jobFile), JSON.stringify(job));
    syncFolder(this.folder);
  }

  async all(): Promise<readonly StoredExport[]> {
    if (!existsSync(this.folder)) return [];
    const found = await Promise.all(readdirSync(this.folder).map((id) => this.find(id)));
    return found.filter((one) => one !== undefined).toSorted((a, b) => a.job.createdAt - b.job.createdAt);
  }

  async find(id: string): Promise<StoredExport | undefined> {
    return idOfJob.test(id) ? storedIn(join(this.folder, id)) : undefined;
  }

  async fail(id: string, failure: NonNullable<ExportState['failure']>): Promise<void> {
    const stored = await this.find(id);
    if (!stored) return;
    const folder = join(this.folder, id);
    const { state } = stored;
    replaceFile(
      join(folder, stateFile),
      JSON.stringify({ ...state, status: 'failed', failure, finishedAt: Date.now() }),
    );
    for (const name of readdirSync(folder)) {
      if (name !== jobFile && name !== stateFile) await rm(join(folder, name), { force: true });
    }
  }

  async remove(id: string): Promise<void> {
    if (!idOfJob.test(id)) return;
    const folder = join(this.folder, id);
    // At once none to anybody, whatever a crash leaves of it.
    await rm(join(folder, jobFile), { force: true });
    await rm(folder, { recursive: true, force: true });
  }

  async tidy(): Promise<void> {
    if (!existsSync(this.folder)) return;
    for (const id of readdirSync(this.folder)) {
      if (!existsSync(join(this.folder, id, jobFile)))
        await rm(join(this.folder, id), { recursive: true, force: true });
    }
  }

  async *read(id: string, file: string, start: number, end: number): AsyncIterable<Uint8Array> {
    const handle = await open(join(this.folder, id, file), 'r');
    try {
      for (let at = start; at < end;) {
        const piece = Buffer.allocUnsafe(Math.min(pieceBytes, end - at));
        const { bytesRead } = await handle.read(piece, 0, piece.length, at);
        if (bytesRead === 0) throw new Error('A file of an export is shorter than was written down');
        yield piece.subarray(0, bytesRead);
        at += bytesRead;
      }
    } finally {
      await handle.close();
    }
  }

  async close(): Promise<void> {}
}

/** What a folder holds; `undefined` where it is no job, or no longer. */
export function storedIn(folder: string): StoredExport | undefined {
  try {
    return {
      job: JSON.parse(readFileSync(join(folder, jobFile), 'utf8')) as ExportJob,
      state: JSON.parse(readFileSync(join(folder, stateFile), 'utf8')) as ExportState,
    };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
