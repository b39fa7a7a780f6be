import type { Position } from '#event-store/event-store.js';

interface Waiter {
  readonly position: Position;
  readonly settle: (reached: boolean) => void;
}

/** Those who wait until a view has come to a position. */
export class PositionWaiters {
  readonly #waiting = new Set<Waiter>();
  #position: Position;
  #stopped = false;

  constructor(position: Position) {
    this.#position = position;
  }

  get position(): Position {
    return this.#position;
  }

  /** True as soon as the position is reached; false when the time is over first, or it will not be reached any more. */
  waitFor(position: Position, timeoutMs: number): Promise<boolean> {
    if (this.#position >= position) return Promise.resolve(true);
    if (this.#stopped || timeoutMs <= 0) return Promise.resolve(false);
    return new Promise((resolve) => {
      const settle = (reached: boolean): void => {
        clearTimeout(timer);
        this.#waiting.delete(waiter);
        resolve(reached);
      };
      const waiter: Waiter = { position, settle };
      const timer = setTimeout(() => settle(false), timeoutMs);
      this.#waiting.add(waiter);
    });
  }

  advance(position: Position): void {
    this.#position = position;
    for (const waiter of this.#waiting) if (waiter.position <= position) waiter.settle(true);
  }

  /** Nothing more comes: everybody who waits is told so. */
  stop(): void {
    this.#stopped = true;
    for (const waiter of this.#waiting) waiter.settle(false);
  }
}
