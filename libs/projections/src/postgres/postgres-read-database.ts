import type { Pool } from 'pg';
import type { ReadDatabase, Row, SqlValue } from '../projection.js';
import { DatabaseUnavailable, sorted } from './faults.js';
import { StatementTexts } from './statement-texts.js';
import { ask } from './statements.js';

/** Reads a view on connections of its own that can only read; each statement sees whole commits of the projection. */
export class PostgresReadDatabase implements ReadDatabase {
  readonly #pool: Pool;
  readonly #texts = new StatementTexts();

  /** @param pool whose connections look into the view's schema; closed with this */
  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** @throws DatabaseUnavailable when the server cannot answer, after one more try on another connection */
  async query<T = Row>(sql: string, parameters: readonly SqlValue[] = []): Promise<readonly T[]> {
    try {
      return await this.#query<T>(sql, parameters);
    } catch (error) {
      // The connection may have been lost while it was idle; a server that is slow is not asked again.
      if (!(error instanceof DatabaseUnavailable) || error.code === statementTimedOut) throw error;
      return this.#query<T>(sql, parameters);
    }
  }

  async close(): Promise<void> {
    if (!this.#pool.ending) await this.#pool.end();
  }

  async #query<T>(sql: string, parameters: readonly SqlValue[]): Promise<readonly T[]> {
    const client = await this.#pool.connect().catch((error: unknown) => {
      throw sorted(error);
    });
    let lost = false;
    try {
      return await ask<T>(client, this.#texts, sql, parameters);
    } catch (error) {
      lost = error instanceof DatabaseUnavailable && error.code !== statementTimedOut;
      throw error;
    } finally {
      client.release(lost);
    }
  }
}

const statementTimedOut = '57014';
