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
  /** True as soon as the view has applied everything up to the position; false when the time is over first. */
  waitFor(position: Position, timeoutMs: number): Promise<boolean>;
}
