import { DatabaseSync } from 'node:sqlite';
import type { Projected, Projection, ReadDatabase, Row, SqlValue, ViewTransaction } from '../projection.js';
import { Statements } from './statements.js';

/** A view in memory of a part of the log: for a question that the kept view cannot answer, then thrown away. */
export class PassingView<Item extends Projected> {
  readonly #database = new DatabaseSync(':memory:');
  readonly #statements = new Statements(this.#database);
  readonly #transaction: ViewTransaction;

  constructor(private readonly projection: Projection<Item>) {
    // Most of its many tables and indexes are a page each.
    this.#database.exec('pragma page_size = 1024');
    for (const statement of projection.schema) this.#database.exec(statement);
    this.#transaction = {
      query: (sql, parameters) => this.database.query(sql, parameters),
      execute: async (sql, parameters = []) => {
        this.#statements.get(sql).run(...parameters);
      },
    };
  }

  readonly database: ReadDatabase = {
    query: async <T = Row>(sql: string, parameters: readonly SqlValue[] = []) =>
      this.#statements.get(sql).all(...parameters) as unknown as readonly T[],
    close: async () => {
      if (!this.#database.isOpen) return;
      this.#statements.clear();
      this.#database.close();
    },
  };

  /**
   * @param items in order of position, all after those given before; one that cannot be applied is left out, as the kept view sets
   *   it aside
   */
  async apply(items: readonly Item[]): Promise<void> {
    if (await this.#all(items)) return;
    for (const item of items) await this.#all([item]);
  }

  async #all(items: readonly Item[]): Promise<boolean> {
    this.#database.exec('begin');
    try {
      await this.projection.apply(items, this.#transaction);
    } catch {
      this.#database.exec('rollback');
      return false;
    }
    this.#database.exec('commit');
    return true;
  }
}
