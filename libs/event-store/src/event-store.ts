/**
 * The event-store port. Every engine passes the contract suite in `libs/event-store/test`; that suite is the definition of
 * what is written here.
 */

/** `{category}-{key}`, made by {@link streamName}. */
export type StreamName = string & { readonly streamName: unique symbol };
/** Global position: strictly increasing, not dense. `0` is before the first event. */
export type Position = number;
/** Revision of an event inside its stream, from 0. */
export type Revision = number;

export type ExpectedRevision = Revision | 'noStream' | 'streamExists' | 'any';

/** Who and what an event comes from. Holds no personal data. */
export interface EventMetadata {
  /** When it happened in the world, ISO 8601. */
  readonly occurredAt: string;
  /** Code of the facility whose fact it is. */
  readonly facility?: string;
  /** Who caused it: `station:08Z11`, `user:…`, `system:…`. */
  readonly actor?: string;
  /** The message it came from: receipt id and SHA-256 of the original. */
  readonly source?: { readonly message: string; readonly digest: string };
  readonly correlationId?: string;
  readonly causationId?: string;
  /** Resident id, where there is one. */
  readonly subject?: string;
}

export interface NewEvent {
  /** UUID. The same id appended again to the same stream is the same event. */
  readonly id: string;
  readonly type: string;
  /** JSON. */
  readonly data: unknown;
  readonly metadata: EventMetadata;
}

export interface RecordedEvent extends NewEvent {
  readonly schemaVersion: number;
  readonly stream: StreamName;
  readonly revision: Revision;
  readonly position: Position;
  /** When it was appended, ISO 8601 UTC. */
  readonly recordedAt: string;
}

export interface AppendResult {
  /** Revision of the last event of this append. */
  readonly revision: Revision;
  /** Global position of the last event of this append. */
  readonly position: Position;
  /** True when every event was there already and nothing was written. */
  readonly repeated: boolean;
}

/**
 * Both lists are "any of"; an absent list does not filter. A category matches every stream whose name starts with it and a
 * hyphen.
 */
export interface EventFilter {
  readonly categories?: readonly string[];
  readonly types?: readonly string[];
}

/** What a subscription delivers: events in order, and the position up to which everything that matches has been delivered. */
export interface EventBatch {
  readonly events: readonly RecordedEvent[];
  readonly position: Position;
  /** True when the end of the log was reached. */
  readonly caughtUp: boolean;
}

export interface ReadStreamOptions {
  /** First revision to read; forwards from 0, backwards from the head by default. */
  readonly from?: Revision;
  readonly direction?: 'forwards' | 'backwards';
  readonly limit?: number;
}

export interface ReadAllOptions {
  /** Exclusive. Default 0: from the beginning. */
  readonly after?: Position;
  readonly filter?: EventFilter;
  /** Largest number of events in one batch; default 500. */
  readonly batchSize?: number;
}

export interface SubscribeOptions extends ReadAllOptions {
  /** Ends the iteration, without an error, when aborted. */
  readonly signal?: AbortSignal;
}

/** State of the line to a server, for health pages. Holds no address, no credentials and no text of an error. */
export interface ConnectionReport {
  readonly state: 'connected' | 'disconnected';
  /** As the server says it; absent until it has. */
  readonly serverVersion?: string;
  readonly lastFault?: { readonly kind: string; readonly at: string };
}

export interface EventStore {
  /**
   * Appends events to one stream, all or none; resolves when they are durable.
   * Events that are all there already, with the same type, data and metadata, give their first result again, whatever the
   * expected revision: a retry after a lost answer is safe.
   * @throws InvalidAppend when the append is malformed
   * @throws WrongExpectedRevision when the stream is elsewhere and the events are not already there
   * @throws EventIdConflict when an id is in the stream with other content, or only part of the append is there
   * @throws AppendTooLarge before anything is sent, when the append is over the engine's limit
   */
  append(stream: StreamName, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<AppendResult>;

  /** All events of a stream in order; an unknown stream gives an empty list. */
  readStream(stream: StreamName, options?: ReadStreamOptions): Promise<readonly RecordedEvent[]>;

  /**
   * From a position to the end of the log as it is when reached, in batches; the last batch is `caughtUp`. There is always at
   * least one batch, if need be an empty one.
   */
  readAll(options?: ReadAllOptions): AsyncIterable<EventBatch>;

  /**
   * Catch-up, then live: no gap, no repeat, never ends by itself. The consumer pulls: while it works, nothing is buffered for it.
   * A batch may be empty: then only the position moved (filtered events were passed over), or the subscription began at the
   * end of the log. Closing the store ends it without an error, as aborting does.
   */
  subscribe(options?: SubscribeOptions): AsyncIterable<EventBatch>;

  /** Position of the newest event; 0 when the log is empty. */
  head(): Promise<Position>;

  /** Of engines that have a server behind them. */
  connection?(): ConnectionReport;

  /** Finishes the appends under way, then lets go of the storage; what is called afterwards throws EventStoreUnavailable. */
  close(): Promise<void>;
}

/** Makes a stream name. `category` is one of the fixed words (lower case letters and inner hyphens); `key` is encoded so that it holds no white space or control characters. */
export function streamName(category: string, key: string): StreamName {
  return `${category}-${encodeURIComponent(key)}` as StreamName;
}
