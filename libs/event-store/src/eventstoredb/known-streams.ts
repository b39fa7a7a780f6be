import type { Revision, StreamName } from '../event-store.js';

/** What is known of a stream: it may have grown since, but what it had it keeps. */
export interface KnownStream {
  readonly revisionOf: ReadonlyMap<string, Revision>;
  /** Of the last event that is known; -1 when there is none. */
  readonly head: Revision;
}

/** Streams of more events are read when they are asked for. */
const longestKept = 4_096;
const idsKept = 262_144;

/**
 * Event ids of the streams appended to last. An append that goes by them names the revision they end at, so a stream that has
 * grown elsewhere is noticed by the server.
 */
export class KnownStreams {
  readonly #streams = new Map<StreamName, { revisionOf: Map<string, Revision>; head: Revision }>();
  #ids = 0;

  get(stream: StreamName): KnownStream | undefined {
    const known = this.#streams.get(stream);
    if (known === undefined) return undefined;
    this.#streams.delete(stream);
    this.#streams.set(stream, known);
    return known;
  }

  put(stream: StreamName, known: KnownStream): void {
    this.forget(stream);
    if (known.revisionOf.size > longestKept) return;
    this.#streams.set(stream, { revisionOf: new Map(known.revisionOf), head: known.head });
    this.#ids += known.revisionOf.size;
    for (const [oldest] of this.#streams) {
      if (this.#ids <= idsKept) return;
      this.forget(oldest);
    }
  }

  /** The stream has grown by these events, the last of which has the revision. */
  grow(stream: StreamName, ids: readonly string[], head: Revision): void {
    const known = this.#streams.get(stream);
    if (known === undefined) return;
    if (known.head + ids.length !== head || known.revisionOf.size + ids.length > longestKept)
      return this.forget(stream);
    for (const [i, id] of ids.entries()) known.revisionOf.set(id, known.head + 1 + i);
    known.head = head;
    this.#ids += ids.length;
  }

  forget(stream: StreamName): void {
    const known = this.#streams.get(stream);
    if (known === undefined) return;
    this.#ids -= known.revisionOf.size;
    this.#streams.delete(stream);
  }
}
