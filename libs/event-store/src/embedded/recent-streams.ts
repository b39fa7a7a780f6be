import type { AppendResult, Position, Revision, StreamName } from '../event-store.js';

export interface Place {
  readonly revision: Revision;
  readonly position: Position;
}

/**
 * Where the acknowledged events are that the index tables may not have yet, by stream. Known to the thread that appends;
 * other readers look through the end of the log instead.
 */
export class RecentStreams {
  readonly #places = new Map<StreamName, Place[]>();

  /** Takes note of an append of so many events, which stand side by side. */
  note(stream: StreamName, { revision, position }: Pick<AppendResult, 'revision' | 'position'>, events: number): void {
    let places = this.#places.get(stream);
    if (places === undefined) this.#places.set(stream, (places = []));
    for (let back = events - 1; back >= 0; back--)
      places.push({ revision: revision - back, position: position - back });
  }

  /** The index tables have everything up to the head. */
  indexed(): void {
    this.#places.clear();
  }

  /** Places beyond the position up to which the caller found the index tables filled, in order. */
  after(stream: StreamName, indexedThrough: Position): readonly Place[] {
    return this.#places.get(stream)?.filter(({ position }) => position > indexedThrough) ?? [];
  }
}
