import type { Position } from '#event-store/event-store.js';
import type { BuildProgress, Projection, ReadDatabase, ViewStatus } from './projection.js';

/**
 * Runs projections off the request path and lets readers at their views. Embedded: one worker thread applies the events,
 * one SQLite file per view, readers on read-only connections of their own. A view is never read half-built.
 */
export interface ViewHost {
  /**
   * Starts the projection, from its checkpoint; resolves when its schema is in place. Where its version has not been built, an
   * older one that its readers can read serves meanwhile, and is removed afterwards. A view that has next to nothing to be built
   * from can be read when it resolves.
   */
  add(source: ProjectionSource): Promise<View>;
  /** The view that was added under this name. */
  find(name: string): View | undefined;
  statuses(): Promise<readonly ViewStatus[]>;
  /**
   * Runs the work in one replica at a time: another goes on when this one ends, is killed or held up. The work gets a signal that
   * aborts with the given one, and when another may have begun.
   * @param name of the work, the same in all replicas
   * @returns false, at once, while another replica does it
   */
  whileAlone(name: string, signal: AbortSignal, work: (held: AbortSignal) => Promise<void>): Promise<boolean>;
  close(): Promise<void>;
}

/** A projection is named by the module that makes it, so that it can be loaded in another thread or process. */
export interface ProjectionSource {
  /** Module exporting {@link CreateProjection} as `createProjection`. */
  readonly module: URL;
  /** Handed to `createProjection`; JSON. */
  readonly settings?: unknown;
}

export type CreateProjection<Settings = unknown> = (settings: Settings) => Projection | Promise<Projection>;

export interface View {
  /**
   * Queries go to what serves at the moment; those under way when it is exchanged finish on what they began with.
   * @throws ViewBeingBuilt when there is nothing to read yet
   */
  readonly database: ReadDatabase;
  /**
   * Embedded: the file that serves at the moment, for whoever reads it on a connection of its own, in another thread. `undefined`
   * where nothing serves yet, and on engines whose views are in no file.
   */
  file(): string | undefined;
  status(): Promise<ViewStatus>;
  /** Called after each commit of the view; returns the way to stop. */
  onAdvanced(listener: (position: Position) => void): () => void;
  /** Events that could not be applied and wait to be tried again, oldest first. */
  setAside(): Promise<readonly SetAsideEvent[]>;
  /** Applies the events that were set aside once more, each by itself, in order; tells how it went. */
  retrySetAside(): Promise<{ readonly applied: number; readonly remaining: number }>;
  /** True as soon as the view has applied everything up to the position; false when the time is over first. */
  waitFor(position: Position, timeoutMs: number): Promise<boolean>;
  /**
   * Begins to build the view anew from the log, beside the one that serves. When it is level with the log, and with what was
   * read before, it takes over in one step. A process that ends meanwhile goes on with it when it is started again.
   * @returns `under-way` when the view is being built already
   */
  rebuild(): Promise<'begun' | 'under-way'>;
  /**
   * Gives up what {@link rebuild} began and removes it.
   * @returns `none` when nothing is being built; `needed` when the version that is being built has no other to go back to
   */
  cancelRebuild(): Promise<'cancelled' | 'none' | 'needed'>;
}

/** There is nothing to read of a view yet: its version is being built, and no older one can be read in its place. */
export class ViewBeingBuilt extends Error {
  override readonly name = 'ViewBeingBuilt';
  constructor(
    readonly view: string,
    readonly build: BuildProgress | undefined,
  ) {
    super(`View ${view} is being built`);
  }
}

export interface SetAsideEvent {
  readonly position: Position;
  readonly eventId: string;
  readonly type: string;
  readonly stream: string;
  /** Kind of the error and the place in the code; never its message, which may quote personal data. */
  readonly reason: string;
  /** ISO 8601 UTC. */
  readonly setAsideAt: string;
}
