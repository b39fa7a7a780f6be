import type { Position } from '#event-store/event-store.js';
import { PositionWaiters } from './position-waiters.js';
import type { SwitchingDatabase } from './switching-database.js';
import type { View } from './view-host.js';

/** Of a view that cannot be read yet: not even what was before the first event. */
const nowhere: Position = -1;

/** A view that had reached the end of the log counts as catching up again when its oldest unapplied event is older. */
export const lagOfLiveMs = 5_000;

/** How far a view is, for those who wait for a position and those who are told of each. */
export class ViewAdvance implements Pick<View, 'onAdvanced' | 'waitFor'> {
  readonly #waiters = new PositionWaiters(nowhere);
  readonly #listeners = new Set<(position: Position) => void>();

  constructor(private readonly database: Pick<SwitchingDatabase, 'readAnew'>) {}

  get position(): Position {
    return this.#waiters.position;
  }

  onAdvanced(listener: (position: Position) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async waitFor(position: Position, timeoutMs: number): Promise<boolean> {
    const reached = await this.#waiters.waitFor(position, timeoutMs);
    if (reached) this.database.readAnew();
    return reached;
  }

  /** @param changed whether rows of the view did */
  to(position: Position, changed: boolean): void {
    this.#waiters.advance(position);
    if (!changed) return;
    for (const listener of this.#listeners) listener(position);
  }

  /** Nothing more comes: everybody who waits is told so. */
  stop(): void {
    this.#waiters.stop();
  }

  /** Nobody is told any more. */
  close(): void {
    this.stop();
    this.#listeners.clear();
  }
}
