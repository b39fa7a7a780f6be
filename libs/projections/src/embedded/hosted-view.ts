import type { EmbeddedReader } from '#event-store/embedded/embedded-reader.js';
import type { Position } from '#event-store/event-store.js';
import type { ReadDatabase, ViewStatus } from '../projection.js';
import type { View } from '../view-host.js';
import { PositionWaiters } from '../position-waiters.js';
import type { ViewProgress } from './projector-messages.js';
import { SqliteReadDatabase } from './sqlite-read-database.js';

/** A view that had reached the end of the log counts as catching up again when its oldest unapplied event is older. */
const lagOfLiveMs = 5_000;

/** A view as the threads that read it see it. */
export class HostedView implements View {
  readonly database: ReadDatabase;
  readonly setAside: View['setAside'];
  readonly retrySetAside: View['retrySetAside'];
  readonly #log: EmbeddedReader;
  readonly #listeners = new Set<(position: Position) => void>();
  readonly #waiters: PositionWaiters;
  #progress: ViewProgress;

  constructor(progress: ViewProgress, log: EmbeddedReader, calls: Pick<View, 'setAside' | 'retrySetAside'>) {
    this.#progress = progress;
    this.#log = log;
    this.#waiters = new PositionWaiters(progress.position);
    this.setAside = calls.setAside;
    this.retrySetAside = calls.retrySetAside;
    this.database = new SqliteReadDatabase(progress.path);
  }

  async status(): Promise<ViewStatus> {
    const { name, version, position, setAside } = this.#progress;
    const logPosition = Math.max(await this.#log.head(), position);
    const oldest = position < logPosition ? this.#log.recordedAtAfter(position) : undefined;
    const delayMs = oldest === undefined ? 0 : Math.max(0, Date.now() - oldest);
    return { name, version, position, logPosition, delayMs, setAside, state: this.#stateAt(delayMs) };
  }

  onAdvanced(listener: (position: Position) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  waitFor(position: Position, timeoutMs: number): Promise<boolean> {
    return this.#waiters.waitFor(position, timeoutMs);
  }

  advance(progress: ViewProgress, changed: boolean): void {
    this.#progress = progress;
    this.#waiters.advance(progress.position);
    if (!changed) return;
    for (const listener of this.#listeners) listener(progress.position);
  }

  stop(): void {
    this.#progress = { ...this.#progress, state: 'stopped' };
    this.#waiters.stop();
  }

  async close(): Promise<void> {
    this.#listeners.clear();
    await this.database.close();
  }

  #stateAt(delayMs: number): ViewStatus['state'] {
    const { state } = this.#progress;
    return state === 'live' && delayMs > lagOfLiveMs ? 'catching-up' : state;
  }
}
