import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import type { Position } from '#event-store/event-store.js';
import type { ReadDatabase } from '../projection.js';
import { openPool } from './connections.js';
import { sorted } from './faults.js';
import { migrate } from './migrations.js';
import { PostgresReadDatabase } from './postgres-read-database.js';
import { ReplicaLine } from './replica-line.js';
import { type GenerationRow, ViewCatalogue } from './view-catalogue.js';
import { ensureViewSchema, readersLock, type ViewTables, viewSchemaName } from './view-schema.js';
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
  /** Ends its connections when they are used no more. */
  close(): Promise<void>;
}

/** Who wants to know what the other replicas do to a view. */
export interface ViewFollower {
  /** A commit of another replica. */
  advance(schema: string, position: Position, changed: boolean): void;
  /** The view's generations as they are stored; asked for again and again, so that what could not be heard is seen. */
  look(rows: readonly GenerationRow[]): void;
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
  readonly #opened = new Set<OpenedView>();
  readonly catalogue: ViewCatalogue;
  /** By name of the view. */
  readonly #followers = new Map<string, ViewFollower>();
  readonly #holders = new Set<AbortController>();
  #closed: Promise<void> | undefined;

  private constructor(options: Settled, own: pg.Pool, hostSchema: string) {
    this.#options = options;
    this.#own = own;
    this.hostSchema = hostSchema;
    this.#channel = `${hostSchema}_commits`;
    this.catalogue = new ViewCatalogue(own, hostSchema, this.#channel);
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
   * Makes the tables of a generation of a view where there are none.
   * @param log identity of the log; `undefined` while it is empty
   * @throws Error when it is there already with other tables under the same version
   */
  async openView(projection: ViewTables, log: string | undefined, generation = 1): Promise<OpenedView> {
    const { schema } = await this.ensureView(projection, log, generation);
    return this.openGeneration(projection, schema);
  }

  /** The same, without opening it; tells whether the tables were made. */
  async ensureView(
    projection: ViewTables,
    log: string | undefined,
    generation: number,
  ): Promise<{ readonly schema: string; readonly made: boolean }> {
    const schema = viewSchemaName(this.#options.schemaPrefix, projection, generation);
    const { hostSchema } = this;
    const made = await withClient(this.#own, (client) =>
      ensureViewSchema(client, { name: schema, hostSchema, projection, generation }, log),
    );
    return { schema, made };
  }

  /** The ways to a generation that is there. */
  openGeneration(projection: Pick<ViewTables, 'name' | 'version'>, schema: string): OpenedView {
    const { url, readersPerView = 4, readTimeoutMs = 15_000, takeOverAfterMs } = this.#options;
    const label = `${projection.name}-v${projection.version}`;
    const { hostSchema } = this;
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
    const opened: OpenedView = {
      label,
      schema,
      store,
      database,
      close: async () => {
        if (this.#opened.delete(opened)) await Promise.all([database.close(), writing.end()]);
      },
    };
    this.#opened.add(opened);
    return opened;
  }

  /** Tells the follower what other replicas do to the view of that name. */
  follow(name: string, follower: ViewFollower): void {
    this.#followers.set(name, follower);
  }

  /** This replica reads the schema: nobody removes it until {@link readNoMore}. */
  read(schema: string): Promise<void> {
    return this.#line.share(readersLock(schema));
  }

  readNoMore(schema: string): Promise<void> {
    return this.#line.unshare(readersLock(schema));
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
    await Promise.all([...this.#opened].map((opened) => opened.close()));
    await this.#own.end();
  }

  /** `{replica} {schema} {position} {changed}`, or `generations {name}` */
  #hear(payload: string): void {
    const [replica, schema = '', position, changed] = payload.split(' ');
    if (replica === this.#replica) return;
    if (replica === 'generations') {
      const name = schema;
      const follower = this.#followers.get(name);
      if (follower)
        void this.catalogue.of([name]).then(
          (rows) => follower.look(rows),
          () => undefined,
        );
      return;
    }
    for (const follower of this.#followers.values()) follower.advance(schema, Number(position), changed === '1');
  }

  async #lookUp(client: pg.ClientBase): Promise<void> {
    const rows = await this.catalogue.of([...this.#followers.keys()], client);
    for (const [name, follower] of this.#followers) follower.look(rows.filter((row) => row.name === name));
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
