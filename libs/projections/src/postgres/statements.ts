import type { ClientBase, QueryResultRow } from 'pg';
import type { ManyRows, Row, SqlValue, ViewTransaction } from '../projection.js';
import { sorted } from './faults.js';
import { type ColumnTypes, RowsAsArrays } from './many-rows.js';
import type { StatementTexts } from './statement-texts.js';

/** Sends one statement of the port. @throws DatabaseUnavailable, or the server's error */
export async function ask<T = Row>(
  client: ClientBase,
  texts: StatementTexts,
  sql: string,
  parameters: readonly SqlValue[],
): Promise<readonly T[]> {
  try {
    const { rows } = await client.query<T & QueryResultRow>({ ...texts.get(sql), values: parameters.map(parameterOf) });
    return rows;
  } catch (error) {
    throw sorted(error);
  }
}

/** PostgreSQL's texts hold no U+0000; a view shows that there was something. The event itself stays as it is. */
function parameterOf(value: SqlValue): SqlValue {
  if (typeof value === 'string') return value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value;
  return value instanceof Uint8Array && !Buffer.isBuffer(value)
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    : value;
}

/** Statements on the way at once: enough to keep the server busy, few enough to hold little in memory. */
const mostOnTheWay = 32;

/**
 * The inside of a transaction. Changes are sent without waiting for each other's answers; the first that fails is thrown by
 * what comes after it, at the latest by {@link settled}.
 */
export class OpenTransaction implements ViewTransaction {
  readonly many: ManyRows;
  readonly #client: ClientBase;
  readonly #texts: StatementTexts;
  readonly #inStep: boolean;
  #failure: { readonly error: unknown } | undefined;
  #last: Promise<void> = Promise.resolve();
  #onTheWay = 0;

  /** @param inStep each change is waited for, so that an error says where it comes from */
  constructor(client: ClientBase, texts: StatementTexts, types: ColumnTypes, inStep: boolean) {
    this.many = new RowsAsArrays(this, types);
    this.#client = client;
    this.#texts = texts;
    this.#inStep = inStep;
  }

  async query<T = Row>(sql: string, parameters: readonly SqlValue[] = []): Promise<readonly T[]> {
    try {
      return await ask<T>(this.#client, this.#texts, sql, parameters);
    } catch (error) {
      this.#throwFailure();
      throw error;
    }
  }

  async execute(sql: string, parameters: readonly SqlValue[] = []): Promise<void> {
    this.#throwFailure();
    const sent = ask(this.#client, this.#texts, sql, parameters);
    if (this.#inStep) {
      await sent;
      return;
    }
    this.#onTheWay += 1;
    this.#last = sent.then(
      () => void (this.#onTheWay -= 1),
      (error: unknown) => {
        this.#onTheWay -= 1;
        this.#failure ??= { error };
      },
    );
    if (this.#onTheWay >= mostOnTheWay) await this.settled();
  }

  /** Everything sent is answered. @throws the first failure */
  async settled(): Promise<void> {
    await this.#last;
    this.#throwFailure();
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
