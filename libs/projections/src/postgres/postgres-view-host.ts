import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Projection, ViewStatus } from '../projection.js';
import type { CreateProjection, ProjectionSource, View, ViewHost } from '../view-host.js';
import { openPool } from './connections.js';
import { describeFault, sorted } from './faults.js';
import { migrate } from './migrations.js';
import { PostgresReadDatabase } from './postgres-read-database.js';
import { PostgresView } from './postgres-view.js';
import { logIdentity, type ProjectedLog } from './projected-log.js';
import { ReplicaLine } from './replica-line.js';
import { ensureViewSchema, leaderLock, viewSchemaName } from './view-schema.js';
import { ViewStore } from './view-store.js';

export interface PostgresViewHostOptions {
  /** `postgres://user:password@host:port/database`; PostgreSQL 14 or newer, reached directly: a transaction pooler keeps no session. */
  readonly url: string;
  readonly events: ProjectedLog;
  /** First part of the names of all schemas; default `view`. Hosts of different logs in one database need different ones. */
  readonly schemaPrefix?: string;
  /** Connections that read one view; default 4. */
  readonly readersPerView?: number;
  /** A query of a reader that takes longer is ended; default 15 s. */
  readonly readTimeoutMs?: number;
  /** How long a projecting replica may be dead or held up before another takes over; default 8 s. One that ends is replaced at once. */
  readonly takeOverAfterMs?: number;
  /** False: this replica only reads. */
  readonly projects?: boolean;
  /** Told when a view fails; the text holds no personal data. */
  readonly onFault?: (fault: { readonly view?: string; readonly reason: string }) => void;
}

/** The server is older than what leadership rests on (`idle_session_timeout`). */
export class ServerTooOld extends Error {
  override readonly name = 'ServerTooOld';
}

const oldestServer = 140_000;
const writeTimeoutMs = 60_000;
const lookForLeadershipMs = 500;
const longestPauseMs = 30_000;

/**
 * Runs projections of any event store into PostgreSQL, each view in a schema of its own, `view_{name}_v{version}`. Of several
 * replicas on the same database one projects each view and all read it; when it ends, is killed or held up, another goes on
 * from the checkpoint.
 * @throws DatabaseUnavailable when the server cannot be reached
 * @throws ServerTooOld, MadeByNewerVersion
 */
export async function createPostgresViewHost(options: PostgresViewHostOptions): Promise<ViewHost> {
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
  return new PostgresViewHost({ ...options, schemaPrefix, takeOverAfterMs }, own, hostSchema);
}

type Settled = PostgresViewHostOptions & Required<Pick<PostgresViewHostOptions, 'schemaPrefix' | 'takeOverAfterMs'>>;

interface HostedView {
  readonly view: PostgresView;
  readonly label: string;
  readonly schema: string;
  readonly writing: pg.Pool;
  leading?: AbortController;
  ended?: Promise<void>;
}

class PostgresViewHost implements ViewHost {
  readonly #options: Settled;
  readonly #own: pg.Pool;
  readonly #hostSchema: string;
  readonly #channel: string;
  readonly #replica = randomBytes(6).toString('hex');
  /** By schema. */
  readonly #views = new Map<string, HostedView>();
  readonly #adding = new Set<string>();
  readonly #line: ReplicaLine;
  readonly #closing = new AbortController();
  #closed: Promise<void> | undefined;

  constructor(options: Settled, own: pg.Pool, hostSchema: string) {
    this.#options = options;
    this.#own = own;
    this.#hostSchema = hostSchema;
    this.#channel = `${hostSchema}_commits`;
    this.#line = new ReplicaLine({
      url: options.url,
      channel: this.#channel,
      takeOverAfterMs: options.takeOverAfterMs,
      onNotice: (payload) => this.#hear(payload),
      onBeat: (client) => this.#lookUp(client),
      onLost: () => {
        for (const { leading } of this.#views.values()) leading?.abort();
      },
    });
  }

  async add({ module, settings }: ProjectionSource): Promise<View> {
    if (this.#closing.signal.aborted) throw new Error('The view host has stopped');
    const { createProjection } = (await import(module.href)) as { createProjection?: CreateProjection };
    if (createProjection === undefined) throw new Error(`${module.href} does not export createProjection`);
    const projection = await createProjection(settings);
    const label = `${projection.name}-v${projection.version}`;
    const schema = viewSchemaName(this.#options.schemaPrefix, projection);
    if (this.#adding.has(schema)) throw new Error(`View ${label} was added already`);
    this.#adding.add(schema);
    try {
      const hosted = await this.#open(projection, label, schema);
      this.#views.set(schema, hosted);
      if (this.#options.projects !== false) hosted.ended = this.#keepLeading(hosted);
      return hosted.view;
    } catch (error) {
      this.#adding.delete(schema);
      throw error;
    }
  }

  async statuses(): Promise<readonly ViewStatus[]> {
    return Promise.all([...this.#views.values()].map(({ view }) => view.status()));
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#closing.abort();
    const views = [...this.#views.values()];
    for (const { view, leading } of views) {
      leading?.abort();
      view.stop();
    }
    await Promise.all(views.map(({ ended }) => ended));
    await this.#line.close();
    await Promise.all(views.map(({ view, writing }) => Promise.all([view.database.close(), writing.end()])));
    await this.#own.end();
  }

  async #open(projection: Projection, label: string, schema: string): Promise<HostedView> {
    const { url, events, readersPerView = 4, readTimeoutMs = 15_000, takeOverAfterMs } = this.#options;
    const hostSchema = this.#hostSchema;
    const log = await logIdentity(events);
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
    const progress = await store.progress();
    const view = new PostgresView({ projection, store, database: new PostgresReadDatabase(reading), events, progress });
    return { view, label, schema, writing };
  }

  /** Projects whenever no other replica does. */
  async #keepLeading(hosted: HostedView): Promise<void> {
    const { signal: closing } = this.#closing;
    for (let failures = 0; !closing.aborted;) {
      const leading = new AbortController();
      hosted.leading = leading;
      if (!(await this.#line.tryLock(leaderLock(hosted.schema)).catch(() => false))) {
        hosted.view.follow();
        await pause(lookForLeadershipMs, closing);
        continue;
      }
      const began = Date.now();
      try {
        await hosted.view.lead(AbortSignal.any([closing, leading.signal]));
        failures = 0;
      } catch (error) {
        if (Date.now() - began > longestPauseMs) failures = 0;
        this.#options.onFault?.({ view: hosted.label, reason: describeFault(error) });
      }
      if (!leading.signal.aborted) await this.#line.unlock(leaderLock(hosted.schema));
      if (!closing.aborted) await pause(Math.min(longestPauseMs, 250 * 2 ** failures++), closing);
    }
  }

  /** `{replica} {schema} {position} {changed}` */
  #hear(payload: string): void {
    const [replica, schema = '', position, changed] = payload.split(' ');
    if (replica !== this.#replica) this.#views.get(schema)?.view.advance(Number(position), changed === '1');
  }

  async #lookUp(client: pg.ClientBase): Promise<void> {
    const { rows } = await client.query<{ schema_name: string; position: number }>(
      `select schema_name, position from ${this.#hostSchema}.view_checkpoint where schema_name = any($1)`,
      [[...this.#views.keys()]],
    );
    for (const { schema_name: schema, position } of rows) this.#views.get(schema)?.view.catchUp(position);
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

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal }).catch(() => undefined);
