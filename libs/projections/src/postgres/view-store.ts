import type { Pool, PoolClient, QueryResult } from 'pg';
import type { Position, RecordedEvent } from '#event-store/event-store.js';
import type { ViewTransaction } from '../projection.js';
import type { SetAsideEvent } from '../view-host.js';
import { DatabaseUnavailable, LeadershipLost, sorted } from './faults.js';
import { ColumnTypes } from './many-rows.js';
import { OpenTransaction } from './statements.js';
import { StatementTexts } from './statement-texts.js';

/** What is stored of how far a view is. */
export interface ViewProgress {
  readonly position: Position;
  readonly setAside: number;
  /** Has been at the end of the log. */
  readonly settled: boolean;
}

/** What a transaction between those of the projecting replica has done. */
export interface Outcome<Result> {
  readonly result: Result;
  /** Whether rows of the view have changed. */
  readonly changes: boolean;
  /** Where the view is now, when it has moved. */
  readonly position?: Position;
}

/** From where to where the view moves in one transaction. */
export interface Step {
  readonly term: number;
  readonly from: Position;
  readonly through: Position;
  /** Whether rows of the view may change. */
  readonly changes: boolean;
  readonly settled: boolean;
  /** One event alone: an error says where it comes from. */
  readonly inStep?: boolean;
}

export interface ViewStoreOptions {
  /** Connections that look into the view's schema, and may write. */
  readonly writing: Pool;
  /** Connections for the host's own tables. */
  readonly own: Pool;
  readonly hostSchema: string;
  readonly schema: string;
  /** Where the other replicas listen. */
  readonly channel: string;
  /** Name of this replica. */
  readonly replica: string;
}

/** What is kept of one view: its rows, its checkpoint and what was set aside move together, or not at all. */
export class ViewStore {
  readonly #options: ViewStoreOptions;
  readonly #texts = new StatementTexts();
  readonly #types = new ColumnTypes();
  readonly #checkpoint: string;
  readonly #setAside: string;

  constructor(options: ViewStoreOptions) {
    this.#options = options;
    this.#checkpoint = `${options.hostSchema}.view_checkpoint`;
    this.#setAside = `${options.hostSchema}.set_aside`;
  }

  /**
   * Begins a new term: whatever a replica of an earlier one still has in hand can no longer be written. Waits until what it
   * has open is ended.
   */
  async takeOver(): Promise<ViewProgress & { readonly term: number; readonly log: string | null }> {
    const { rows } = await this.#own<{ term: number; position: number; settled: number; log: string | null }>(
      `update ${this.#checkpoint} set term = term + 1 where schema_name = $1 and state <> 'replaced' returning term, position, settled, log`,
      [this.#options.schema],
    );
    const [row] = rows;
    if (row === undefined) throw new LeadershipLost(`${this.#options.schema} is gone, or replaced`);
    const { setAside } = await this.progress();
    return { term: row.term, position: row.position, log: row.log, settled: row.settled === 1, setAside };
  }

  /** Remembers which log the view is built from, when it was still empty at the start. */
  async nameLog(term: number, log: string): Promise<void> {
    const { rowCount } = await this.#own(
      `update ${this.#checkpoint} set log = coalesce(log, $3) where schema_name = $1 and term = $2 and coalesce(log, $3) = $3`,
      [this.#options.schema, term, log],
    );
    if (rowCount !== 1) throw new LeadershipLost(`${this.#options.schema} is built from another log`);
  }

  /**
   * Runs the work and moves the checkpoint, in one transaction; nothing of either stays when the work throws.
   * @throws LeadershipLost when the view is not where this term left it
   */
  async advance(step: Step, work: (view: ViewTransaction) => Promise<void>): Promise<void> {
    const { term, from, through, changes, settled, inStep = false } = step;
    const fence = `update ${this.#checkpoint} set position = ${whole(through)}, settled = ${settled}
      where schema_name = '${this.#options.schema}' and term = ${whole(term)} and position = ${whole(from)} and state <> 'replaced' returning position`;
    await this.#transaction(fence, inStep, async (view) => {
      await work(view);
      return { result: undefined, changes };
    });
  }

  /** Runs the work in one transaction, alone among all replicas that write the view: its checkpoint is locked. */
  between<Result>(work: (view: ViewTransaction) => Promise<Outcome<Result>>, inStep = true): Promise<Result> {
    const fence = `select position from ${this.#checkpoint} where schema_name = '${this.#options.schema}' and state <> 'replaced' for update`;
    return this.#transaction(fence, inStep, work);
  }

  async recordSetAside(view: ViewTransaction, event: RecordedEvent, reason: string): Promise<void> {
    await view.execute(
      `insert into ${this.#setAside} (schema_name, position, event_id, type, stream, reason, set_aside_at) values (?, ?, ?, ?, ?, ?, ?)
       on conflict (schema_name, position) do update set reason = excluded.reason, set_aside_at = excluded.set_aside_at`,
      [this.#options.schema, event.position, event.id, event.type, event.stream, reason, new Date().toISOString()],
    );
  }

  /** @returns whether it was still there: another replica may have applied it meanwhile */
  async removeSetAside(view: ViewTransaction, position: Position): Promise<boolean> {
    const removed = await view.query(
      `delete from ${this.#setAside} where schema_name = ? and position = ? returning position`,
      [this.#options.schema, position],
    );
    return removed.length > 0;
  }

  async setAside(): Promise<readonly SetAsideEvent[]> {
    const { rows } = await this.#own<SetAsideEvent>(
      `select position, event_id as "eventId", type, stream, reason, set_aside_at as "setAsideAt"
       from ${this.#setAside} where schema_name = $1 order by position`,
      [this.#options.schema],
    );
    return rows;
  }

  async progress(): Promise<ViewProgress> {
    const { rows } = await this.#own<{ position: number; settled: number; set_aside: number }>(
      `select position, settled, (select count(*) from ${this.#setAside} s where s.schema_name = c.schema_name) as set_aside
       from ${this.#checkpoint} c where schema_name = $1`,
      [this.#options.schema],
    );
    const [row] = rows;
    return { position: row?.position ?? 0, setAside: row?.set_aside ?? 0, settled: row?.settled === 1 };
  }

  /** Has the server look at how the view's tables are filled. */
  async analyze(): Promise<void> {
    const { schema } = this.#options;
    const { rows } = await this.#own<{ name: string }>(
      `select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables where schemaname = $1`,
      [schema],
    );
    if (rows.length > 0) await this.#own(`analyze ${rows.map(({ name }) => name).join(', ')}`, []);
  }

  async #transaction<Result>(
    fence: string,
    inStep: boolean,
    work: (view: ViewTransaction) => Promise<Outcome<Result>>,
  ): Promise<Result> {
    const { writing, schema, channel, replica } = this.#options;
    const client = await writing.connect().catch((error: unknown) => {
      throw sorted(error);
    });
    let broken = true;
    try {
      const [, fenced] = await several(client, `begin; ${fence}`);
      const [at] = fenced?.rows ?? [];
      if (at === undefined) throw new LeadershipLost(`${schema} has been taken over`);
      const open = new OpenTransaction(client, this.#texts, this.#types, inStep);
      const { result, changes, position } = await work(open);
      await open.settled();
      const notice = `${replica} ${schema} ${position ?? Number(at['position'])} ${changes ? 1 : 0}`;
      const ended = await several(
        client,
        `${position === undefined ? '' : `update ${this.#checkpoint} set position = ${whole(position)}, settled = true where schema_name = '${schema}'; `}
         select pg_notify('${channel}', '${notice}'); commit`,
      );
      if (ended.at(-1)?.command !== 'COMMIT') throw new DatabaseUnavailable('not committed');
      broken = false;
      return result;
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable)) {
        broken = await client.query('rollback').then(
          () => false,
          () => true,
        );
      }
      throw error;
    } finally {
      client.release(broken);
    }
  }

  async #own<T extends Readonly<Record<string, unknown>> | SetAsideEvent>(
    sql: string,
    values: readonly unknown[],
  ): Promise<{ readonly rows: readonly T[]; readonly rowCount: number | null }> {
    try {
      const { rows, rowCount } = await this.#options.own.query(sql, [...values]);
      return { rows: rows as readonly T[], rowCount };
    } catch (error) {
      throw sorted(error);
    }
  }
}

/** Statements without parameters, in one round trip. */
async function several(
  client: PoolClient,
  statements: string,
): Promise<readonly QueryResult<Record<string, unknown>>[]> {
  try {
    return (await client.query(statements)) as unknown as readonly QueryResult<Record<string, unknown>>[];
  } catch (error) {
    throw sorted(error);
  }
}

function whole(number: number): string {
  if (!Number.isSafeInteger(number)) throw new RangeError(`${number} is no position`);
  return String(number);
}
