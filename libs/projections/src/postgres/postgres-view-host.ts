import { setTimeout as sleep } from 'node:timers/promises';
import type { Projection, ViewStatus } from '../projection.js';
import type { CreateProjection, ProjectionSource, View, ViewHost } from '../view-host.js';
import { describeFault } from './faults.js';
import { PostgresView } from './postgres-view.js';
import { logIdentity, type ProjectedLog } from './projected-log.js';
import { type OpenedView, ViewDatabase, type ViewDatabaseOptions } from './view-database.js';
import { leaderLock } from './view-schema.js';

export interface PostgresViewHostOptions {
  readonly events: ProjectedLog;
  /** False: this replica only reads. */
  readonly projects?: boolean;
  /** Told when a view fails; the text holds no personal data. */
  readonly onFault?: (fault: { readonly view?: string; readonly reason: string }) => void;
}

const lookForLeadershipMs = 500;
const longestPauseMs = 30_000;

/**
 * Runs projections of any event store into PostgreSQL, each view in a schema of its own, `view_{name}_v{version}`. Of several
 * replicas on the same database one projects each view and all read it; when it ends, is killed or held up, another goes on
 * from the checkpoint.
 * @throws DatabaseUnavailable when the server cannot be reached
 * @throws ServerTooOld, MadeByNewerVersion
 */
export async function createPostgresViewHost(
  options: PostgresViewHostOptions & ViewDatabaseOptions,
): Promise<ViewHost> {
  const database = await ViewDatabase.open(options);
  const host = postgresViewHostOn(database, options);
  return {
    add: (source) => host.add(source),
    statuses: () => host.statuses(),
    close: async () => {
      await host.close();
      await database.close();
    },
  };
}

/** The same on connections that others use too; they are closed by whoever opened them, after this host. */
export function postgresViewHostOn(database: ViewDatabase, options: PostgresViewHostOptions): ViewHost {
  return new PostgresViewHost(database, options);
}

interface HostedView {
  readonly view: PostgresView;
  readonly opened: OpenedView;
  ended: Promise<void>;
}

class PostgresViewHost implements ViewHost {
  readonly #database: ViewDatabase;
  readonly #options: PostgresViewHostOptions;
  readonly #views = new Map<string, HostedView | undefined>();
  readonly #closing = new AbortController();
  #closed: Promise<void> | undefined;

  constructor(database: ViewDatabase, options: PostgresViewHostOptions) {
    this.#database = database;
    this.#options = options;
  }

  async add({ module, settings }: ProjectionSource): Promise<View> {
    if (this.#closing.signal.aborted) throw new Error('The view host has stopped');
    const { createProjection } = (await import(module.href)) as { createProjection?: CreateProjection };
    if (createProjection === undefined) throw new Error(`${module.href} does not export createProjection`);
    const projection = await createProjection(settings);
    const label = `${projection.name}-v${projection.version}`;
    if (this.#views.has(label)) throw new Error(`View ${label} was added already`);
    this.#views.set(label, undefined);
    try {
      const hosted = await this.#open(projection);
      this.#views.set(label, hosted);
      if (this.#options.projects !== false) hosted.ended = this.#keepLeading(hosted);
      return hosted.view;
    } catch (error) {
      this.#views.delete(label);
      throw error;
    }
  }

  async statuses(): Promise<readonly ViewStatus[]> {
    return Promise.all(this.#hosted().map(({ view }) => view.status()));
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#closing.abort();
    for (const { view } of this.#hosted()) view.stop();
    await Promise.all(this.#hosted().map(({ ended }) => ended));
  }

  #hosted(): readonly HostedView[] {
    return [...this.#views.values()].filter((hosted) => hosted !== undefined);
  }

  async #open(projection: Projection): Promise<HostedView> {
    const { events } = this.#options;
    const opened = await this.#database.openView(projection, await logIdentity(events));
    const view = new PostgresView(projection, opened, events, await opened.store.progress());
    this.#database.follow(opened.schema, view);
    return { view, opened, ended: Promise.resolve() };
  }

  /** Projects whenever no other replica does. */
  async #keepLeading({ view, opened }: HostedView): Promise<void> {
    const { signal: closing } = this.#closing;
    for (let failures = 0; !closing.aborted;) {
      const began = Date.now();
      try {
        const led = await this.#database.whileHolding(leaderLock(opened.schema), closing, (held) => view.lead(held));
        if (!led) view.follow();
        failures = 0;
        await pause(lookForLeadershipMs, closing);
      } catch (error) {
        if (Date.now() - began > longestPauseMs) failures = 0;
        this.#options.onFault?.({ view: opened.label, reason: describeFault(error) });
        await pause(Math.min(longestPauseMs, 250 * 2 ** failures++), closing);
      }
    }
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal }).catch(() => undefined);
