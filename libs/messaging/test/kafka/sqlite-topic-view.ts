import { DatabaseSync } from 'node:sqlite';
import type { Row, SqlValue, ViewTransaction } from '#projections/projection.js';
import { topicReaderSchema } from '../../src/kafka/topic-places.js';
import type { TestView } from './test-views.js';

/** A view in memory, alone in one process; its transactions come one after the other. */
export class SqliteTopicView implements TestView {
  readonly #database = new DatabaseSync(':memory:');
  #last: Promise<unknown> = Promise.resolve();

  constructor(schema: readonly string[]) {
    for (const statement of [...topicReaderSchema, ...schema]) this.#database.exec(statement);
  }

  transaction<Result>(work: (view: ViewTransaction) => Promise<Result>): Promise<Result> {
    const next = this.#last.then(() => this.#alone(work));
    this.#last = next.catch(() => undefined);
    return next;
  }

  isUnavailable(): boolean {
    return false;
  }

  async rows<T = Row>(sql: string): Promise<readonly T[]> {
    return this.#database.prepare(sql).all() as unknown as readonly T[];
  }

  async #alone<Result>(work: (view: ViewTransaction) => Promise<Result>): Promise<Result> {
    this.#database.exec('begin');
    try {
      const result = await work({
        query: async <T = Row>(sql: string, parameters: readonly SqlValue[] = []) =>
          this.#database.prepare(sql).all(...parameters) as unknown as readonly T[],
        execute: async (sql, parameters = []) => {
          this.#database.prepare(sql).run(...parameters);
        },
      });
      this.#database.exec('commit');
      return result;
    } catch (error) {
      this.#database.exec('rollback');
      throw error;
    }
  }
}
