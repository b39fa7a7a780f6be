/** Tells whoever shows the state that it has changed; what changed they look up. */
export class Changes {
  readonly #listeners = new Set<() => void>();

  /** @returns ends it */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
