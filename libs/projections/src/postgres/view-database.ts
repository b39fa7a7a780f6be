import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import type { Position } from '#event-store/event-store.js';
import type { Projection, ReadDatabase } from '../projection.js';
import { openPool } from './connections.js';
import { sorted } from './faults.js';
import { migrate } from './migrations.js';
import { PostgresReadDatabase } from './postgres-read-database.js';
import { ReplicaLine } from './replica-line.js';
import { ensureViewSchema, viewSchemaName } from './view-schema.js';
import { ViewStore } from './view-store.js';

export interface ViewDatabaseOptions {
  /** `postgres://user:password@host:port/database`; PostgreSQL 14 or newer, reached directly: a transaction pooler keeps no session. */
  readonly url: string;
  /** First part of the names of all schemas; default `view`. Views of different logs in one database need different ones. */
  readonly schemaPrefix?: string;
  /** Connections that read one view; default 4. */
  readonly readersPerView?: number;
  /** A query of a reader that takes longer is ended; default 15 s. */
  readonly readTimeoutMs?: number;
  /** How long a replica may be dead or held up before another takes over what it does; default 8 s. One that ends is replaced at once. */
  readonly takeOverAfterMs?: number;
}

/** The server is older than what leadership rests on (`idle_session_timeout`). */
export class ServerTooOld extends Error {
  override readonly name = 'ServerTooOld';
}

/** A view's tables, and the ways to them. */
export interface OpenedView {
  /** `{name}-v{version}` */
  readonly label: string;
  readonly schema: string;
  readonly store: ViewStore;
  /** For readers. */
  readonly database: ReadDatabase;
}

/** Who wants to know what the other replicas do to a view. */
export interface ViewFollower {
  advance(position: Position, changed: boolean): void;
  /** What was missed while nothing could be heard. */
  catchUp(position: Position): void;
}

type Settled = ViewDatabaseOptions & Required<Pick<ViewDatabaseOptions, 'schemaPrefix' | 'takeOverAfterMs'>>;

const oldestServer = 140_000;
const writeTimeoutMs = 60_000;

/** One replica's connections to the database of the views, and to the other replicas by way of it. */
export class ViewDatabase {
  readonly #options: Settled;
  readonly #own: pg.Pool;
  /** Schema of the host's own tables. */
  readonly hostSchema: string;
  readonly #channel: string;
  readonly #replica = randomBytes(6).toString('hex');
  readonly #line: ReplicaLine;
  readonly #closers: (() => Promise<unknown>)[] = [];
  /** By schema. */
  readonly #followers = new Map<string, ViewFollower>();
  readonly #holders = new Set<AbortController>();
  #closed: Promise<void> | undefined;

  private constructor(options: Settled, own: pg.Pool, hostSchema: string) {
    this.#options = options;
    this.#own = own;
    this.hostSchema = hostSchema;
    this.#channel = `${hostSchema}_commits`;
    this.#line = new ReplicaLine({
      url: options.url,
      channel: this.#channel,
      takeOverAfterMs: options.takeOverAfterMs,
      onNotice: (payload) => this.#hear(payload),
      onBeat: (client) => this.#lookUp(client),
      onLost: () => {
        for (const holder of this.#holders) holder.abort();
      },
    });
  }

  /**
   * Connects, and brings the host's own tables up to date.
   * @throws DatabaseUnavailable when the server cannot be reached
   * @throws ServerTooOld, MadeByNewerVersion
   */
  static async open(options: ViewDatabaseOptions): Promise<ViewDatabase> {
    const { url, schemaPrefix = 'view', takeOverAfterMs = 8_000 } = options;
    if (!/^[a-z][a-z0-9_]*$/.test(schemaPrefix)) throw new Error(`${schemaPrefix} is no prefix of schemas`);
    const hostSchema = `${schemaPrefix}_host`;
    const own = openPool({
      url,
      purpose: 'views',
      most: 2,
      statementTimeoutMs: writeTimeoutMs,
      patienceMs: takeOverAfterMs * 2,
    });
    try {
      await withClient(own, async (client) => {
        const { rows } = await client.query<{ version: string }>(
          `select current_setting('server_version_num') as version`,
        );
        if (Number(rows[0]?.version) < oldestServer) throw new ServerTooOld('PostgreSQL 14 or newer is needed');
        await migrate(client, hostSchema);
      });
    } catch (error) {
      await own.end();
      throw error;
    }
    return new ViewDatabase({ ...options, schemaPrefix, takeOverAfterMs }, own, hostSchema);
  }

  /**
   * Makes the view's tables where there are none.
   * @param log identity of the log; `undefined` while it is empty
   * @throws Error when it is there already with other tables under the same version
   */
  async openView(
    projection: Pick<Projection, 'name' | 'version' | 'schema'>,
    log: string | undefined,
  ): Promise<OpenedView> {
    const { url, schemaPrefix, readersPerView = 4, readTimeoutMs = 15_000, takeOverAfterMs } = this.#options;
    const label = `${projection.name}-v${projection.version}`;
    const schema = viewSchemaName(schemaPrefix, projection);
    const { hostSchema } = this;
    await withClient(this.#own, (client) => ensureViewSchema(client, { name: schema, hostSchema, projection }, log));
    const writing = openPool({
      url,
      purpose: `projects ${label}`,
      most: 1,
      statementTimeoutMs: writeTimeoutMs,
      patienceMs: takeOverAfterMs,
      pipeline: true,
      settings: {
        search_path: schema,
        // Rows and checkpoint are one commit: what a crash of the server takes is taken of both, and applied again from the log.
        synchronous_commit: 'off',
      },
    });
    const reading = openPool({
      url,
      purpose: `reads ${label}`,
      most: readersPerView,
      statementTimeoutMs: readTimeoutMs,
      patienceMs: takeOverAfterMs,
      settings: { search_path: schema, default_transaction_read_only: 'on' },
    });
    const store = new ViewStore({
      writing,
      own: this.#own,
      hostSchema,
      schema,
      channel: this.#channel,
      replica: this.#replica,
    });
    const database = new PostgresReadDatabase(reading);
    this.#closers.push(
      () => database.close(),
      () => writing.end(),
    );
    return { label, schema, store, database };
  }

  /** Tells the follower of every commit of other replicas to the view. */
  follow(schema: string, follower: ViewFollower): void {
    this.#followers.set(schema, follower);
  }

  /**
   * Runs the work when no other replica holds the lock; the lock is this replica's until the work ends, or its signal says
   * that the lock is lost.
   * @returns false, at once, when another replica holds it or the server cannot be asked
   */
  async whileHolding(lock: string, signal: AbortSignal, work: (held: AbortSignal) => Promise<void>): Promise<boolean> {
    const holder = new AbortController();
    this.#holders.add(holder);
    try {
      if (!(await this.#line.tryLock(lock).catch(() => false))) return false;
      try {
        await work(AbortSignal.any([signal, holder.signal]));
      } finally {
        if (!holder.signal.aborted) await this.#line.unlock(lock);
      }
      return true;
    } finally {
      this.#holders.delete(holder);
    }
  }

  /** A statement on the host's own tables, which are in the schema given. @throws DatabaseUnavailable */
  async ofHost<Row extends pg.QueryResultRow>(
    statement: (hostSchema: string) => string,
    values: readonly unknown[],
  ): Promise<readonly Row[]> {
    try {
      const { rows } = await this.#own.query<Row>(statement(this.hostSchema), [...values]);
      return rows;
    } catch (error) {
      throw sorted(error);
    }
  }

  /** To be called when nothing is at work on it any more. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await this.#line.close();
    await Promise.all(this.#closers.map((close) => close()));
    await this.#own.end();
  }

  /** `{replica} {schema} {position} {changed}` */
  #hear(payload: string): void {
    const [replica, schema = '', position, changed] = payload.split(' ');
    if (replica !== this.#replica) this.#followers.get(schema)?.advance(Number(position), changed === '1');
  }

  async #lookUp(client: pg.ClientBase): Promise<void> {
    const { rows } = await client.query<{ schema_name: string; position: number }>(
      `select schema_name, position from ${this.hostSchema}.view_checkpoint where schema_name = any($1)`,
      [[...this.#followers.keys()]],
    );
    for (const { schema_name: schema, position } of rows) this.#followers.get(schema)?.catchUp(position);
  }
}

async function withClient<Result>(pool: pg.Pool, work: (client: pg.ClientBase) => Promise<Result>): Promise<Result> {
  const client = await pool.connect().catch((error: unknown) => {
    throw sorted(error);
  });
  try {
    return await work(client);
  } finally {
    client.release();
  }
}
