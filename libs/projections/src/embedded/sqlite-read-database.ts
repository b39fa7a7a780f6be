import { DatabaseSync } from 'node:sqlite';
import type { ReadDatabase, Row, SqlValue } from '../projection.js';
import { Statements } from './statements.js';

/** Reads a view's file on a read-only connection; sees each commit of the projection as a whole, never half of one. */
export class SqliteReadDatabase implements ReadDatabase {
  readonly #database: DatabaseSync;
  readonly #statements: Statements;

  constructor(file: string) {
    this.#database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
    this.#database.exec('pragma cache_size = -4096');
    this.#statements = new Statements(this.#database);
  }

  async query<T = Row>(sql: string, parameters: readonly SqlValue[] = []): Promise<readonly T[]> {
    return this.#statements.get(sql).all(...parameters) as unknown as readonly T[];
  }

  async close(): Promise<void> {
    if (!this.#database.isOpen) return;
    this.#statements.clear();
    this.#database.close();
  }
}
