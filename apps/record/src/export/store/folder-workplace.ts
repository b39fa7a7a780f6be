import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  renameSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { SqliteReadDatabase } from '#projections/embedded/sqlite-read-database.js';
import type { ReadDatabase, SqlValue } from '#projections/projection.js';
import type { ExportState, StoredExport } from '../export-job.js';
import { replaceFile, syncFolder } from '#platform/durable-file.js';
import { type Copying, NotToBeWorkedOn, type Workplace } from './export-store.js';
import { jobFile, stateFile, storedIn } from './folder-store.js';

const copyFile = 'copy.sqlite';
/** The log must never find the disk full because of an export. */
const leastFree = 1024 ** 3;

/** @throws NotToBeWorkedOn when there is no such job */
export function openFolderWorkplace(folder: string, viewFile: string): Workplace {
  const stored = storedIn(folder);
  if (!stored) throw new NotToBeWorkedOn('There is no such export');
  return new FolderWorkplace(folder, viewFile, stored);
}

class FolderWorkplace implements Workplace {
  readonly #files = new Map<string, { readonly handle: number; end: number }>();
  /** Written to since the last checkpoint. */
  readonly #unsynced = new Set<number>();
  #copies: SqliteReadDatabase | undefined;

  constructor(
    private readonly folder: string,
    private readonly viewFile: string,
    readonly stored: StoredExport,
  ) {}

  async copied(): Promise<boolean> {
    return existsSync(join(this.folder, copyFile));
  }

  async copy(work: (copying: Copying) => Promise<void>): Promise<void> {
    const file = join(this.folder, `${copyFile}.tmp`);
    rmSync(file, { force: true });
    closeSync(openSync(file, 'w', 0o600));
    const database = new DatabaseSync(file, { timeout: 5_000 });
    try {
      // One that is not whole is made again: nothing of it is synced before its end.
      database.exec(
        'pragma journal_mode = off; pragma synchronous = off; pragma temp_store = memory; pragma cache_size = -32768',
      );
      database.exec(`attach '${pathToFileURL(this.viewFile).href.replaceAll("'", "''")}?mode=ro' as record; begin`);
      await work(new SqliteCopying(database));
      database.exec('commit');
    } finally {
      database.close();
    }
    const handle = openSync(file, 'r');
    fsyncSync(handle);
    closeSync(handle);
    renameSync(file, join(this.folder, copyFile));
    syncFolder(this.folder);
  }

  get copies(): ReadDatabase {
    this.#copies ??= new SqliteReadDatabase(join(this.folder, copyFile));
    return this.#copies;
  }

  async write(name: string, at: number, bytes: Uint8Array): Promise<void> {
    const file = this.#file(name);
    if (file.end !== at) ftruncateSync(file.handle, at);
    for (let written = 0; written < bytes.length;)
      written += writeSync(file.handle, bytes, written, bytes.length - written, at + written);
    file.end = at + bytes.length;
    this.#unsynced.add(file.handle);
  }

  async checkpoint(state: ExportState): Promise<void> {
    for (const handle of this.#unsynced) fsyncSync(handle);
    if (this.#unsynced.size > 0) syncFolder(this.folder);
    this.#unsynced.clear();
    if (!existsSync(join(this.folder, jobFile))) throw new NotToBeWorkedOn('The export was cancelled');
    replaceFile(join(this.folder, stateFile), JSON.stringify(state));
  }

  async room(): Promise<number> {
    const { bavail, bsize } = statfsSync(this.folder);
    return bavail * bsize - leastFree;
  }

  async removeCopy(): Promise<void> {
    await this.#closeCopies();
    for (const name of [copyFile, `${copyFile}.tmp`]) rmSync(join(this.folder, name), { force: true });
  }

  async close(): Promise<void> {
    await this.#closeCopies();
    for (const { handle } of this.#files.values()) closeSync(handle);
    this.#files.clear();
  }

  async #closeCopies(): Promise<void> {
    await this.#copies?.close();
    this.#copies = undefined;
  }

  #file(name: string): { readonly handle: number; end: number } {
    const known = this.#files.get(name);
    if (known) return known;
    const path = join(this.folder, name);
    // A file of before a crash is longer than what is known of it: its end is not known until it is cut.
    const opened = { handle: openSync(path, existsSync(path) ? 'r+' : 'w', 0o600), end: -1 };
    this.#files.set(name, opened);
    return opened;
  }
}

class SqliteCopying implements Copying {
  constructor(private readonly database: DatabaseSync) {}

  readonly own = (table: string): string => `main.${table}`;

  async query<T>(sql: string, parameters: readonly SqlValue[] = []): Promise<readonly T[]> {
    return this.database.prepare(sql).all(...parameters) as unknown as readonly T[];
  }

  async execute(sql: string, parameters: readonly SqlValue[] = []): Promise<void> {
    this.database.prepare(sql).run(...parameters);
  }
}
