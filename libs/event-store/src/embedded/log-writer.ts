import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { StoredEvent } from '../codec.js';
import type { ExpectedRevision, Position, Revision, StreamName } from '../event-store.js';
import type { AppendOutcome, AppendRequest } from './append-messages.js';
import { KnownStreams } from './known-streams.js';
import { LogIndex } from './log-index.js';
import { readKnownStreams } from './read-known-streams.js';

/** Events that may wait for the index tables: few enough to be read through by a reader and again after a crash. */
const mostUnindexed = 8192;
/** Streams of a log of so many events are read at once when it is opened: a matter of milliseconds. */
const readAtOnce = 10_000;

/** Writes appends to the log, a group of them in one durable commit. Runs on the writer's thread alone. */
export class LogWriter {
  /** Complete at once for a small log; for others to be completed by whoever reads the names of its streams. */
  readonly known: KnownStreams;
  readonly #database: DatabaseSync;
  readonly #index: LogIndex;
  readonly #kinds = new Map<string, number>();
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #insertEvent: StatementSync;
  readonly #insertKind: StatementSync;
  readonly #selectEvent: StatementSync;
  #head: Position;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#begin = database.prepare('begin immediate');
    this.#commit = database.prepare('commit');
    this.#insertEvent = database.prepare(
      `insert into events (position, stream, revision, kind, schema_version, id, recorded_at, metadata, data)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#insertKind = database.prepare('insert into kinds (id, category, type) values (?, ?, ?)');
    this.#selectEvent = database.prepare(
      `select events.*, kinds.type from events join kinds on kinds.id = events.kind where position = ?`,
    );
    this.#index = new LogIndex(database);
    this.#loadKinds();
    this.#head = this.#storedHead();
    this.storeIndex(0);
    this.known = KnownStreams.forLog(this.#head);
    if (this.#head <= readAtOnce) readKnownStreams(database, this.known);
  }

  /** Position of the newest durable event. */
  get head(): Position {
    return this.#head;
  }

  /** The names of the log's streams are still to be read. */
  get streamsUnread(): boolean {
    return this.#head > readAtOnce;
  }

  get hasUnindexed(): boolean {
    return this.#index.waiting > 0;
  }

  /** Decides and writes the requests in order; when this returns, what it wrote is durable. */
  commit(requests: readonly AppendRequest[]): readonly AppendOutcome[] {
    try {
      return this.#inTransaction(() => requests.map((request) => this.#append(request)));
    } catch (error) {
      if (requests.length === 1) return [{ kind: 'not-written', reason: reasonOf(error) }];
      // One of them could not be written: each by itself, so that it alone fails.
      return requests.flatMap((request) => this.commit([request]));
    } finally {
      if (this.#index.waiting >= mostUnindexed) this.storeIndex();
    }
  }

  /**
   * Brings the index tables up to the head. What fails here is tried again after a later commit, until too much waits: then
   * it is thrown, for a log that cannot be indexed must not go on unnoticed.
   */
  storeIndex(mostWaiting = 4 * mostUnindexed): void {
    if (!this.hasUnindexed) return;
    try {
      this.#inTransaction(() => this.#index.store());
    } catch (error) {
      if (this.#index.waiting > mostWaiting) throw error;
      return;
    }
    this.#index.stored();
  }

  /** Moves pages from the write-ahead file to the log file. What fails here is tried again: nothing depends on it. */
  checkpoint(): void {
    try {
      this.#database.exec('pragma wal_checkpoint(passive)');
    } catch {
      return;
    }
  }

  close(): void {
    this.storeIndex();
    this.#database.close();
  }

  #inTransaction<T>(work: () => T): T {
    const head = this.#head;
    this.#begin.run();
    try {
      const result = work();
      this.#commit.run();
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('rollback');
      this.#head = head;
      this.#loadKinds();
      this.#index.reload();
      throw error;
    }
  }

  #append({ stream, expected, events }: AppendRequest): AppendOutcome {
    const indexed = this.#index.of(stream);
    const { head } = indexed;
    if (head >= 0) {
      const ids = events.map((event) => event.id);
      const positions = this.#index.positionsOf(stream, indexed, ids);
      if (positions.some((position) => position !== undefined)) return this.#repeated(events, positions);
    }
    if (!matches(expected, head)) return { kind: 'wrong-revision', actual: head < 0 ? 'noStream' : head };
    if (head < 0) this.known.add(stream);
    const recordedAt = Date.now();
    for (const event of events) {
      const position = ++this.#head;
      this.#insertEvent.run(
        position,
        stream,
        indexed.head + 1,
        this.#kindOf(stream, event.type),
        event.schemaVersion,
        event.id,
        recordedAt,
        event.metadata,
        event.data,
      );
      this.#index.add(stream, indexed, event.id, position);
    }
    return { kind: 'appended', revision: indexed.head, position: this.#head, recordedAt };
  }

  #repeated(events: AppendRequest['events'], positions: readonly (Position | undefined)[]): AppendOutcome {
    const recorded = positions.filter((position) => position !== undefined).map((position) => this.#read(position));
    const same =
      recorded.length === events.length &&
      events.every((event, i) => {
        const stored = recorded[i];
        return event.type === stored?.type && event.data === stored.data && event.metadata === stored.metadata;
      });
    const last = recorded.at(-1);
    if (!same || last === undefined) return { kind: 'recorded-otherwise', recorded };
    return { kind: 'repeated', revision: last.revision, position: last.position };
  }

  #read(position: Position): StoredEvent {
    const row = this.#selectEvent.get(position);
    if (row === undefined) throw new Error(`The index names position ${position}, the log has no such event`);
    return {
      id: String(row['id']),
      type: String(row['type']),
      schemaVersion: Number(row['schema_version']),
      data: String(row['data']),
      metadata: String(row['metadata']),
      stream: row['stream'] as StreamName,
      revision: Number(row['revision']),
      position,
      recordedAt: Number(row['recorded_at']),
    };
  }

  #kindOf(stream: StreamName, type: string): number {
    const category = stream.slice(0, stream.indexOf('-'));
    const key = `${category}\n${type}`;
    let kind = this.#kinds.get(key);
    if (kind === undefined) {
      kind = this.#kinds.size + 1;
      this.#insertKind.run(kind, category, type);
      this.#kinds.set(key, kind);
    }
    return kind;
  }

  #loadKinds(): void {
    this.#kinds.clear();
    for (const row of this.#database.prepare('select id, category, type from kinds').iterate()) {
      this.#kinds.set(`${String(row['category'])}\n${String(row['type'])}`, Number(row['id']));
    }
  }

  #storedHead(): Position {
    return Number(this.#database.prepare('select coalesce(max(position), 0) as head from events').get()?.['head']);
  }
}

function matches(expected: ExpectedRevision, head: Revision): boolean {
  switch (expected) {
    case 'any':
      return true;
    case 'noStream':
      return head < 0;
    case 'streamExists':
      return head >= 0;
    default:
      return head === expected;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
