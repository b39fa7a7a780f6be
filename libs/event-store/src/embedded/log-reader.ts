import type { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EventCodec, StoredEvent } from '../codec.js';
import { EventStoreUnavailable } from '../errors.js';
import type {
  EventBatch,
  EventFilter,
  Position,
  ReadAllOptions,
  ReadStreamOptions,
  RecordedEvent,
  StreamName,
  SubscribeOptions,
} from '../event-store.js';
import type { DecodedEvents } from './decoded-events.js';
import type { KnownStreams } from './known-streams.js';
import type { LogHead } from './log-head.js';
import type { Stretch } from './log-rows.js';
import { LogRows } from './log-rows.js';
import type { RecentStreams } from './recent-streams.js';
import type { StreamCache } from './stream-cache.js';
import { partOf } from './stream-cache.js';

const defaultBatchSize = 500;
/** Events, and characters of their text, read before the event loop is let go on: about a millisecond of work. */
const eventsAtOnce = 128;
const textAtOnce = 512 * 1024;
/** Characters of text after which a batch is handed over though it could hold more events. */
const textInBatch = 8 * 1024 * 1024;
/** Events of other kinds that are passed over for one that is wanted, rather than looking it up. */
const mostPassedOver = 4;
/** Positions a filtered read looks at first; grows while little is found, so that a rare event is found in few steps. */
const firstWindow = 512;

/** What a reader may know from elsewhere, so that it need not look in the file. */
export interface LogReaderSharing {
  /** Places of the newest events, where the caller is the one who appends them. */
  readonly recent?: RecentStreams;
  /** Streams whose events are known, where the caller is the one who appends. */
  readonly streams?: StreamCache;
  /** Streams that the log may have, where the caller is the one who appends. */
  readonly known?: KnownStreams;
  /** Where several consumers of this reader find what one of them has parsed. */
  readonly decoded?: DecodedEvents;
}

/** Reads the log on a read-only connection of its own: what is durable, never what is being written. */
export class LogReader {
  readonly #codec: EventCodec;
  readonly #head: LogHead;
  readonly #decoded: DecodedEvents | undefined;
  readonly #streams: StreamCache | undefined;
  readonly #known: KnownStreams | undefined;
  readonly #rows: LogRows;

  constructor(database: DatabaseSync, codec: EventCodec, head: LogHead, sharing: LogReaderSharing = {}) {
    this.#codec = codec;
    this.#head = head;
    this.#decoded = sharing.decoded;
    this.#streams = sharing.streams;
    this.#known = sharing.known;
    this.#rows = new LogRows(database, sharing.recent);
  }

  /** Position of the newest durable event, from the file. */
  storedHead(): Position {
    return this.#rows.head();
  }

  /** When the first event after the position was appended, in milliseconds since 1970; `undefined` when there is none. */
  recordedAtAfter(position: Position): number | undefined {
    return this.#rows.recordedAtAfter(position);
  }

  async readStream(stream: StreamName, options: ReadStreamOptions = {}): Promise<readonly RecordedEvent[]> {
    const known = this.#streams?.get(stream);
    if (known !== undefined) return partOf(known, options);
    if (this.#known?.lacks(stream) === true) {
      // Kept as one that is empty: what is asked for is often written next.
      this.#streams?.put(stream, [], 0);
      return [];
    }
    const positions = this.#rows.positionsOfStream(stream, options);
    const events: RecordedEvent[] = [];
    let text = 0;
    for (const position of positions) {
      const stored = this.#rows.eventAt(position);
      text += textOf(stored);
      events.push(this.#decode(stored));
      if (events.length % eventsAtOnce === 0) {
        await nextTurn();
        this.#mustBeOpen();
      }
    }
    const whole = options.from === undefined && events.length < (options.limit ?? Infinity);
    if (whole) this.#streams?.put(stream, options.direction === 'backwards' ? events.toReversed() : events, text);
    return events;
  }

  async *readAll(options: ReadAllOptions = {}): AsyncGenerator<EventBatch, void, undefined> {
    const cursor = this.cursor(options);
    for (;;) {
      const batch = await cursor.next();
      this.#mustBeOpen();
      yield batch;
      if (batch.caughtUp) return;
    }
  }

  async *subscribe(options: SubscribeOptions = {}): AsyncGenerator<EventBatch, void, undefined> {
    const { signal } = options;
    const cursor = this.cursor(options);
    for (let first = true; ; first = false) {
      if (!first) await this.#head.beyond(cursor.position, signal);
      const batch = signal?.aborted ? undefined : await cursor.next();
      this.#head.throwIfFailed();
      if (batch === undefined || signal?.aborted || this.#head.closed) return;
      yield batch;
    }
  }

  /** A place in the log from which batches are taken. */
  cursor(options: ReadAllOptions = {}): LogCursor {
    const { after = 0, batchSize = defaultBatchSize, filter } = options;
    let position = after;
    let window = firstWindow;
    let atOnce = eventsAtOnce;
    let dense = false;
    return {
      get position() {
        return position;
      },
      next: async (limit = batchSize) => {
        const events: RecordedEvent[] = [];
        let text = 0;
        let head = this.#head.position;
        while (position < head && events.length < limit && text < textInBatch && !this.#head.closed) {
          const wanted = Math.min(limit - events.length, atOnce);
          const step = this.#step({ after: position, through: head, limit: wanted, window, dense }, filter);
          events.push(...step.events);
          window = step.found < wanted ? window * 4 : Math.max(firstWindow, window / 4);
          atOnce = Math.max(1, Math.min(eventsAtOnce, Math.floor((atOnce * textAtOnce) / Math.max(1, step.text))));
          text += step.text;
          dense = step.found * mostPassedOver >= step.through - position;
          position = step.through;
          if (position < head) await nextTurn();
          else head = this.#head.position;
        }
        return { events, position, caughtUp: position >= head };
      },
    };
  }

  close(): void {
    this.#rows.close();
  }

  #step(stretch: Stretch, filter: EventFilter | undefined): Step {
    if (this.#decoded?.reachBeyond(stretch.after) === true) {
      const { found, through } = this.#rows.positions(stretch, filter);
      const events = found.map((position) => this.#eventAt(position)).filter((event) => inCategories(event, filter));
      return { events, found: found.length, through, text: 0 };
    }
    const { found, through } = this.#rows.events(stretch, filter);
    const events = found.filter((stored) => inCategories(stored, filter)).map((stored) => this.#decode(stored));
    return { events, found: found.length, through, text: found.reduce((sum, stored) => sum + textOf(stored), 0) };
  }

  #eventAt(position: Position): RecordedEvent {
    return this.#decoded?.get(position) ?? this.#decode(this.#rows.eventAt(position));
  }

  #decode(stored: StoredEvent): RecordedEvent {
    const event = this.#codec.decode(stored);
    this.#decoded?.put(event, textOf(stored));
    return event;
  }

  #mustBeOpen(): void {
    this.#head.throwIfFailed();
    if (this.#head.closed) throw new EventStoreUnavailable('The event log was closed while it was read');
  }
}

export interface LogCursor {
  readonly position: Position;
  /** The next batch, up to the head as it is when reached; moves the cursor. */
  next(limit?: number): Promise<EventBatch>;
}

interface Step {
  readonly events: readonly RecordedEvent[];
  /** How many were looked at. */
  readonly found: number;
  readonly through: Position;
  /** Characters of text that were read. */
  readonly text: number;
}

const textOf = ({ data, metadata }: StoredEvent): number => data.length + metadata.length;

/** Kinds know the first word of a category; the rest of one with inner hyphens shows in the stream's name. */
function inCategories({ stream }: Pick<StoredEvent, 'stream'>, filter: EventFilter | undefined): boolean {
  return filter?.categories?.some((category) => stream.startsWith(`${category}-`)) ?? true;
}
