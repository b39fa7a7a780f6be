/** Remembers that something came while nobody waited. */
export class News {
  #came = false;
  #wake: () => void = () => {};

  bring(): void {
    this.#came = true;
    this.#wake();
  }

  /** True as soon as there is news; false when the time is over or the signal ended the wait. */
  async within(timeMs: number, signal: AbortSignal): Promise<boolean> {
    if (!this.#came) await pause(timeMs, signal, (wake) => (this.#wake = wake));
    const came = this.#came;
    this.#came = false;
    return came;
  }
}

/** Resolves when the time is over, the signal aborts, or whoever got `wake` by `onWait` calls it. */
export function pause(timeMs: number, signal: AbortSignal, onWait?: (wake: () => void) => void): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(done, timeMs);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
    onWait?.(done);
  });
}
