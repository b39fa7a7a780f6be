import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { RecordedEvent } from '#event-store/event-store.js';
import type { Projection, ReadDatabase, SqlValue, ViewTransaction } from '#projections/projection.js';

/** A view in memory, on the real SQLite: batches are applied by hand, each in a transaction. */
export class MemoryView implements ReadDatabase, ViewTransaction {
  readonly #database = new DatabaseSync(':memory:');
  readonly #statements = new Map<string, StatementSync>();

  constructor(readonly projection: Projection) {
    for (const statement of projection.schema) this.#database.exec(statement);
  }

  async apply(events: readonly RecordedEvent[]): Promise<void> {
    const { categories } = this.projection.filter;
    const wanted = events.filter(
      ({ stream }) => !categories || categories.includes(stream.slice(0, stream.indexOf('-'))),
    );
    this.#database.exec('begin');
    try {
      await this.projection.apply(wanted, this);
      this.#database.exec('commit');
    } catch (error) {
      this.#database.exec('rollback');
      throw error;
    }
  }

  async query<T>(sql: string, parameters: readonly SqlValue[] = []): Promise<readonly T[]> {
    return this.#prepare(sql).all(...(parameters as SQLInputValue[])) as unknown as readonly T[];
  }

  async execute(sql: string, parameters: readonly SqlValue[] = []): Promise<void> {
    this.#prepare(sql).run(...(parameters as SQLInputValue[]));
  }

  async close(): Promise<void> {
    this.#database.close();
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#database.prepare(sql)));
    return statement;
  }
}
