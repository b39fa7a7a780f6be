import type { EventCodec, StoredEvent } from '../codec.js';
import type { ReadStreamOptions, RecordedEvent, StreamName } from '../event-store.js';

/** Longer streams are read from the file. */
const mostEvents = 32;
/** What an entry takes besides its events, in characters. */
const entrySize = 200;

interface CachedStream {
  readonly events: readonly RecordedEvent[];
  /** Appended since the stream was last read: most streams never are again, so these are parsed when they are asked for. */
  readonly newer: readonly StoredEvent[];
  readonly size: number;
}

/**
 * Short streams read last, whole, those without an event too. Exact in the thread that appends and there alone: it learns of
 * every append before the caller does. Readers share the events and must leave them as they are.
 */
export class StreamCache {
  readonly #streams = new Map<StreamName, CachedStream>();
  readonly #codec: EventCodec;
  readonly #limit: number;
  #size = 0;

  /** @param limit characters of stored text whose events are kept */
  constructor(codec: EventCodec, limit: number) {
    this.#codec = codec;
    this.#limit = limit;
  }

  get(stream: StreamName): readonly RecordedEvent[] | undefined {
    const known = this.#streams.get(stream);
    if (known === undefined) return undefined;
    const events =
      known.newer.length === 0
        ? known.events
        : [...known.events, ...known.newer.map((stored) => this.#codec.decode(stored))];
    // Put back as the one used last.
    this.#streams.delete(stream);
    this.#streams.set(stream, { events, newer: [], size: known.size });
    return events;
  }

  /** @param events all there are, in order */
  put(stream: StreamName, events: readonly RecordedEvent[], text: number): void {
    this.#forget(stream);
    if (events.length <= mostEvents) this.#keep(stream, { events, newer: [], size: entrySize + text });
  }

  /** Takes note of events that were appended to the stream. */
  append(stream: StreamName, appended: readonly StoredEvent[]): void {
    const known = this.#streams.get(stream);
    if (known === undefined) return;
    this.#forget(stream);
    const { events, newer, size } = known;
    const length = events.length + newer.length;
    // Where the file was quicker than the answer of the writer, the stream is read anew.
    if (appended[0]?.revision !== length || length + appended.length > mostEvents) return;
    const text = appended.reduce((sum, { data, metadata }) => sum + data.length + metadata.length, 0);
    this.#keep(stream, { events, newer: [...newer, ...appended], size: size + text });
  }

  #keep(stream: StreamName, entry: CachedStream): void {
    this.#streams.set(stream, entry);
    this.#size += entry.size;
    for (const [oldest] of this.#streams) {
      if (this.#size <= this.#limit) return;
      this.#forget(oldest);
    }
  }

  #forget(stream: StreamName): void {
    this.#size -= this.#streams.get(stream)?.size ?? 0;
    this.#streams.delete(stream);
  }
}

/** The part of a whole stream that the options ask for. */
export function partOf(events: readonly RecordedEvent[], options: ReadStreamOptions): readonly RecordedEvent[] {
  const { from, direction, limit } = options;
  if (direction !== 'backwards') {
    return events.filter(({ revision }) => revision >= (from ?? 0)).slice(0, limit);
  }
  return events
    .filter(({ revision }) => revision <= (from ?? revision))
    .toReversed()
    .slice(0, limit);
}
