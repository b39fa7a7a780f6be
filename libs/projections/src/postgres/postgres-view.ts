import type { Projection } from '../projection.js';
import type { SetAsideEvent } from '../view-host.js';
import { describeFault, isUnavailable } from './faults.js';
import { Leader } from './leader.js';
import { firstAfter, type ProjectedLog } from './projected-log.js';
import { SharedView, type ViewProgress } from './shared-view.js';
import type { OpenedView } from './view-database.js';
import type { ViewStore } from './view-store.js';

/** A view projected from the log, by this replica or another. */
export class PostgresView extends SharedView {
  readonly #projection: Projection;
  readonly #store: ViewStore;
  readonly #events: ProjectedLog;

  constructor(projection: Projection, { store, database }: OpenedView, events: ProjectedLog, begun: ViewProgress) {
    super({ name: projection.name, version: projection.version, database, events, begun });
    this.#projection = projection;
    this.#store = store;
    this.#events = events;
  }

  setAside(): Promise<readonly SetAsideEvent[]> {
    return this.#store.setAside();
  }

  /** In any replica: the one that projects waits meanwhile. */
  async retrySetAside(): Promise<{ applied: number; remaining: number }> {
    const store = this.#store;
    let applied = 0;
    for (const { position } of await store.setAside()) {
      const event = await firstAfter(this.#events, position - 1);
      if (event?.position !== position) continue;
      try {
        applied += await store.between(async (view) => {
          // Another replica may have applied it meanwhile.
          const waits = await store.removeSetAside(view, position);
          if (waits) await this.#projection.apply([event], view);
          return { result: waits ? 1 : 0, changes: waits };
        });
      } catch (error) {
        if (isUnavailable(error)) throw error;
        const reason = describeFault(error);
        await store.between(async (view) => {
          await store.recordSetAside(view, event, reason);
          return { result: undefined, changes: false };
        });
      }
    }
    const { position, setAside: remaining } = await store.progress();
    if (applied > 0) this.advance(position, true);
    return { applied, remaining };
  }

  /** Projects until the signal. @throws when it cannot go on */
  async lead(signal: AbortSignal): Promise<void> {
    const leader = new Leader({
      projection: this.#projection,
      store: this.#store,
      events: this.#events,
      onStep: (position, changed) => {
        this.failed = false;
        this.advance(position, changed);
      },
    });
    try {
      await leader.run(signal);
    } catch (error) {
      this.failed = true;
      throw error;
    }
  }

  /** Another replica projects. */
  follow(): void {
    this.failed = false;
  }

  protected progress(): Promise<ViewProgress> {
    return this.#store.progress();
  }
}
