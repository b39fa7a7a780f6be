import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EventCodec } from '../codec.js';
import { EventStoreUnavailable } from '../errors.js';
import type {
  EventBatch,
  EventFilter,
  Position,
  ReadAllOptions,
  ReadStreamOptions,
  RecordedEvent,
  Revision,
  StreamName,
  SubscribeOptions,
} from '../event-store.js';
import { Kinds } from './kinds.js';
import type { LogHead } from './log-head.js';
import type { RecentStreams } from './recent-streams.js';

type EventRow = readonly SQLOutputValue[];

/** Rows read before the event loop is let go on: about a millisecond of work. */
const rowsAtOnce = 128;
const defaultBatchSize = 500;
/** Positions a filtered read looks at first; grows while little is found, so that a rare event is found in few steps. */
const firstWindow = 8192;

const columns = ['position', 'stream', 'revision', 'kind', 'schema_version', 'id', 'recorded_at', 'metadata', 'data']
  .map((column) => `events.${column}`)
  .join();

/** Reads the log on a read-only connection of its own: what is durable, never what is being written. */
export class LogReader {
  readonly #database: DatabaseSync;
  readonly #codec: EventCodec;
  readonly #head: LogHead;
  readonly #recent: RecentStreams | undefined;
  readonly #kinds: Kinds;
  readonly #statements = new Map<string, StatementSync>();

  /** @param recent places of the newest events, where the caller is the one who appends them */
  constructor(database: DatabaseSync, codec: EventCodec, head: LogHead, recent?: RecentStreams) {
    this.#database = database;
    this.#codec = codec;
    this.#head = head;
    this.#recent = recent;
    this.#kinds = new Kinds(database);
  }

  /** Position of the newest durable event, from the file. */
  storedHead(): Position {
    return this.#number('select coalesce(max(position), 0) from events');
  }

  /** When the first event after the position was appended, in milliseconds since 1970; `undefined` when there is none. */
  recordedAtAfter(position: Position): number | undefined {
    const row = this.#row('select recorded_at from events where position > ? order by position limit 1', position);
    return row === undefined ? undefined : Number(row[0]);
  }

  async readStream(stream: StreamName, options: ReadStreamOptions = {}): Promise<readonly RecordedEvent[]> {
    const backwards = options.direction === 'backwards';
    const from = options.from ?? (backwards ? Number.MAX_SAFE_INTEGER : 0);
    const limit = options.limit ?? Number.MAX_SAFE_INTEGER;
    // The order matters: what is indexed between the two reads is found in the index, and only there.
    const indexedThrough = this.#indexedThrough();
    const [order, beyond] = backwards ? (['desc', '<='] as const) : (['asc', '>='] as const);
    const indexed = this.#positions(
      `select position from stream_events where stream = ? and revision ${beyond} ? and position <= ?
       order by revision ${order} limit ?`,
      stream,
      from,
      indexedThrough,
      limit,
    );
    const recent = this.#recentPositions(stream, indexedThrough, (revision) =>
      backwards ? revision <= from : revision >= from,
    );
    if (backwards) recent.reverse();
    const positions = (backwards ? [...recent, ...indexed] : [...indexed, ...recent]).slice(0, limit);
    return this.#readPositions(positions);
  }

  async *readAll(options: ReadAllOptions = {}): AsyncGenerator<EventBatch, void, undefined> {
    const cursor = this.cursor(options);
    for (;;) {
      const batch = await cursor.next();
      this.#mustBeOpen();
      yield batch;
      if (batch.caughtUp) return;
    }
  }

  async *subscribe(options: SubscribeOptions = {}): AsyncGenerator<EventBatch, void, undefined> {
    const { signal } = options;
    const cursor = this.cursor(options);
    for (let first = true; ; first = false) {
      if (!first) await this.#head.beyond(cursor.position, signal);
      const batch = signal?.aborted ? undefined : await cursor.next();
      this.#head.throwIfFailed();
      if (batch === undefined || signal?.aborted || this.#head.closed) return;
      yield batch;
    }
  }

  /** A place in the log from which batches are taken. */
  cursor(options: ReadAllOptions = {}): LogCursor {
    let position = options.after ?? 0;
    let window = firstWindow;
    const batchSize = options.batchSize ?? defaultBatchSize;
    const { filter } = options;
    return {
      get position() {
        return position;
      },
      next: async (limit = batchSize) => {
        const events: RecordedEvent[] = [];
        let head = this.#head.position;
        while (position < head && events.length < limit && !this.#head.closed) {
          const wanted = Math.min(limit - events.length, rowsAtOnce);
          const { rows, through } = this.#rowsAfter(position, head, wanted, window, filter);
          for (const row of rows) if (inCategories(row, filter)) events.push(this.#decode(row));
          window = rows.length < wanted ? window * 4 : Math.max(firstWindow, window / 4);
          position = through;
          if (position < head) await nextTurn();
          else head = this.#head.position;
        }
        return { events, position, caughtUp: position >= head };
      },
    };
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  /** The next rows that can match, and the position up to which there are no others. */
  #rowsAfter(
    after: Position,
    head: Position,
    limit: number,
    window: number,
    filter: EventFilter | undefined,
  ): { readonly rows: readonly EventRow[]; readonly through: Position } {
    const read = (sql: string, through: Position, ...parameters: number[]) => {
      const rows = this.#statement(sql).all(...parameters, limit) as unknown as readonly EventRow[];
      return { rows, through: rows.length < limit ? through : Number(rows.at(-1)?.[0]) };
    };
    if (filter?.categories === undefined && filter?.types === undefined) {
      const sql = `select ${columns} from events where position > ? and position <= ? order by position limit ?`;
      return read(sql, head, after, head);
    }
    const indexedThrough = this.#indexedThrough();
    this.#kinds.refresh();
    const kinds = this.#kinds.matching(filter).join();
    if (after >= indexedThrough) {
      const sql = `select ${columns} from events where position > ? and position <= ? and kind in (${kinds})
        order by position limit ?`;
      return read(sql, head, after, head);
    }
    const through = Math.min(after + window, indexedThrough, head);
    const sql = `select ${columns}
      from kind_events cross join events on events.position = kind_events.position
      where kind_events.kind in (${kinds}) and kind_events.position > ? and kind_events.position <= ?
      order by kind_events.position limit ?`;
    return read(sql, through, after, through);
  }

  async #readPositions(positions: readonly Position[]): Promise<readonly RecordedEvent[]> {
    const events: RecordedEvent[] = [];
    for (const position of positions) {
      const row = this.#row(`select ${columns} from events where position = ?`, position);
      if (row === undefined) throw new Error(`The index names position ${position}, the log has no such event`);
      events.push(this.#decode(row));
      if (events.length % rowsAtOnce === 0) {
        await nextTurn();
        this.#mustBeOpen();
      }
    }
    return events;
  }

  #decode(row: EventRow): RecordedEvent {
    const [position, stream, revision, kind, schemaVersion, id, recordedAt, metadata, data] = row;
    return this.#codec.decode({
      id: id as string,
      type: this.#kinds.typeOf(kind as number),
      schemaVersion: schemaVersion as number,
      data: data as string,
      metadata: metadata as string,
      stream: stream as StreamName,
      revision: revision as number,
      position: position as number,
      recordedAt: recordedAt as number,
    });
  }

  /** Positions of the stream's events that are not looked for in the index tables, oldest first. */
  #recentPositions(stream: StreamName, indexedThrough: Position, wanted: (revision: Revision) => boolean): Position[] {
    const places =
      this.#recent?.after(stream, indexedThrough) ??
      this.#statement('select revision, position from events where position > ? and stream = ? order by position')
        .all(indexedThrough, stream)
        .map((row) => row as unknown as readonly [Revision, Position])
        .map(([revision, position]) => ({ revision, position }));
    return places.filter(({ revision }) => wanted(revision)).map(({ position }) => position);
  }

  #mustBeOpen(): void {
    this.#head.throwIfFailed();
    if (this.#head.closed) throw new EventStoreUnavailable('The event log was closed while it was read');
  }

  #indexedThrough(): Position {
    return this.#number('select indexed_through from log');
  }

  #number(sql: string): number {
    return Number(this.#row(sql)?.[0]);
  }

  #row(sql: string, ...parameters: (string | number)[]): EventRow | undefined {
    return this.#statement(sql).get(...parameters) as unknown as EventRow | undefined;
  }

  #positions(sql: string, ...parameters: (string | number)[]): Position[] {
    const rows = this.#statement(sql).all(...parameters) as unknown as readonly EventRow[];
    return rows.map((row) => Number(row[0]));
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

export interface LogCursor {
  readonly position: Position;
  /** The next batch, up to the head as it is when reached; moves the cursor. */
  next(limit?: number): Promise<EventBatch>;
}

/** Kinds know the first word of a category; the rest of one with inner hyphens shows in the stream's name. */
function inCategories(row: EventRow, filter: EventFilter | undefined): boolean {
  if (filter?.categories === undefined) return true;
  const stream = row[1] as string;
  return filter.categories.some((category) => stream.startsWith(`${category}-`));
}
