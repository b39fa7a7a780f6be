import type { ClientBase, Pool } from 'pg';
import type { Position } from '#event-store/event-store.js';
import { sorted } from './faults.js';
import { inTransaction } from './transaction.js';
import { dropViewSchema, leaderLock, readersLock } from './view-schema.js';

/** A generation of a view as it is stored. */
export interface GenerationRow {
  readonly schema: string;
  readonly name: string;
  readonly version: number;
  readonly generation: number;
  readonly state: 'building' | 'serving' | 'replaced';
  /** Identity of the log; `null` while it was empty. */
  readonly log: string | null;
  readonly position: Position;
  /** Has been at the end of the log. */
  readonly settled: number;
  readonly setAside: number;
}

/** A generation that is about to serve. */
export interface AboutToServe {
  readonly schema: string;
  readonly position: Position;
  /** The generation of the same version that serves until now. */
  readonly replaces: string | undefined;
}

/** Work of a view's own in the transaction in which it takes over; false: it is not level yet after all. */
export type BeforeServing = (client: ClientBase, about: AboutToServe) => Promise<boolean>;

/** Which generations of which views there are. What is changed here all replicas hear of. */
export class ViewCatalogue {
  readonly #own: Pool;
  readonly #hostSchema: string;
  readonly #channel: string;

  constructor(own: Pool, hostSchema: string, channel: string) {
    this.#own = own;
    this.#hostSchema = hostSchema;
    this.#channel = channel;
  }

  /** The newest first. */
  async of(names: readonly string[], client: Pick<ClientBase, 'query'> = this.#own): Promise<readonly GenerationRow[]> {
    try {
      const { rows } = await client.query<GenerationRow>(
        `select schema_name as schema, name, version, generation, state, log, position, settled,
           (select count(*) from ${this.#hostSchema}.set_aside s where s.schema_name = c.schema_name) as "setAside"
         from ${this.#hostSchema}.view_checkpoint c where name = any($1) order by version desc, generation desc`,
        [names],
      );
      return rows;
    } catch (error) {
      throw sorted(error);
    }
  }

  /** All replicas look at what there is of the view. */
  async tell(name: string): Promise<void> {
    await this.#own.query('select pg_notify($1, $2)', [this.#channel, `generations ${name}`]);
  }

  /**
   * A generation that is level with the log, and with what was read until now, takes the place of that: nothing more is written
   * to what it replaces. One of an older version is left to those who still read it.
   * @returns false when it is not level
   */
  takeOver(schema: string, beforeServing: BeforeServing): Promise<boolean> {
    return this.#transaction(async (client) => {
      const { rows } = await client.query<GenerationRow>(
        `select c.schema_name as schema, c.name, c.version, c.generation, c.state, c.position, c.settled
         from ${this.#hostSchema}.view_checkpoint c
         join ${this.#hostSchema}.view_checkpoint this on this.schema_name = $1 and c.name = this.name and c.version <= this.version
         where c.state <> 'replaced' order by c.schema_name for update of c`,
        [schema],
      );
      const building = rows.find((row) => row.schema === schema && row.state === 'building');
      const read = rows.filter((row) => row.state === 'serving');
      if (building?.settled !== 1 || read.some(({ position }) => position > building.position)) return false;
      const replaces = read.find(({ version }) => version === building.version)?.schema;
      if (!(await beforeServing(client, { schema, position: building.position, replaces }))) return false;
      if (replaces !== undefined) await this.#setState(client, replaces, 'replaced');
      await this.#setState(client, schema, 'serving');
      await this.#notify(client, building.name);
      return true;
    });
  }

  /** @returns `needed` when no other generation of its version serves */
  cancel(name: string, version: number): Promise<'cancelled' | 'none' | 'needed'> {
    return this.#transaction(async (client) => {
      const { rows } = await client.query<Pick<GenerationRow, 'schema' | 'state'>>(
        `select schema_name as schema, state from ${this.#hostSchema}.view_checkpoint
         where name = $1 and version = $2 order by schema_name for update`,
        [name, version],
      );
      const building = rows.find((row) => row.state === 'building');
      if (building === undefined) return 'none';
      if (!rows.some((row) => row.state === 'serving')) return 'needed';
      await dropViewSchema(client, building.schema, this.#hostSchema);
      await this.#notify(client, name);
      return 'cancelled';
    });
  }

  /** Removes a generation unless a replica reads it or keeps it up to date. */
  removeUnread(schema: string): Promise<boolean> {
    return this.#transaction(async (client) => {
      const { rows } = await client.query<{ free: number }>(
        `select pg_try_advisory_xact_lock(hashtextextended($1, 0)) and pg_try_advisory_xact_lock(hashtextextended($2, 0)) as free`,
        [readersLock(schema), leaderLock(schema)],
      );
      if (rows[0]?.free !== 1) return false;
      await dropViewSchema(client, schema, this.#hostSchema);
      return true;
    });
  }

  async #setState(client: ClientBase, schema: string, state: GenerationRow['state']): Promise<void> {
    await client.query(`update ${this.#hostSchema}.view_checkpoint set state = $2 where schema_name = $1`, [
      schema,
      state,
    ]);
  }

  async #notify(client: ClientBase, name: string): Promise<void> {
    await client.query('select pg_notify($1, $2)', [this.#channel, `generations ${name}`]);
  }

  #transaction<Result>(work: (client: ClientBase) => Promise<Result>): Promise<Result> {
    return inTransaction(this.#own, work).catch((error: unknown) => {
      throw sorted(error);
    });
  }
}
