import type { Position } from '#event-store/event-store.js';
import { PositionWaiters } from '../position-waiters.js';
import type { ReadDatabase, ViewStatus } from '../projection.js';
import type { SetAsideEvent, View } from '../view-host.js';
import { isUnavailable } from './faults.js';
import { firstAfter, type ProjectedLog } from './projected-log.js';
import type { ViewFollower } from './view-database.js';

/** What is stored of how far a view is. */
export interface ViewProgress {
  readonly position: Position;
  readonly setAside: number;
  /** Has been at the end of the log. */
  readonly settled: boolean;
}

export interface SharedViewOptions {
  readonly name: string;
  readonly version: number;
  readonly database: ReadDatabase;
  readonly events: Pick<ProjectedLog, 'head' | 'readAll'>;
  /** How far the view was when it was opened. */
  readonly begun: ViewProgress;
}

/** A view that had reached the end of the log counts as catching up again when its oldest unapplied event is older. */
const lagOfLiveMs = 5_000;

/** A view in PostgreSQL as one replica sees it, whoever writes it. */
export abstract class SharedView implements View, ViewFollower {
  readonly database: ReadDatabase;
  readonly #options: SharedViewOptions;
  readonly #waiters: PositionWaiters;
  readonly #listeners = new Set<(position: Position) => void>();
  #known: ViewProgress;
  #stopped = false;
  /** This replica writes it, and cannot. */
  protected failed = false;

  constructor(options: SharedViewOptions) {
    this.#options = options;
    this.database = options.database;
    this.#known = options.begun;
    this.#waiters = new PositionWaiters(options.begun.position);
  }

  abstract setAside(): Promise<readonly SetAsideEvent[]>;
  abstract retrySetAside(): Promise<{ readonly applied: number; readonly remaining: number }>;
  /** As stored. */
  protected abstract progress(): Promise<ViewProgress>;

  async status(): Promise<ViewStatus> {
    const { name, version, events } = this.#options;
    const stored = await this.progress().catch((error: unknown) => {
      if (isUnavailable(error)) return undefined;
      throw error;
    });
    if (stored !== undefined) this.#known = stored;
    const { position, setAside, settled } = this.#known;
    const logPosition = Math.max(await events.head(), position);
    const delayMs = position < logPosition ? await this.#ageOfFirstAfter(position) : 0;
    const following = settled && delayMs <= lagOfLiveMs ? 'live' : 'catching-up';
    const state = stored === undefined || this.failed ? 'failed' : following;
    return { name, version, position, logPosition, delayMs, setAside, state: this.#stopped ? 'stopped' : state };
  }

  onAdvanced(listener: (position: Position) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  waitFor(position: Position, timeoutMs: number): Promise<boolean> {
    return this.#waiters.waitFor(position, timeoutMs);
  }

  /** A commit was made, here or elsewhere. */
  advance(position: Position, changed: boolean): void {
    if (position > this.#waiters.position) this.#waiters.advance(position);
    if (!changed) return;
    for (const listener of this.#listeners) listener(position);
  }

  catchUp(position: Position): void {
    if (position > this.#waiters.position) this.advance(position, true);
  }

  stop(): void {
    this.#stopped = true;
    this.#waiters.stop();
    this.#listeners.clear();
  }

  async #ageOfFirstAfter(position: Position): Promise<number> {
    const event = await firstAfter(this.#options.events, position);
    return event === undefined ? 0 : Math.max(0, Date.now() - Date.parse(event.recordedAt));
  }
}
