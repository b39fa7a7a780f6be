interface Held<Value> {
  readonly value: Promise<Value>;
  users: number;
}

/** Keeps the values used last; one is let go of only when nobody uses it any more, and made once for all who ask meanwhile. */
export class Leases<Value> {
  readonly #held = new Map<string, Held<Value>>();

  constructor(
    private readonly most: number,
    private readonly release: (value: Value) => Promise<void>,
  ) {}

  async use<Result>(key: string, make: () => Promise<Value>, work: (value: Value) => Promise<Result>): Promise<Result> {
    const held = this.#held.get(key) ?? { value: make(), users: 0 };
    this.#held.delete(key);
    this.#held.set(key, held);
    held.users += 1;
    try {
      return await work(await held.value);
    } finally {
      held.users -= 1;
      await this.#letGo();
    }
  }

  /** The oldest that nobody uses; those in use make the whole larger for as long as they are. */
  async #letGo(): Promise<void> {
    for (const [key, { value, users }] of this.#held) {
      const failed = await value.then(
        () => false,
        () => true,
      );
      if (users > 0 || (this.#held.size <= this.most && !failed)) continue;
      if (!this.#held.delete(key) || failed) continue;
      await this.release(await value);
    }
  }
}
