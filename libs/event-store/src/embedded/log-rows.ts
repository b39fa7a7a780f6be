import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { StoredEvent } from '../codec.js';
import type { EventFilter, Position, ReadStreamOptions, StreamName } from '../event-store.js';
import { Kinds } from './kinds.js';
import type { RecentStreams } from './recent-streams.js';

type Row = readonly SQLOutputValue[];

const between = 'position > :after and position <= :last';

const columns = [
  'position',
  'stream',
  'revision',
  'kind',
  'schema_version',
  'id',
  'recorded_at',
  'metadata',
  'data',
].join();

export interface Found<T> {
  readonly found: readonly T[];
  /** There are no others up to here. */
  readonly through: Position;
}

/** A stretch of the log, and how many events of it are wanted at most. */
export interface Stretch {
  /** Exclusive. */
  readonly after: Position;
  /** Inclusive. */
  readonly through: Position;
  readonly limit: number;
  /** How many positions a filtered search looks at: a first guess of where enough matches are. */
  readonly window: number;
  /** A good part of the events there are likely to match. */
  readonly dense: boolean;
}

/** The queries on the log's file. */
export class LogRows {
  readonly #database: DatabaseSync;
  readonly #recent: RecentStreams | undefined;
  readonly #kinds: Kinds;
  readonly #statements = new Map<string, StatementSync>();

  /** @param recent places of the newest events, where the caller is the one who appends them */
  constructor(database: DatabaseSync, recent: RecentStreams | undefined) {
    this.#database = database;
    this.#recent = recent;
    this.#kinds = new Kinds(database);
  }

  /** Position of the newest durable event; 0 for none. */
  head(): Position {
    return Number(this.#one('select coalesce(max(position), 0) from events')?.[0]);
  }

  /** When the first event after the position was appended, in milliseconds since 1970. */
  recordedAtAfter(position: Position): number | undefined {
    const row = this.#one('select recorded_at from events where position > ? order by position limit 1', position);
    return row === undefined ? undefined : Number(row[0]);
  }

  eventAt(position: Position): StoredEvent {
    const row = this.#one(`select ${columns} from events where position = ?`, position);
    if (row === undefined) throw new Error(`The index names position ${position}, the log has no such event`);
    return this.#storedEvent(row);
  }

  positionsOfStream(stream: StreamName, options: ReadStreamOptions): readonly Position[] {
    const backwards = options.direction === 'backwards';
    const from = options.from ?? (backwards ? Number.MAX_SAFE_INTEGER : 0);
    const limit = options.limit ?? Number.MAX_SAFE_INTEGER;
    // Read first: what comes into the index from here on is looked for beyond this position, and only there. Who appends
    // knows the newest places, whatever the index has of them already.
    const indexedThrough = this.#recent === undefined ? this.#indexedThrough() : Number.MAX_SAFE_INTEGER;
    const [order, beyond] = backwards ? ['desc', '<='] : ['asc', '>='];
    const indexed = this.#all(
      `select position from stream_events where stream = ? and revision ${beyond} ? and position <= ?
       order by revision ${order} limit ?`,
      stream,
      from,
      indexedThrough,
      limit,
    ).map((row) => row[0] as Position);
    const searched = this.#recent === undefined ? indexedThrough : Math.max(indexed[0] ?? 0, indexed.at(-1) ?? 0);
    const recent = this.#recentPlaces(stream, searched)
      .filter(({ revision }) => (backwards ? revision <= from : revision >= from))
      .map(({ position }) => position);
    return (backwards ? [...recent.toReversed(), ...indexed] : [...indexed, ...recent]).slice(0, limit);
  }

  /** The next events that can match: by the first word of a category, see {@link Kinds}. */
  events(stretch: Stretch, filter: EventFilter | undefined): Found<StoredEvent> {
    const { after, window, dense } = stretch;
    const kinds = this.#kindsMatching(filter);
    if (kinds === undefined || after >= this.#indexedThrough()) return this.#inOrder(stretch, kinds);
    // Where most events match, going through the log itself costs less than looking each of them up.
    if (dense) return this.#inOrder({ ...stretch, through: Math.min(after + window, stretch.through) }, kinds);
    const { found, through } = this.#indexed(stretch, kinds);
    return { found: found.map((position) => this.eventAt(position)), through };
  }

  /** The same, their positions alone. */
  positions(stretch: Stretch, filter: EventFilter | undefined): Found<Position> {
    const kinds = this.#kindsMatching(filter);
    if (kinds !== undefined && stretch.after < this.#indexedThrough()) return this.#indexed(stretch, kinds);
    const { found, through } = this.#select('position', stretch, kinds);
    return { found: found.map((row) => row[0] as Position), through };
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #inOrder(stretch: Stretch, kinds: readonly number[] | undefined): Found<StoredEvent> {
    const { found, through } = this.#select(columns, stretch, kinds);
    return { found: found.map((row) => this.#storedEvent(row)), through };
  }

  /** From the log itself. @param kinds all when it is undefined */
  #select(what: string, { after, through, limit }: Stretch, kinds: readonly number[] | undefined): Found<Row> {
    const ofKinds = kinds === undefined ? '' : `and kind in (${kinds.join()})`;
    const sql = `select ${what} from events where ${between} ${ofKinds} order by position limit :limit`;
    const found = this.#statement(sql).all({ after, last: through, limit }) as unknown as readonly Row[];
    return { found, through: found.length < limit ? through : (found.at(-1)?.[0] as Position) };
  }

  /** Positions by the index of kinds, as far as it goes. */
  #indexed({ after, through, limit, window }: Stretch, kinds: readonly number[]): Found<Position> {
    if (kinds.length === 0) return { found: [], through };
    const last = Math.min(after + window, this.#indexedThrough(), through);
    // Each kind up to the limit, so that a frequent one costs no more than is asked for.
    const ofEach = kinds.map(
      (kind) => `select * from
        (select position from kind_events where kind = ${kind} and ${between} order by position limit :limit)`,
    );
    const sql = `select position from (${ofEach.join(' union all ')}) order by position limit :limit`;
    const rows = this.#statement(sql).all({ after, last, limit }) as unknown as readonly Row[];
    const found = rows.map((row) => row[0] as Position);
    return { found, through: found.length < limit ? last : (found.at(-1) ?? last) };
  }

  /** Undefined when the filter lets every kind pass. */
  #kindsMatching(filter: EventFilter | undefined): readonly number[] | undefined {
    if (filter?.categories === undefined && filter?.types === undefined) return undefined;
    this.#kinds.refresh();
    return this.#kinds.matching(filter);
  }

  /** Places of the stream's events that are not looked for in the index tables, oldest first. */
  #recentPlaces(stream: StreamName, indexedThrough: Position): readonly { revision: number; position: Position }[] {
    if (this.#recent !== undefined) return this.#recent.after(stream, indexedThrough);
    const sql = 'select revision, position from events where position > ? and stream = ? order by position';
    return this.#all(sql, indexedThrough, stream).map((row) => {
      const [revision, position] = row as readonly [number, Position];
      return { revision, position };
    });
  }

  #indexedThrough(): Position {
    return Number(this.#one('select indexed_through from log')?.[0]);
  }

  #storedEvent(row: Row): StoredEvent {
    const [position, stream, revision, kind, schemaVersion, id, recordedAt, metadata, data] = row;
    return {
      id: id as string,
      type: this.#kinds.typeOf(kind as number),
      schemaVersion: schemaVersion as number,
      data: data as string,
      metadata: metadata as string,
      stream: stream as StreamName,
      revision: revision as number,
      position: position as number,
      recordedAt: recordedAt as number,
    };
  }

  #one(sql: string, ...parameters: (string | number)[]): Row | undefined {
    return this.#statement(sql).get(...parameters) as unknown as Row | undefined;
  }

  #all(sql: string, ...parameters: (string | number)[]): readonly Row[] {
    return this.#statement(sql).all(...parameters) as unknown as readonly Row[];
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql, { returnArrays: true });
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
