import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Position, Revision, StreamName } from '../event-store.js';
import { longStream } from './log-file.js';

/** What the writer knows of a stream. */
export interface IndexedStream {
  /** Revision of the newest event in the index tables; -1 for none. */
  readonly indexedHead: Revision;
  /** Revision of the newest event; -1 for none. */
  head: Revision;
  /** Positions by event id of the events beyond the index tables. */
  readonly positions: Map<string, Position>;
}

/**
 * Where the events of a stream are, as the writer sees it. The newest events are held in memory; {@link store} moves them to
 * the index tables, many at once and in key order, so that a page of a tree is written once for all its new rows instead of
 * once per commit. After a crash what is missing in the tables is read from the log again.
 */
export class LogIndex {
  readonly #recent = new Map<StreamName, IndexedStream>();
  readonly #headOf: StatementSync;
  readonly #positionById: StatementSync;
  readonly #unindexed: StatementSync;
  readonly #storeSteps: readonly StatementSync[];
  #count = 0;

  constructor(database: DatabaseSync) {
    const arrays = { returnArrays: true };
    this.#headOf = database.prepare('select max(revision) from stream_events where stream = ?', arrays);
    const withId = `select position from stream_events where stream = ?1 and id = unhex(?2, '-')`;
    this.#positionById = database.prepare(
      `${withId} and revision < ${longStream} union all ${withId} and revision >= ${longStream}`,
      arrays,
    );
    this.#unindexed = database.prepare(
      'select stream, id, position from events where position > (select indexed_through from log) order by position',
    );
    this.#storeSteps = [
      `insert into stream_events (stream, revision, id, position)
         select stream, revision, unhex(id, '-'), position from events where position > (select indexed_through from log)
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
    for (const row of this.#unindexed.all()) {
      const stream = row['stream'] as StreamName;
      this.add(stream, this.of(stream), String(row['id']), Number(row['position']));
    }
  }

  /** What is known of the stream; made anew for one without recent events. */
  of(stream: StreamName): IndexedStream {
    const recent = this.#recent.get(stream);
    if (recent !== undefined) return recent;
    const [head] = this.#headOf.get(stream) as unknown as readonly [Revision | null];
    return { indexedHead: head ?? -1, head: head ?? -1, positions: new Map() };
  }

  /** Positions of those ids that are in the stream; `undefined` for those that are not. */
  positionsOf(stream: StreamName, indexed: IndexedStream, ids: readonly string[]): readonly (Position | undefined)[] {
    return ids.map((id) => {
      const recent = indexed.positions.get(id);
      if (recent !== undefined || indexed.indexedHead < 0) return recent;
      return (this.#positionById.get(stream, id) as unknown as readonly [Position] | undefined)?.[0];
    });
  }

  /** Takes note of an event that was written next in the stream. */
  add(stream: StreamName, indexed: IndexedStream, id: string, position: Position): void {
    indexed.head++;
    indexed.positions.set(id, position);
    this.#recent.set(stream, indexed);
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
