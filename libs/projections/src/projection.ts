/**
 * The read-database port and what a projection is. A projection writes its changes and its checkpoint in one transaction:
 * every event has its effect exactly once.
 */
import type { EventFilter, Position, RecordedEvent } from '#event-store/event-store.js';

export type SqlValue = string | number | bigint | Uint8Array | null;
export type Row = Readonly<Record<string, SqlValue>>;

/** Statements use `?` for parameters, and only the SQL that SQLite and PostgreSQL share (`insert … on conflict … do update` included). */
export interface ReadDatabase {
  query<T = Row>(sql: string, parameters?: readonly SqlValue[]): Promise<readonly T[]>;
  close(): Promise<void>;
}

/** Open inside one transaction while a batch of events is applied. */
export interface ViewTransaction {
  query<T = Row>(sql: string, parameters?: readonly SqlValue[]): Promise<readonly T[]>;
  execute(sql: string, parameters?: readonly SqlValue[]): Promise<void>;
  /** What the engine has for many rows at once; projections use it by way of `BulkInsert` and `KeyedStatement`. */
  readonly many?: ManyRows;
}

export interface TableColumns {
  readonly name: string;
  readonly columns: readonly string[];
}

export interface ManyRows {
  /** @param onConflict `on conflict …`; no two of the rows may then have the same key. Empty: none */
  insert(table: TableColumns, onConflict: string, rows: readonly (readonly SqlValue[])[]): Promise<void>;
  /** @param statement ends in ` in`, to be followed by the keys */
  query<Found>(statement: string, keys: readonly SqlValue[]): Promise<readonly Found[]>;
  execute(statement: string, keys: readonly SqlValue[]): Promise<void>;
}

/** What a projection reads: a domain event, or a message of a topic made from one. */
export interface Projected {
  readonly position: Position;
}

export interface Projection<Item extends Projected = RecordedEvent> {
  /** Identity of a view is name + version; a new version is built beside the old one. */
  readonly name: string;
  readonly version: number;
  /**
   * Oldest version whose view the readers of this one can read, its texts and numbers meaning the same to them: such a view
   * serves, as it stands, while this version is built. Default: none but this version's own.
   */
  readonly readableFrom?: number;
  /** Costs about as much as all other views together: an engine may build it beside them, in a thread of its own. */
  readonly buildsApart?: true;
  readonly filter: EventFilter;
  /** `create table …` and `create index …` statements of an empty view. */
  readonly schema: readonly string[];
  /**
   * Names of the indexes by which `apply` itself looks rows up. Where it is given, an engine may make the others only when the
   * view has been built, which costs a fraction: nothing but readers needs them.
   */
  readonly appliesBy?: readonly string[];
  /**
   * Applies events in order. Deterministic: depends on the events and the view's own rows alone.
   * The batch is committed as one; where it throws, the events are applied one by one and the one that cannot be is set aside.
   */
  apply(items: readonly Item[], view: ViewTransaction): Promise<void>;
}

/** Where a view stands against the log. */
export interface ViewStatus {
  readonly name: string;
  /** Of the view that is read; of the one being built when there is nothing to read yet. */
  readonly version: number;
  /** How often that version has been built: 1, and one more for each rebuild. */
  readonly generation: number;
  /** What readers see has everything up to here; 0 when there is nothing to read yet. */
  readonly position: Position;
  readonly logPosition: Position;
  /** Age in milliseconds of the oldest event not yet applied; 0 when caught up. */
  readonly delayMs: number;
  /** Events set aside because they could not be applied. */
  readonly setAside: number;
  /** `building`: there is nothing to read yet. */
  readonly state: 'building' | 'catching-up' | 'live' | 'stopped' | 'failed';
  /** What is being built beside what is read, or before anything can be. */
  readonly build?: BuildProgress;
}

/** How far the building of a view is. */
export interface BuildProgress {
  readonly version: number;
  /** `rebuild`: the version that serves, once more; `version`: one that has not been built. */
  readonly reason: 'rebuild' | 'version';
  /** Everything up to here has been applied. */
  readonly position: Position;
  readonly logPosition: Position;
  /** Positions of the log gone through in a second, of late; absent until it is known. */
  readonly perSecond?: number;
  readonly secondsLeft?: number;
  readonly setAside: number;
  /** It cannot go on at the moment, and is tried again; what is read is not concerned. */
  readonly failing: boolean;
}
