import { DatabaseSync, backup } from 'node:sqlite';

/** Pages copied in one go; between two of them whoever reports progress has its turn. */
const pagesAtOnce = 1024;

/**
 * Copies a SQLite file that is being written, by this process or another: all of the copy is of one moment, that of the call.
 * @throws the error of SQLite when the file cannot be read or the copy cannot be written
 */
export async function copyDatabase(from: string, to: string, onProgress: (share: number) => void): Promise<void> {
  const source = new DatabaseSync(from, { readOnly: true, timeout: 10_000 });
  try {
    // A transaction that stays open keeps the moment: without it each commit of the writer would begin the copy again.
    source.exec('begin');
    source.prepare('select count(*) from sqlite_schema').get();
    await backup(source, to, {
      rate: pagesAtOnce,
      progress: ({ totalPages, remainingPages }) => onProgress(totalPages === 0 ? 1 : 1 - remainingPages / totalPages),
    });
  } finally {
    source.close();
  }
  // One file, whole without a write-ahead file beside it.
  const copy = new DatabaseSync(to);
  try {
    copy.exec('pragma journal_mode = delete');
  } finally {
    copy.close();
  }
}

/** What SQLite finds wrong with a file that nobody writes; empty when it is whole. */
export function faultsOfDatabase(file: string): readonly string[] {
  try {
    const database = new DatabaseSync(file, { readOnly: true });
    try {
      const rows = database.prepare('pragma integrity_check(5)').all();
      return rows.map((row) => String(row['integrity_check'])).filter((text) => text !== 'ok');
    } finally {
      database.close();
    }
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

/** Which log it is, and the position of its newest event. */
export function placeOfLog(file: string): { readonly identity: string; readonly position: number } {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const log = database.prepare('select identity from log').get();
    const newest = database.prepare('select coalesce(max(position), 0) as position from events').get();
    return { identity: String(log?.['identity']), position: Number(newest?.['position']) };
  } finally {
    database.close();
  }
}
