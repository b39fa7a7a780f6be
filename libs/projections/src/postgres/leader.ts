import { setTimeout as sleep } from 'node:timers/promises';
import type { EventBatch, Position, RecordedEvent } from '#event-store/event-store.js';
import type { Projection } from '../projection.js';
import { describeFault, isUnavailable } from './faults.js';
import { logIdentity, type ProjectedLog } from './projected-log.js';
import type { ViewStore } from './view-store.js';

export interface LeaderOptions {
  readonly projection: Projection;
  readonly store: ViewStore;
  readonly events: ProjectedLog;
  /** Told after every step. */
  readonly onStep: (position: Position, changed: boolean) => void;
  /** Awaited whenever the view is level with the log. */
  readonly onLevel?: () => Promise<void>;
}

/** Large transactions are cheaper: a row that many events touch is written once. Readers wait for them while a view is level with the log. */
const mostAtOnce = 2_000;
const shouldTakeMs = { live: 250, building: 1_500 } as const;
/**
 * A view level with the log rests after a commit as long as it took: what comes meanwhile is one commit. Positions passed over
 * without an event for the view are written down less often.
 */
const shortestRestMs = 10;
const longestRestMs = 200;
const restOfNothingMs = 200;
/** So many positions passed over are written down while the view is still behind. */
const unsavedPositions = 10_000;

/** Projects one view in this process for as long as it is this replica's to do. */
export class Leader {
  readonly #options: LeaderOptions;
  #term = 0;
  #saved: Position = 0;
  #logNamed = false;
  #settled = false;
  #analyzed = false;
  #atOnce = 250;

  constructor(options: LeaderOptions) {
    this.#options = options;
  }

  /**
   * From the checkpoint on until the signal.
   * @throws DatabaseUnavailable, LeadershipLost, or what the event store throws
   */
  async run(signal: AbortSignal): Promise<void> {
    const { store, events, projection } = this.#options;
    const begun = await store.takeOver();
    this.#term = begun.term;
    this.#saved = begun.position;
    this.#settled = begun.settled;
    this.#analyzed = begun.settled;
    this.#logNamed = begun.log !== null;
    this.#tell(false);
    const batches = events.subscribe({
      after: begun.position,
      filter: projection.filter,
      batchSize: mostAtOnce,
      signal,
    });
    for await (const batch of batches) {
      if (signal.aborted) return;
      const began = performance.now();
      const changed = await this.#take(batch, signal);
      if (this.#settled && !this.#analyzed) await this.#analyze();
      if (!batch.caughtUp) continue;
      await this.#options.onLevel?.();
      const took = performance.now() - began;
      await rest(changed ? Math.min(longestRestMs, Math.max(shortestRestMs, took)) : restOfNothingMs, signal);
    }
  }

  async #take(batch: EventBatch, signal: AbortSignal): Promise<boolean> {
    if (!this.#logNamed && batch.position > 0) await this.#nameLog();
    for (let next = 0; next < batch.events.length && !signal.aborted;) {
      const began = performance.now();
      const slice = batch.events.slice(next, next + this.#atOnce);
      next += slice.length;
      const last = next >= batch.events.length;
      this.#settled ||= last && batch.caughtUp;
      await this.#apply(slice, last ? batch.position : (slice.at(-1)?.position ?? this.#saved));
      this.#adapt(slice.length, performance.now() - began);
    }
    if (batch.events.length > 0) return true;
    const newlySettled = batch.caughtUp && !this.#settled;
    this.#settled ||= batch.caughtUp;
    const passed = batch.position - this.#saved;
    if (newlySettled || passed >= unsavedPositions || (batch.caughtUp && passed > 0)) await this.#save(batch.position);
    return false;
  }

  async #apply(events: readonly RecordedEvent[], through: Position): Promise<void> {
    const { store, projection } = this.#options;
    try {
      await store.advance(this.#step(through, true), (view) => projection.apply(events, view));
      this.#moved(through, true);
    } catch (error) {
      if (isUnavailable(error)) throw error;
      await this.#applySingly(events);
      if (through > this.#saved) await this.#save(through);
    }
  }

  async #applySingly(events: readonly RecordedEvent[]): Promise<void> {
    const { store, projection } = this.#options;
    for (const event of events) {
      const step = { ...this.#step(event.position, true), inStep: true };
      try {
        await store.advance(step, (view) => projection.apply([event], view));
      } catch (error) {
        if (isUnavailable(error)) throw error;
        await store.advance(step, (view) => store.recordSetAside(view, event, describeFault(error)));
      }
      this.#moved(event.position, true);
    }
  }

  async #save(position: Position): Promise<void> {
    await this.#options.store.advance(this.#step(position, false), async () => {});
    this.#moved(position, false);
  }

  #step(through: Position, changes: boolean) {
    return { term: this.#term, from: this.#saved, through, changes, settled: this.#settled };
  }

  #moved(position: Position, changed: boolean): void {
    this.#saved = position;
    this.#tell(changed);
  }

  #tell(changed: boolean): void {
    this.#options.onStep(this.#saved, changed);
  }

  /** The view was made when the log was empty. */
  async #nameLog(): Promise<void> {
    const log = await logIdentity(this.#options.events);
    if (log === undefined) return;
    await this.#options.store.nameLog(this.#term, log);
    this.#logNamed = true;
  }

  /** Readers' plans should not wait until the server looks at the new tables by itself. */
  async #analyze(): Promise<void> {
    await this.#options.store.analyze();
    this.#analyzed = true;
  }

  #adapt(events: number, tookMs: number): void {
    const shouldTake = this.#settled ? shouldTakeMs.live : shouldTakeMs.building;
    if (tookMs > shouldTake * 1.5) this.#atOnce = Math.max(1, Math.floor((events * shouldTake) / tookMs));
    else if (events === this.#atOnce && tookMs < shouldTake) this.#atOnce = Math.min(mostAtOnce, this.#atOnce * 2);
  }
}

const rest = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal }).catch(() => undefined);
