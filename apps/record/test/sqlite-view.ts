/** A view on node:sqlite, as small as can be: applies events in one transaction and is read back. */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { RecordedEvent } from '#event-store/event-store.js';
import type { Projection, ReadDatabase, SqlValue, ViewTransaction } from '#projections/projection.js';
import type { View, ViewHost } from '#projections/view-host.js';

export class SqliteView implements ViewTransaction {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly database: ReadDatabase;

  constructor(
    private readonly projection: Projection,
    path = ':memory:',
  ) {
    this.#database = new DatabaseSync(path);
    this.#database.exec('pragma journal_mode = wal; pragma synchronous = off; pragma cache_size = -65536');
    for (const statement of projection.schema) this.#database.exec(statement);
    this.database = {
      query: <T>(sql: string, parameters?: readonly SqlValue[]) => this.query<T>(sql, parameters),
      close: async () => {
        this.#database.close();
      },
    };
  }

  async apply(events: readonly RecordedEvent[]): Promise<void> {
    this.#database.exec('begin');
    try {
      await this.projection.apply(events, this);
      this.#database.exec('commit');
    } catch (error) {
      this.#database.exec('rollback');
      throw error;
    }
  }

  async query<T>(sql: string, parameters: readonly SqlValue[] = []): Promise<readonly T[]> {
    return this.#prepared(sql).all(...(parameters as readonly SQLInputValue[])) as T[];
  }

  async execute(sql: string, parameters: readonly SqlValue[] = []): Promise<void> {
    this.#prepared(sql).run(...(parameters as readonly SQLInputValue[]));
  }

  explain(sql: string, parameters: readonly SqlValue[]): readonly string[] {
    const rows = this.#database.prepare(`explain query plan ${sql}`).all(...(parameters as readonly SQLInputValue[]));
    return rows.map((row) => String(row['detail']));
  }

  exec(sql: string): void {
    this.#database.exec(sql);
  }

  /** A view host that has this view alone. */
  host(): ViewHost {
    const view: View = {
      database: this.database,
      status: () => Promise.reject(new Error('not asked for in these tests')),
      onAdvanced: () => () => undefined,
      waitFor: () => Promise.resolve(true),
    };
    return { add: () => Promise.resolve(view), statuses: () => Promise.resolve([]), close: () => Promise.resolve() };
  }

  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const made = this.#database.prepare(sql);
    this.#statements.set(sql, made);
    return made;
  }
}
