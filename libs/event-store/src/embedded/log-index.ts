import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Position, Revision, StreamName } from '../event-store.js';
import { longStream } from './log-file.js';

export interface IndexedStream {
  /** Revision of the newest event in the index tables; -1 for none. */
  readonly indexedHead: Revision;
  /** Revision of the newest event; -1 for none. */
  readonly head: Revision;
  /** Positions of the events beyond the index tables, by event id. */
  readonly positions: ReadonlyMap<string, Position>;
}

interface RecentStream extends IndexedStream {
  head: Revision;
  readonly positions: Map<string, Position>;
}

/**
 * Where the events of a stream are, as the writer sees it. The newest events are held in memory; {@link store} moves them to
 * the index tables, many at once and in key order, so that a page of a tree is written once for all its new rows instead of
 * once per commit. After a crash what is missing in the tables is read from the log again.
 */
export class LogIndex {
  readonly #recent = new Map<StreamName, RecentStream>();
  readonly #headOf: StatementSync;
  readonly #idsOfShort: StatementSync;
  readonly #positionById: StatementSync;
  readonly #unindexed: StatementSync;
  readonly #storeSteps: readonly StatementSync[];
  readonly #indexedThrough: StatementSync;
  #stored: Position = 0;
  #count = 0;

  constructor(database: DatabaseSync) {
    const arrays = { returnArrays: true };
    this.#headOf = database.prepare('select max(revision) from stream_events where stream = ?', arrays);
    this.#idsOfShort = database.prepare(
      `select id, position from stream_events where stream = ? and revision < ${longStream}`,
      arrays,
    );
    this.#positionById = database.prepare(
      `select position from stream_events where stream = ? and id = ? and revision >= ${longStream}`,
      arrays,
    );
    this.#indexedThrough = database.prepare('select indexed_through from log');
    this.#unindexed = database.prepare(
      'select stream, revision, id, position from events where position > ? order by position',
    );
    this.#storeSteps = [
      `insert into stream_events (stream, revision, id, position)
         select stream, revision, id, position from events where position > (select indexed_through from log)
         order by stream, revision`,
      `insert into kind_events (kind, position)
         select kind, position from events where position > (select indexed_through from log) order by kind, position`,
      'update log set indexed_through = (select coalesce(max(position), 0) from events)',
    ].map((sql) => database.prepare(sql));
    this.reload();
  }

  /** Events that are not in the index tables yet. */
  get waiting(): number {
    return this.#count;
  }

  /** Forgets what was not committed: reads the newest events from the log again. */
  reload(): void {
    this.#recent.clear();
    this.#count = 0;
    this.#stored = Number(this.#indexedThrough.get()?.['indexed_through'] ?? 0);
    for (const row of this.#unindexed.iterate(this.#stored)) {
      this.add(row['stream'] as StreamName, Number(row['revision']), String(row['id']), Number(row['position']));
    }
  }

  /** What is known of the stream; empty when it has no events. */
  of(stream: StreamName): IndexedStream {
    const recent = this.#recent.get(stream);
    if (recent !== undefined) return recent;
    const head = (this.#headOf.get(stream) as unknown as readonly [Revision | null])[0] ?? -1;
    return { indexedHead: head, head, positions: new Map() };
  }

  /** Positions of those ids that are in the stream; `undefined` for those that are not. */
  positionsOf(
    stream: StreamName,
    { indexedHead, positions }: IndexedStream,
    ids: readonly string[],
  ): readonly (Position | undefined)[] {
    const stored =
      indexedHead < 0
        ? new Map<string, Position>()
        : new Map(this.#idsOfShort.all(stream) as unknown as readonly [string, Position][]);
    return ids.map((id) => {
      const known = positions.get(id) ?? stored.get(id);
      if (known !== undefined || indexedHead < longStream) return known;
      return (this.#positionById.get(stream, id) as unknown as readonly [Position] | undefined)?.[0];
    });
  }

  add(stream: StreamName, revision: Revision, id: string, position: Position): void {
    let recent = this.#recent.get(stream);
    if (recent === undefined) {
      recent = { indexedHead: revision - 1, head: revision, positions: new Map() };
      this.#recent.set(stream, recent);
    }
    recent.head = revision;
    recent.positions.set(id, position);
    this.#count++;
  }

  /** Moves all that waits into the index tables; inside a transaction of the caller's. */
  store(): void {
    for (const step of this.#storeSteps) step.run();
  }

  /** After the transaction of {@link store} has committed. */
  stored(): void {
    this.#recent.clear();
    this.#count = 0;
  }
}
