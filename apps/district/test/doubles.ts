/** Engines in memory, for as long as a test runs. */
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { WrongExpectedRevision } from '#event-store/errors.js';
import type {
  AppendResult,
  EventBatch,
  EventStore,
  ExpectedRevision,
  NewEvent,
  ReadAllOptions,
  RecordedEvent,
  StreamName,
} from '#event-store/event-store.js';
import type { Projection, SqlValue, ViewTransaction } from '#projections/projection.js';
import type { CreateProjection, ProjectionSource, View, ViewHost } from '#projections/view-host.js';

export class MemoryEventStore implements EventStore {
  readonly log: RecordedEvent[] = [];
  readonly #listeners = new Set<() => void>();

  async append(stream: StreamName, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<AppendResult> {
    const head = this.log.findLast((event) => event.stream === stream)?.revision ?? -1;
    const fits =
      expected === 'any' ||
      (expected === 'noStream' ? head === -1 : expected === 'streamExists' ? head >= 0 : expected === head);
    if (!fits) throw new WrongExpectedRevision(stream, expected, head === -1 ? 'noStream' : head);
    for (const [index, event] of events.entries()) {
      this.log.push({
        ...(JSON.parse(JSON.stringify(event)) as NewEvent),
        stream,
        schemaVersion: 1,
        revision: head + 1 + index,
        position: this.log.length + 1,
        recordedAt: new Date().toISOString(),
      });
    }
    for (const listener of this.#listeners) listener();
    return { revision: head + events.length, position: this.log.length, repeated: false };
  }

  async readStream(stream: StreamName): Promise<readonly RecordedEvent[]> {
    return this.log.filter((event) => event.stream === stream);
  }

  async *readAll({ after = 0 }: ReadAllOptions = {}): AsyncIterable<EventBatch> {
    yield { events: this.log.slice(after), position: this.log.length, caughtUp: true };
  }

  // eslint-disable-next-line require-yield
  async *subscribe(): AsyncIterable<EventBatch> {
    throw new Error('Not in this double');
  }

  async head(): Promise<number> {
    return this.log.length;
  }

  async close(): Promise<void> {}

  onAppended(listener: () => void): void {
    this.#listeners.add(listener);
  }
}

/** Applies events as they are appended, on SQLite in memory. */
export class MemoryViewHost implements ViewHost {
  readonly #views: MemoryView[] = [];

  constructor(private readonly store: MemoryEventStore) {}

  async add({ module, settings }: ProjectionSource): Promise<View> {
    const { createProjection } = (await import(module.href)) as { createProjection: CreateProjection };
    const view = new MemoryView(await createProjection(settings), this.store);
    this.#views.push(view);
    return view;
  }

  async statuses() {
    return Promise.all(this.#views.map((view) => view.status()));
  }

  async close(): Promise<void> {
    for (const view of this.#views) await view.database.close();
  }
}

class MemoryView implements View {
  readonly #sqlite = new DatabaseSync(':memory:');
  readonly #listeners = new Set<(position: number) => void>();
  #position = 0;
  #work: Promise<void> = Promise.resolve();

  readonly database = {
    query: async <T>(sql: string, parameters: readonly SqlValue[] = []) => {
      await this.#work;
      return this.#query<T>(sql, parameters);
    },
    close: async () => this.#sqlite.close(),
  };

  constructor(
    private readonly projection: Projection,
    private readonly store: MemoryEventStore,
  ) {
    for (const statement of projection.schema) this.#sqlite.exec(statement);
    store.onAppended(() => (this.#work = this.#work.then(() => this.#catchUp())));
    this.#work = this.#catchUp();
  }

  async status() {
    await this.#work;
    const { name, version } = this.projection;
    const position = this.#position;
    return { name, version, position, logPosition: position, delayMs: 0, setAside: 0, state: 'live' as const };
  }

  onAdvanced(listener: (position: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async waitFor(position: number): Promise<boolean> {
    await this.#work;
    return this.#position >= position;
  }

  async #catchUp(): Promise<void> {
    const types = new Set(this.projection.filter.types);
    const head = this.store.log.length;
    const events = this.store.log.slice(this.#position, head).filter((event) => types.has(event.type));
    const view: ViewTransaction = {
      query: async (sql, parameters = []) => this.#query(sql, parameters),
      execute: async (sql, parameters = []) => void this.#sqlite.prepare(sql).run(...(parameters as SQLInputValue[])),
    };
    if (events.length > 0) await this.projection.apply(events, view);
    this.#position = head;
    for (const listener of this.#listeners) listener(head);
  }

  #query<T>(sql: string, parameters: readonly SqlValue[]): readonly T[] {
    return this.#sqlite.prepare(sql).all(...(parameters as SQLInputValue[])) as T[];
  }
}
