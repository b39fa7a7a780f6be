/** Lets one task at a time work on a key; others wait their turn. */
export class KeyedMutex {
  readonly #tails = new Map<string, Promise<void>>();

  /** Runs `task` while holding every key; keys are taken in one order for all, so tasks cannot wait for each other in a ring. */
  async run<Result>(keys: readonly string[], task: () => Promise<Result>): Promise<Result> {
    const releases: (() => void)[] = [];
    for (const key of [...new Set(keys)].toSorted()) releases.push(await this.#acquire(key));
    try {
      return await task();
    } finally {
      for (const release of releases) release();
    }
  }

  async #acquire(key: string): Promise<() => void> {
    const before = this.#tails.get(key);
    const { promise: mine, resolve: finish } = Promise.withResolvers<void>();
    this.#tails.set(key, mine);
    await before;
    return () => {
      if (this.#tails.get(key) === mine) this.#tails.delete(key);
      finish();
    };
  }
}
