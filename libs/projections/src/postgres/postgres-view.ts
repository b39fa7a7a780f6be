import { setTimeout as sleep } from 'node:timers/promises';
import type { Projection } from '../projection.js';
import type { SetAsideEvent } from '../view-host.js';
import { describeFault, isUnavailable } from './faults.js';
import { Leader } from './leader.js';
import { firstAfter, type ProjectedLog } from './projected-log.js';
import { type Generation, SharedView, type SharedViewOptions } from './shared-view.js';
import type { BeforeServing } from './view-catalogue.js';
import type { ViewDatabase } from './view-database.js';
import { leaderLock } from './view-schema.js';
import type { ViewStore } from './view-store.js';

export interface PostgresViewOptions extends Omit<SharedViewOptions, 'name' | 'tables'> {
  /** A projection for one generation: it may keep what it knows of its view in memory. */
  readonly newProjection: () => Promise<Projection>;
}

/** A view projected from the log, by this replica or another. */
export class PostgresView extends SharedView {
  readonly #options: PostgresViewOptions;
  readonly #projection: Projection;

  constructor(projection: Projection, options: PostgresViewOptions) {
    super({ ...options, name: projection.name, tables: projection });
    this.#options = options;
    this.#projection = projection;
  }

  protected setAsideIn({ opened }: Generation): Promise<readonly SetAsideEvent[]> {
    return opened.store.setAside();
  }

  /** In any replica: the one that projects waits meanwhile. */
  protected async retryIn({ opened: { store, schema } }: Generation): Promise<{ applied: number; remaining: number }> {
    const applied = await retryFromLog(store, this.#projection, this.#options.events);
    const { position, setAside: remaining } = await store.progress();
    if (applied > 0) this.advance(schema, position, true);
    return { applied, remaining };
  }

  protected async keepUp(generation: Generation, signal: AbortSignal): Promise<void> {
    const { database, events, newProjection } = this.#options;
    const { opened } = generation;
    await keepTrying(
      signal,
      async () => {
        const led = await database.whileHolding(leaderLock(opened.schema), signal, async (held) => {
          await lead({ generation, view: this, database, events, projection: await newProjection() }, held);
        });
        if (!led) generation.failing = false;
      },
      (error) => this.cannotGoOn(generation, signal, error),
    );
  }
}

export interface Lead {
  readonly generation: Generation;
  readonly view: SharedView;
  readonly database: ViewDatabase;
  readonly events: ProjectedLog;
  readonly projection: Projection;
  readonly beforeServing?: BeforeServing;
  /** Called when the generation serves. */
  readonly onServing?: () => void;
}

/**
 * Projects a generation until the signal; one that is being built takes over when it is level with the log.
 * @throws when it cannot go on
 */
export async function lead(
  { generation, view, database, events, projection, beforeServing = async () => true, onServing }: Lead,
  signal: AbortSignal,
): Promise<void> {
  const { store, schema } = generation.opened;
  let serves = generation.serves;
  const leader = new Leader({
    projection,
    store,
    events,
    onStep: (position, changed) => {
      generation.failing = false;
      view.advance(schema, position, changed);
    },
    onLevel: async () => {
      if (serves || signal.aborted) return;
      serves = generation.serves || (await database.catalogue.takeOver(schema, beforeServing));
      if (serves) onServing?.();
    },
  });
  await leader.run(signal);
}

/** Applies what was set aside once more, each by itself; in any replica. Gives how many could be. */
export async function retryFromLog(store: ViewStore, projection: Projection, events: ProjectedLog): Promise<number> {
  let applied = 0;
  for (const { position } of await store.setAside()) {
    const event = await firstAfter(events, position - 1);
    if (event?.position !== position) continue;
    try {
      applied += await store.between(async (view) => {
        // Another replica may have applied it meanwhile.
        const waits = await store.removeSetAside(view, position);
        if (waits) await projection.apply([event], view);
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
  return applied;
}

const lookForLeadershipMs = 500;
const longestPauseMs = 30_000;

/** Again and again until the signal, after a failure with longer and longer pauses. */
export async function keepTrying(
  signal: AbortSignal,
  attempt: () => Promise<void>,
  onFailure: (error: unknown) => Promise<void>,
): Promise<void> {
  for (let failures = 0; !signal.aborted;) {
    const began = Date.now();
    try {
      await attempt();
      failures = 0;
      await pause(lookForLeadershipMs, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (Date.now() - began > longestPauseMs) failures = 0;
      await onFailure(error);
      await pause(Math.min(longestPauseMs, 250 * 2 ** failures++), signal);
    }
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal }).catch(() => undefined);
