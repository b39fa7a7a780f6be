import { setTimeout as pause } from 'node:timers/promises';

const firstPauseMs = 25;
const longestPauseMs = 2_000;

/** Back-off between attempts: doubles, with chance in it so that many callers do not come back in step. */
export class BackOff {
  #nextMs = firstPauseMs;

  async pause(signal?: AbortSignal, atMostMs = Infinity): Promise<void> {
    const length = Math.min(this.#nextMs * (0.5 + Math.random()), atMostMs);
    this.#nextMs = Math.min(this.#nextMs * 2, longestPauseMs);
    await pause(Math.max(0, length), undefined, signal === undefined ? {} : { signal }).catch(() => {});
  }

  reset(): void {
    this.#nextMs = firstPauseMs;
  }
}

/** The total time that is spent on something that goes wrong again and again. */
export class Patience {
  readonly #until: number;
  readonly #backOff = new BackOff();

  constructor(totalMs: number) {
    this.#until = performance.now() + totalMs;
  }

  get isOver(): boolean {
    return performance.now() >= this.#until;
  }

  async pause(): Promise<void> {
    await this.#backOff.pause(undefined, this.#until - performance.now());
  }
}
