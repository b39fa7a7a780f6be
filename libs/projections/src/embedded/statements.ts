import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Statements a connection keeps prepared; the texts in use are few, a text made anew for each call would grow without end. */
const mostStatements = 256;

/** Prepares each SQL text once. */
export class Statements {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  get(sql: string): StatementSync {
    let statement = this.#prepared.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      if (this.#prepared.size >= mostStatements) {
        const [oldest] = this.#prepared.keys();
        if (oldest !== undefined) this.#prepared.delete(oldest);
      }
      this.#prepared.set(sql, statement);
    }
    return statement;
  }

  clear(): void {
    this.#prepared.clear();
  }
}
