/** The SQLite file that holds the log, and how each side opens it. */
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { EventStoreUnavailable } from '../errors.js';

const formatVersion = 1;

/** Revisions from here on have their ids in an index of their own; the ids of a shorter stream are read through. */
export const longStream = 16;

/**
 * `events` alone is written when an append commits: rows go to the end of one tree, so a commit costs little more than its
 * bytes. `stream_events` and `kind_events` are indexes, filled in sorted strokes up to `log.indexed_through` (see LogIndex);
 * readers look beyond that position in `events` itself.
 */
const schema = `
  create table log (
    identity text not null,
    indexed_through integer not null
  ) strict;
  create table kinds (
    id integer primary key,
    category text not null,
    type text not null,
    unique (category, type)
  ) strict;
  create table events (
    position integer primary key,
    stream text not null,
    revision integer not null,
    kind integer not null,
    schema_version integer not null,
    id text not null,
    recorded_at integer not null,
    metadata text not null,
    data text not null
  ) strict;
  create table stream_events (
    stream text not null,
    revision integer not null,
    id blob not null,
    position integer not null,
    primary key (stream, revision)
  ) strict, without rowid;
  create unique index long_stream_events_by_id on stream_events (stream, id) where revision >= ${longStream};
  create table kind_events (
    kind integer not null,
    position integer not null,
    primary key (kind, position)
  ) strict, without rowid;
`;

/** Opens the log for writing, making the file when there is none. The caller holds the lock. */
export function openLogForWriting(file: string): DatabaseSync {
  mkdirSync(dirname(file), { recursive: true });
  // Health data: nobody but the owner reads the file, nor the -wal and -shm that SQLite makes after its image.
  closeSync(openSync(file, 'a', 0o600));
  const database = new DatabaseSync(file, { timeout: 10_000 });
  // Every commit is synced before it becomes visible. A page holds several events of usual size: fewer, larger frames to
  // write and sum than with 4 KiB. A checkpoint of 2048 pages (16 MiB) stalls appends for tens of milliseconds, no longer.
  database.exec(`
    pragma page_size = 8192;
    pragma journal_mode = wal;
    pragma synchronous = full;
    pragma cache_size = -16384;
    pragma wal_autocheckpoint = 2048;
    pragma journal_size_limit = 67108864;
  `);
  const found = database.prepare('pragma user_version').get()?.['user_version'];
  if (found === 0) {
    database.exec(`
      begin immediate;
      ${schema}
      insert into log (identity, indexed_through) values (lower(hex(randomblob(16))), 0);
      pragma user_version = ${formatVersion};
      commit;
    `);
  } else if (found !== formatVersion) {
    database.close();
    throw new EventStoreUnavailable(
      `${file} is in format ${String(found)}; this release writes format ${formatVersion}`,
    );
  }
  return database;
}

/** Opens an existing log for reading; sees what is durable, whoever writes. */
export function openLogForReading(file: string): DatabaseSync {
  let database: DatabaseSync;
  try {
    database = new DatabaseSync(file, { readOnly: true, timeout: 10_000 });
  } catch (error) {
    throw new EventStoreUnavailable(`${file} cannot be opened`, { cause: error });
  }
  // What is read again soon is in the operating system's cache; every reader has one of these beside it.
  database.exec('pragma cache_size = -4096');
  return database;
}

/**
 * One process at a time writes a log. The lock is one of the operating system's on `{file}.lock`, held through SQLite: it goes
 * when the process goes, however it went.
 */
export function lockLog(file: string): DatabaseSync {
  mkdirSync(dirname(file), { recursive: true });
  const lock = new DatabaseSync(`${file}.lock`, { timeout: 0 });
  try {
    lock.exec('begin exclusive');
  } catch (error) {
    lock.close();
    throw new EventStoreUnavailable(`${file} is being written by another process or store; stop that one first`, {
      cause: error,
    });
  }
  return lock;
}
