import type { Position } from '#event-store/event-store.js';
import { PositionWaiters } from '../position-waiters.js';
import type { Projection, ReadDatabase, ViewStatus } from '../projection.js';
import type { SetAsideEvent, View } from '../view-host.js';
import { describeFault, isUnavailable } from './faults.js';
import { Leader } from './leader.js';
import { firstAfter, type ProjectedLog } from './projected-log.js';
import type { StoredProgress, ViewStore } from './view-store.js';

export interface PostgresViewOptions {
  readonly projection: Projection;
  readonly store: ViewStore;
  readonly database: ReadDatabase;
  readonly events: ProjectedLog;
  readonly progress: StoredProgress;
}

/** A view that had reached the end of the log counts as catching up again when its oldest unapplied event is older. */
const lagOfLiveMs = 5_000;

/** A view as this replica sees it, whoever projects it. */
export class PostgresView implements View {
  readonly database: ReadDatabase;
  readonly #options: PostgresViewOptions;
  readonly #waiters: PositionWaiters;
  readonly #listeners = new Set<(position: Position) => void>();
  #known: StoredProgress;
  /** Of this replica as the one that projects; `following` when another does. */
  #state: Exclude<ViewStatus['state'], 'stopped'> | 'following' = 'following';
  #stopped = false;

  constructor(options: PostgresViewOptions) {
    this.#options = options;
    this.database = options.database;
    this.#known = options.progress;
    this.#waiters = new PositionWaiters(options.progress.position);
  }

  async status(): Promise<ViewStatus> {
    const { projection, store, events } = this.#options;
    const { name, version } = projection;
    const asked = await store.progress().catch((error: unknown) => {
      if (isUnavailable(error)) return undefined;
      throw error;
    });
    if (asked !== undefined) this.#known = asked;
    const { position, setAside } = this.#known;
    const logPosition = Math.max(await events.head(), position);
    const delayMs = position < logPosition ? await this.#ageOfFirstAfter(position) : 0;
    const state = asked === undefined ? 'failed' : this.#stateAt(delayMs);
    return { name, version, position, logPosition, delayMs, setAside, state: this.#stopped ? 'stopped' : state };
  }

  onAdvanced(listener: (position: Position) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  waitFor(position: Position, timeoutMs: number): Promise<boolean> {
    return this.#waiters.waitFor(position, timeoutMs);
  }

  setAside(): Promise<readonly SetAsideEvent[]> {
    return this.#options.store.setAside();
  }

  /** In any replica: the one that projects waits meanwhile. */
  async retrySetAside(): Promise<{ applied: number; remaining: number }> {
    const { store, projection, events } = this.#options;
    let applied = 0;
    for (const { position } of await store.setAside()) {
      const event = await firstAfter(events, position - 1);
      if (event?.position !== position) continue;
      try {
        await store.between(async (view) => {
          if (!(await store.removeSetAside(view, position))) return;
          await projection.apply([event], view);
          applied += 1;
        });
      } catch (error) {
        if (isUnavailable(error)) throw error;
        await store.between((view) => store.recordSetAside(view, event, describeFault(error)));
      }
    }
    const { position, setAside: remaining } = await store.progress();
    if (applied > 0) this.advance(position, true);
    return { applied, remaining };
  }

  /** Projects until the signal. @throws when it cannot go on */
  async lead(signal: AbortSignal): Promise<void> {
    const { projection, store, events } = this.#options;
    const leader = new Leader({
      projection,
      store,
      events,
      onStep: (position, state, changed) => {
        this.#state = state;
        this.advance(position, changed);
      },
    });
    this.#state = 'catching-up';
    try {
      await leader.run(signal);
      this.follow();
    } catch (error) {
      this.#state = 'failed';
      throw error;
    }
  }

  /** Another replica projects, or none does. */
  follow(): void {
    this.#state = 'following';
  }

  /** A commit was made, here or elsewhere. */
  advance(position: Position, changed: boolean): void {
    if (position > this.#waiters.position) this.#waiters.advance(position);
    if (!changed) return;
    for (const listener of this.#listeners) listener(position);
  }

  /** What was missed while nothing could be heard. */
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

  #stateAt(delayMs: number): Exclude<ViewStatus['state'], 'stopped'> {
    if (this.#state === 'failed') return 'failed';
    const live = this.#state === 'live' || (this.#state === 'following' && this.#known.settled);
    return live && delayMs <= lagOfLiveMs ? 'live' : 'catching-up';
  }
}
