import pg from 'pg';

/** The database cannot do its work now: no event is to blame, and trying again later may work. Names no content. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable';
  constructor(
    /** SQLSTATE, or the connection's error code. */
    readonly code: string,
    options?: ErrorOptions,
  ) {
    super(`PostgreSQL is unavailable (${code})`, options);
  }
}

/** Another replica has taken the view over; whatever this one still had in hand is not written. */
export class LeadershipLost extends Error {
  override readonly name = 'LeadershipLost';
}

/** Classes of SQLSTATE in which the server, the connection or a rival is at fault, not what was asked of it. */
const unavailableClasses: ReadonlySet<string> = new Set([
  '08', // connection
  '28', // authorization: a password being changed
  '40', // serialization failure, deadlock
  '53', // out of disk, memory, connections
  '57', // shutdown, start, cancelled by a time-out
  '58', // the server's own files
  'F0', // its configuration
  'XX', // its own faults, broken pages
]);
const unavailableStates: ReadonlySet<string> = new Set([
  '25006', // read only: a standby, before the cluster has made up its mind
  '25P03', // idle for too long inside a transaction: this process was held up
  '3D000', // no such database
  '42501', // no permission
  '55006', // object in use
  '55P03', // a lock was not to be had
]);

function isUnavailableState(state: string): boolean {
  return unavailableClasses.has(state.slice(0, 2)) || unavailableStates.has(state);
}

/**
 * What the driver gave, sorted: {@link DatabaseUnavailable}, or the server's own error about what it was asked. An error that
 * is not the server's comes from the connection.
 */
export function sorted(error: unknown): unknown {
  if (error instanceof DatabaseUnavailable) return error;
  if (error instanceof pg.DatabaseError) {
    const { code = 'XX000' } = error;
    return isUnavailableState(code) ? new DatabaseUnavailable(code, { cause: error }) : error;
  }
  const code =
    typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
      ? error.code
      : 'connection';
  return new DatabaseUnavailable(code, { cause: error });
}

/** Whether the work is to be tried again rather than given up. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof DatabaseUnavailable || error instanceof LeadershipLost;
}

/** Whether a table was asked for that is not there. */
export function isWithoutTable(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '42P01';
}

/** Kind of an error and where it was thrown. The server's message and detail are left out: they quote values. */
export function describeFault(error: unknown): string {
  if (!(error instanceof Error)) return `thrown ${typeof error}`;
  const kind =
    error instanceof pg.DatabaseError
      ? `${error.name} (SQLSTATE ${error.code})`
      : error instanceof DatabaseUnavailable
        ? `${error.name} (${error.code})`
        : error.name;
  const frame = error.stack
    ?.split('\n')
    .find((line) => /^\s+at .*\.[jt]s:\d+/.test(line) && !/\/projections\/src\/postgres\/|\/node_modules\//.test(line));
  const place = frame === undefined ? undefined : /([^/\\]+\.[jt]s:\d+):\d+\)?$/.exec(frame)?.[1];
  return place === undefined ? kind : `${kind} at ${place}`;
}
