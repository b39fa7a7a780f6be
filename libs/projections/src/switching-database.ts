import { setTimeout as sleep } from 'node:timers/promises';
import { currentReading } from './one-reading.js';
import type { ReadDatabase, Row, SqlValue } from './projection.js';

/** So long a generation that was replaced can still be read by those who began with it. */
export const longestReadingMs = 10_000;

class Served {
  queries = 0;
  #closing: Promise<void> | undefined;
  #idle: (() => void) | undefined;

  constructor(readonly database: ReadDatabase) {}

  get closed(): boolean {
    return this.#closing !== undefined;
  }

  async query<T>(sql: string, parameters: readonly SqlValue[]): Promise<readonly T[]> {
    this.queries += 1;
    try {
      return await this.database.query<T>(sql, parameters);
    } finally {
      this.queries -= 1;
      if (this.queries === 0) this.#idle?.();
    }
  }

  /** Lets no query begin, those under way finish. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      if (this.queries > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
      await this.database.close();
    })();
    return this.#closing;
  }
}

export interface SwitchingDatabaseOptions {
  /** What readers are told while there is nothing to read. */
  readonly nothingYet: () => Error;
  /** Default {@link longestReadingMs}. */
  readonly readingMs?: number;
}

/** Reads what serves at the moment. What is exchanged is closed when nobody reads it any more. */
export class SwitchingDatabase implements ReadDatabase {
  readonly #options: SwitchingDatabaseOptions;
  readonly #readingMs: number;
  readonly #closing = new AbortController();
  readonly #replaced = new Set<Served>();
  #serving: Served | undefined;

  constructor(options: SwitchingDatabaseOptions) {
    this.#options = options;
    this.#readingMs = options.readingMs ?? longestReadingMs;
  }

  async query<T = Row>(sql: string, parameters: readonly SqlValue[] = []): Promise<readonly T[]> {
    return this.#forThisReading().query<T>(sql, parameters);
  }

  /**
   * From now on queries go there, those of readings that have begun excepted.
   * @returns resolves when what served before is closed
   */
  async switchTo(database: ReadDatabase): Promise<void> {
    const before = this.#serving;
    this.#serving = new Served(database);
    if (before === undefined) return;
    this.#replaced.add(before);
    await sleep(this.#readingMs, undefined, { signal: this.#closing.signal, ref: false }).catch(() => undefined);
    await before.close();
    this.#replaced.delete(before);
  }

  /** The reading has waited for something that only what serves now may have. */
  readAnew(): void {
    currentReading()?.delete(this);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([...this.#replaced, ...(this.#serving ? [this.#serving] : [])].map((served) => served.close()));
  }

  #forThisReading(): Served {
    const serving = this.#serving;
    if (serving === undefined) throw this.#options.nothingYet();
    const reading = currentReading();
    if (reading === undefined) return serving;
    const begun = reading.get(this);
    if (begun === undefined) {
      reading.set(this, { from: serving, since: performance.now() });
      return serving;
    }
    const from = begun.from as Served;
    return from.closed || performance.now() - begun.since > this.#readingMs ? serving : from;
  }
}
