import type { Position } from '../event-store.js';

/** The newest durable position as a reader knows it, and the way to wait for a newer one. */
export class LogHead {
  #position: Position;
  #closed = false;
  #failure: Error | undefined;
  readonly #waiting = new Set<() => void>();

  constructor(position: Position) {
    this.#position = position;
  }

  get position(): Position {
    return this.#position;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get awaited(): boolean {
    return this.#waiting.size > 0;
  }

  advance(position: Position): void {
    if (position <= this.#position) return;
    this.#position = position;
    this.#wake();
  }

  /** @param failure what those who wait, and those who come later, are to be told; none when the owner closed the log */
  close(failure?: Error): void {
    this.#closed = true;
    this.#failure ??= failure;
    this.#wake();
  }

  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Resolves when the head is beyond the position, the signal aborts, or the log is closed. */
  async beyond(position: Position, signal?: AbortSignal): Promise<void> {
    const isOver = (): boolean => this.#position > position || this.#closed || signal?.aborted === true;
    while (!isOver()) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          this.#waiting.delete(done);
          signal?.removeEventListener('abort', done);
          resolve();
        };
        this.#waiting.add(done);
        signal?.addEventListener('abort', done);
      });
    }
  }

  #wake(): void {
    // A waiter takes itself out of the set when it is woken, which a walk over a set allows.
    for (const wake of this.#waiting) wake();
  }
}
