import type { Position, Revision, StreamName } from '../event-store.js';

interface RecentEvent {
  readonly stream: StreamName;
  readonly revision: Revision;
  readonly position: Position;
}

/** Beyond twice what the writer leaves unindexed, what is indexed meanwhile is forgotten. */
const forgetBeyond = 8192;

/**
 * Where the newest events of this process are, by stream: the writer indexes them in strokes, and until then a stream would have
 * to be searched for in the tail of the log. Complete for everything after the position it was begun at.
 */
export class RecentStreams {
  readonly #byStream = new Map<StreamName, RecentEvent[]>();
  #inOrder: RecentEvent[] = [];

  constructor(
    readonly begunAt: Position,
    private readonly indexedThrough: () => Position,
  ) {}

  /** Events of one append, by the revision and position of its last. */
  add(stream: StreamName, count: number, revision: Revision, position: Position): void {
    let known = this.#byStream.get(stream);
    if (known === undefined) this.#byStream.set(stream, (known = []));
    for (let back = count - 1; back >= 0; back -= 1) {
      const event: RecentEvent = { stream, revision: revision - back, position: position - back };
      known.push(event);
      this.#inOrder.push(event);
    }
    if (this.#inOrder.length > forgetBeyond) this.#forget(this.indexedThrough());
  }

  /** Events of a stream after a position, in order. */
  after(stream: StreamName, position: Position): readonly RecentEvent[] {
    return this.#byStream.get(stream)?.filter((event) => event.position > position) ?? [];
  }

  #forget(through: Position): void {
    const kept = this.#inOrder.filter((event) => event.position > through);
    for (const { stream, position } of this.#inOrder) {
      if (position > through) break;
      const known = this.#byStream.get(stream);
      known?.shift();
      if (known?.length === 0) this.#byStream.delete(stream);
    }
    this.#inOrder = kept;
  }
}
