import type { ViewStatus } from '../projection.js';
import type { CreateProjection, ProjectionSource, View, ViewHost } from '../view-host.js';
import { PostgresView } from './postgres-view.js';
import type { ProjectedLog } from './projected-log.js';
import { ViewDatabase, type ViewDatabaseOptions } from './view-database.js';

/** A longer building is not waited for. */
const briefBuildingMs = 500;

export interface PostgresViewHostOptions {
  readonly events: ProjectedLog;
  /** False: this replica only reads. */
  readonly projects?: boolean;
  /** How long what was replaced can still be read by those who began with it, in milliseconds; default 10 s. */
  readonly readingMs?: number;
  /** Told when a view fails; the text holds no personal data. */
  readonly onFault?: (fault: { readonly view?: string; readonly reason: string }) => void;
}

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
    find: (name) => host.find(name),
    statuses: () => host.statuses(),
    whileAlone: (name, signal, work) => host.whileAlone(name, signal, work),
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

class PostgresViewHost implements ViewHost {
  readonly #database: ViewDatabase;
  readonly #options: PostgresViewHostOptions;
  readonly #views = new Map<string, PostgresView>();
  readonly #adding = new Set<string>();
  #closed: Promise<void> | undefined;

  constructor(database: ViewDatabase, options: PostgresViewHostOptions) {
    this.#database = database;
    this.#options = options;
  }

  async add({ module, settings }: ProjectionSource): Promise<View> {
    this.#refuseWhenClosed();
    const { createProjection } = (await import(module.href)) as { createProjection?: CreateProjection };
    if (createProjection === undefined) throw new Error(`${module.href} does not export createProjection`);
    const newProjection = async () => createProjection(settings);
    const projection = await newProjection();
    const { name } = projection;
    if (this.#views.has(name) || this.#adding.has(name)) throw new Error(`View ${name} was added already`);
    this.#adding.add(name);
    try {
      const { projects = true, ...options } = this.#options;
      const view = new PostgresView(projection, { ...options, projects, database: this.#database, newProjection });
      await view.open();
      this.#refuseWhenClosed();
      this.#views.set(name, view);
      await view.waitFor(0, briefBuildingMs);
      return view;
    } finally {
      this.#adding.delete(name);
    }
  }

  find(name: string): View | undefined {
    return this.#views.get(name);
  }

  async statuses(): Promise<readonly ViewStatus[]> {
    return Promise.all([...this.#views.values()].map((view) => view.status()));
  }

  whileAlone(name: string, signal: AbortSignal, work: (held: AbortSignal) => Promise<void>): Promise<boolean> {
    return this.#database.whileHolding(`lien-tuyen work ${this.#database.hostSchema} ${name}`, signal, work);
  }

  close(): Promise<void> {
    this.#closed ??= Promise.all([...this.#views.values()].map((view) => view.stop())).then(() => undefined);
    return this.#closed;
  }

  #refuseWhenClosed(): void {
    if (this.#closed !== undefined) throw new Error('The view host has stopped');
  }
}
