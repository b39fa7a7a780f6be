import type { Position, RecordedEvent } from '../event-store.js';

/**
 * The events read last, parsed, for several consumers that read the same part of the log one after the other. They share the
 * objects and must leave them as they are.
 */
export class DecodedEvents {
  readonly #events = new Map<Position, { readonly event: RecordedEvent; readonly size: number }>();
  readonly #limit: number;
  #size = 0;
  #newest: Position = 0;

  /** @param limit characters of stored text whose events are kept */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether the events after the position are likely to be here. */
  reachBeyond(position: Position): boolean {
    const [oldest = Infinity] = this.#events.keys();
    return oldest <= position && position < this.#newest;
  }

  get(position: Position): RecordedEvent | undefined {
    return this.#events.get(position)?.event;
  }

  put(event: RecordedEvent, size: number): void {
    if (this.#events.has(event.position)) return;
    this.#events.set(event.position, { event, size });
    this.#size += size;
    this.#newest = Math.max(this.#newest, event.position);
    for (const [position, oldest] of this.#events) {
      if (this.#size <= this.#limit) return;
      this.#events.delete(position);
      this.#size -= oldest.size;
    }
  }
}
