import type { Position } from '#event-store/event-store.js';
import type { Projection, ReadDatabase, ViewStatus } from './projection.js';

/**
 * Runs projections off the request path and lets readers at their views. Embedded: one worker thread applies the events,
 * one SQLite file per view, readers on read-only connections of their own.
 */
export interface ViewHost {
  /** Starts the projection, from its checkpoint; resolves when its schema is in place. */
  add(source: ProjectionSource): Promise<View>;
  statuses(): Promise<readonly ViewStatus[]>;
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
  readonly database: ReadDatabase;
  status(): Promise<ViewStatus>;
  /** Called after each commit of the view; returns the way to stop. */
  onAdvanced(listener: (position: Position) => void): () => void;
  /** Events that could not be applied and wait to be tried again, oldest first. */
  setAside(): Promise<readonly SetAsideEvent[]>;
  /** Applies the events that were set aside once more, each by itself, in order; tells how it went. */
  retrySetAside(): Promise<{ readonly applied: number; readonly remaining: number }>;
  /** True as soon as the view has applied everything up to the position; false when the time is over first. */
  waitFor(position: Position, timeoutMs: number): Promise<boolean>;
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
