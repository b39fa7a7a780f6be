/** SQLite's primary result codes of a storage in trouble: no event is to blame, and trying again later may work. */
const storageCodes: ReadonlySet<number> = new Set([
  5, // SQLITE_BUSY
  6, // SQLITE_LOCKED
  7, // SQLITE_NOMEM
  8, // SQLITE_READONLY
  10, // SQLITE_IOERR
  11, // SQLITE_CORRUPT
  13, // SQLITE_FULL
  14, // SQLITE_CANTOPEN
  26, // SQLITE_NOTADB
]);

function sqliteCode(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return undefined;
  if (typeof error.errcode !== 'number') return undefined;
  return error.errcode & 0xff;
}

/** Whether the storage failed, not the event. */
export function isStorageFault(error: unknown): boolean {
  const code = sqliteCode(error);
  return code !== undefined && storageCodes.has(code);
}

/** Whether what is stored cannot be read as a database. */
export function isBrokenFile(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === 11 || code === 26;
}

/** Whether a transaction was cut off half-way, which whoever may write undoes on opening, and a reader cannot. */
export function isHalfWritten(error: unknown): boolean {
  return sqliteCode(error) === 8;
}

/** Kind of an error and where it was thrown. Its message is left out: it may quote what the event holds of a person. */
export function describeFault(error: unknown): string {
  if (!(error instanceof Error)) return `thrown ${typeof error}`;
  const code = sqliteCode(error);
  const kind = code === undefined ? error.name : `${error.name} (SQLite ${code})`;
  const frame = error.stack?.split('\n').find((line) => /^\s+at .*\.js:\d+/.test(line) && !line.includes('/embedded/'));
  const place = frame === undefined ? undefined : /([^/\\]+\.js:\d+):\d+\)?$/.exec(frame)?.[1];
  return place === undefined ? kind : `${kind} at ${place}`;
}
