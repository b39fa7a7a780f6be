import { createHash } from 'node:crypto';
import { chmodSync, closeSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Position, RecordedEvent } from '#event-store/event-store.js';
import type { Projection, Row, SqlValue, ViewTransaction } from '../projection.js';
import type { SetAsideEvent } from '../view-host.js';
import { isBrokenFile, isHalfWritten } from './faults.js';
import { type LateIndex, lateIndexesOf, missingIndexes } from './late-indexes.js';
import { Statements } from './statements.js';

const ownSchema = `
  create table checkpoint (
    log text not null,
    schema_digest text not null,
    position integer not null
  ) strict;
  create table set_aside (
    position integer primary key,
    event_id text not null,
    type text not null,
    stream text not null,
    reason text not null,
    set_aside_at text not null
  ) strict;
`;

type BuiltProjection = Pick<Projection, 'name' | 'version' | 'schema' | 'appliesBy'>;

/** The file of one version of one view, as its projection writes it: rows, checkpoint and what was set aside move together. */
export class ViewFile {
  readonly path: string;
  readonly #database: DatabaseSync;
  readonly #statements: Statements;
  readonly #view: ViewTransaction;
  readonly #lateIndexes: readonly LateIndex[];
  #position: Position;
  #building: boolean;

  private constructor(path: string, database: DatabaseSync, lateIndexes: readonly LateIndex[]) {
    this.path = path;
    this.#lateIndexes = lateIndexes;
    const mark = markOf(database);
    this.#building = mark !== settled;
    setPace(database, mark);
    this.#database = database;
    this.#statements = new Statements(database);
    this.#position = Number(database.prepare('select position from checkpoint').get()?.['position']);
    this.#view = {
      query: async <T = Row>(sql: string, parameters: readonly SqlValue[] = []) =>
        this.#statements.get(sql).all(...parameters) as unknown as readonly T[],
      execute: async (sql, parameters = []) => {
        this.#statements.get(sql).run(...parameters);
      },
    };
  }

  /**
   * Opens the view's file, making an empty view where there is none, where the file was built from another log, or where the
   * power may have failed while it was being built. A file that is no database any more is made anew too.
   * @param log identity of the log
   * @param generation 1 for the first building of this version, one more for each rebuild
   * @throws Error when the schema is not the one the file was built with though the version is the same
   */
  static open(folder: string, projection: BuiltProjection, log: string, generation = 1): ViewFile {
    const path = join(folder, viewFileName({ ...projection, generation }));
    const schemaDigest = createHash('sha256').update(projection.schema.join(';\n')).digest('hex');
    const built = openBuilt(path, log);
    if (built !== undefined && built.schemaDigest !== schemaDigest) {
      built.database.close();
      throw new Error(`The schema of view ${projection.name} has changed: its version must change too`);
    }
    const database = built?.database ?? connect(path);
    const late = lateIndexesOf(projection);
    if (built === undefined) {
      database.exec('begin immediate');
      database.exec(ownSchema);
      const statements = new Set(late.map(({ statement }) => statement));
      for (const statement of projection.schema) if (!statements.has(statement)) database.exec(statement);
      database.prepare('insert into checkpoint (log, schema_digest, position) values (?, ?, 0)').run(log, schemaDigest);
      database.exec(`pragma user_version = ${thisStart}`);
      database.exec('commit');
    }
    return new ViewFile(path, database, late);
  }

  /** Up to where events have had their effect, as stored. */
  get position(): Position {
    return this.#position;
  }

  /** Has been at the end of the log. */
  get settled(): boolean {
    return !this.#building;
  }

  get setAsideCount(): number {
    return Number(this.#statements.get('select count(*) as count from set_aside').get()?.['count']);
  }

  /** Runs the work and moves the checkpoint, in one transaction; nothing of either stays when the work throws. */
  async transaction(position: Position, work: (view: ViewTransaction) => Promise<void>): Promise<void> {
    this.#statements.get('begin immediate').run();
    try {
      await work(this.#view);
      this.#statements.get('update checkpoint set position = ?').run(position);
      this.#statements.get('commit').run();
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('rollback');
      throw error;
    }
    this.#position = position;
  }

  /** Indexes that readers need and that have not been made yet. */
  get missingIndexes(): readonly LateIndex[] {
    return this.#building ? missingIndexes(this.#database, this.#lateIndexes) : [];
  }

  /** Bytes of the file as the last transaction left it. */
  get size(): number {
    const [pages, bytes] = ['page_count', 'page_size'].map((name) =>
      Number(this.#database.prepare(`pragma ${name}`).get()?.[name]),
    );
    return (pages ?? 0) * (bytes ?? 0);
  }

  /**
   * What is called when the view has come to the end of the log for the first time: makes what indexes are missing; from now on
   * it is kept through a power cut.
   */
  settle(): void {
    if (!this.#building) return;
    for (const { statement } of this.missingIndexes) this.#database.exec(statement);
    // Where a reader is in the way it is tried again after the next turn.
    if (this.#database.prepare('pragma journal_mode = wal').get()?.['journal_mode'] !== 'wal') return;
    setPace(this.#database, settled);
    // All of the file is written out: there must be something to write for it to be synced.
    this.#database.exec('update checkpoint set position = position');
    if (this.#statements.get('pragma wal_checkpoint(truncate)').get()?.['busy'] !== 0) return;
    this.#database.exec(`pragma user_version = ${settled}`);
    this.#building = false;
  }

  recordSetAside(event: RecordedEvent, reason: string): void {
    this.#statements
      .get(
        `insert into set_aside (position, event_id, type, stream, reason, set_aside_at) values (?, ?, ?, ?, ?, ?)
         on conflict (position) do update set reason = excluded.reason, set_aside_at = excluded.set_aside_at`,
      )
      .run(event.position, event.id, event.type, event.stream, reason, new Date().toISOString());
  }

  removeSetAside(position: Position): void {
    this.#statements.get('delete from set_aside where position = ?').run(position);
  }

  setAside(): readonly SetAsideEvent[] {
    const rows = this.#statements.get(
      `select position, event_id as "eventId", type, stream, reason, set_aside_at as "setAsideAt"
       from set_aside order by position`,
    );
    return rows.all().map((row) => ({ ...row }) as unknown as SetAsideEvent);
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }
}

/** Which building of which version of a view. */
export interface ViewGeneration {
  readonly name: string;
  readonly version: number;
  readonly generation: number;
}

export function viewFileName({ name, version, generation }: ViewGeneration): string {
  return `${name}-v${version}${generation === 1 ? '' : `-g${generation}`}.sqlite`;
}

/** Generations of one view that have a file in the folder, the newest first. */
export function generationsIn(folder: string, name: string): readonly ViewGeneration[] {
  const found = readdirSync(folder).flatMap((file) => {
    const [whole, version, generation = '1'] = /-v(\d+)(?:-g(\d+))?\.sqlite$/.exec(file) ?? [];
    if (whole === undefined || file !== name + whole) return [];
    return [{ name, version: Number(version), generation: Number(generation) }];
  });
  return found.toSorted((a, b) => b.version - a.version || b.generation - a.generation);
}

/** Those that have been at the end of the log, as they stand. */
export function finishedGenerations(
  folder: string,
  name: string,
  log: string,
): readonly (ViewGeneration & FinishedView)[] {
  return generationsIn(folder, name).flatMap((one) => {
    const finished = finishedViewFile(join(folder, viewFileName(one)), log);
    return finished === undefined ? [] : [{ ...one, ...finished }];
  });
}

export interface FinishedView {
  readonly position: Position;
  readonly setAside: number;
}

/** A file of a view as it stands; `undefined` when it was never finished, or was built from another log. */
export function finishedViewFile(path: string, log: string): FinishedView | undefined {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
    if (identityOf(database)?.log !== log || markOf(database) !== settled) return undefined;
    const row = database.prepare('select position, (select count(*) from set_aside) as aside from checkpoint').get();
    return { position: Number(row?.['position']), setAside: Number(row?.['aside']) };
  } catch (error) {
    if (!isBrokenFile(error) && !isHalfWritten(error)) throw error;
    return undefined;
  } finally {
    if (database?.isOpen) database.close();
  }
}

/** Nobody may have it open. */
export function removeViewFile(path: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true });
}

/** What is built already from this log; a file that cannot be gone on with is removed. */
function openBuilt(path: string, log: string): { database: DatabaseSync; schemaDigest: string } | undefined {
  let database: DatabaseSync | undefined;
  try {
    database = connect(path);
    const built = identityOf(database);
    if (built?.log === log && !mayBeTorn(database)) return { database, schemaDigest: built.schemaDigest };
    if (built === undefined) {
      database.close();
      return undefined;
    }
  } catch (error) {
    if (!isBrokenFile(error)) throw error;
  }
  if (database?.isOpen) database.close();
  removeViewFile(path);
  return undefined;
}

function connect(path: string): DatabaseSync {
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
  const database = new DatabaseSync(path, { timeout: 5_000 });
  database.exec(`
    pragma journal_size_limit = 67108864;
    pragma temp_store = memory;
  `);
  return database;
}

/**
 * `normal` does not sync each commit. After a power cut the file is whole but may stand at an earlier commit; rows and
 * checkpoint go back together, and the events after it are applied again from the log. A view that is only being built is
 * not synced at all: a killed process costs it nothing, a power cut costs what was built, see {@link mayBeTorn}. Nobody reads it
 * yet, so its pages need not go by way of a write-ahead file: most of them are new and are written once. Building touches
 * pages all over the file; following needs few of them, and there are many views.
 */
function setPace(database: DatabaseSync, mark: number): void {
  const unsynced = mark === thisStart && mark !== unknownStart;
  database.exec(`
    pragma journal_mode = ${unsynced ? 'truncate' : 'wal'};
    pragma synchronous = ${unsynced ? 'off' : 'normal'};
    pragma wal_autocheckpoint = 4096;
    pragma cache_size = ${mark === settled ? -8192 : -32768};
  `);
}

/** Kept as `user_version`: in which run of the machine a view is being built, or that it is built. */
const settled = 0;
const unknownStart = 1;
const thisStart = startOfMachine();

/** A number for the time since the machine was started, the same for all processes. */
function startOfMachine(): number {
  try {
    const id = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8');
    return unknownStart + 1 + Number.parseInt(id.slice(0, 7), 16);
  } catch {
    return unknownStart;
  }
}

function markOf(database: DatabaseSync): number {
  return Number(database.prepare('pragma user_version').get()?.['user_version']);
}

/** Was being built, without being synced, when the machine last stopped. */
function mayBeTorn(database: DatabaseSync): boolean {
  return ![settled, unknownStart, thisStart].includes(markOf(database));
}

function identityOf(database: DatabaseSync): { log: string; schemaDigest: string } | undefined {
  const made = database.prepare(`select 1 from sqlite_schema where type = 'table' and name = 'checkpoint'`).get();
  if (made === undefined) return undefined;
  const row = database.prepare('select log, schema_digest from checkpoint').get();
  return row === undefined ? undefined : { log: String(row['log']), schemaDigest: String(row['schema_digest']) };
}
