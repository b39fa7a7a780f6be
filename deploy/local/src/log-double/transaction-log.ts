/** The log of the in-process server: decides and numbers as the server's index writer does. */

/** One record of the log. */
export interface LogRecord {
  /** Byte offset: ordered, never dense. */
  readonly position: number;
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
  /** Hundreds of nanoseconds since 1970. */
  readonly created: string;
}

export type ProposedRecord = Pick<LogRecord, 'id' | 'type' | 'contentType' | 'data' | 'metadata'>;

export type Expected = number | 'no-stream' | 'stream-exists' | 'any';

export type WriteDecision =
  | { readonly kind: 'written' | 'idempotent'; readonly revision: number; readonly position: number }
  | { readonly kind: 'wrong-expected-version'; readonly current: number }
  | { readonly kind: 'stream-deleted' }
  /** Some of the events are in the stream, others not: the server has no better answer to it than "unknown". */
  | { readonly kind: 'corrupted-idempotency' };

interface StreamState {
  readonly records: LogRecord[];
  last: number;
  /** Events before it are no longer read: soft deletion, `$maxCount`, truncation. */
  truncateBefore: number;
  softDeleted: boolean;
  tombstoned: boolean;
}

/** How many event ids the server remembers for appends without an expected revision. */
const recentEvents = 64;

export class TransactionLog {
  readonly records: LogRecord[] = [];
  readonly #streams = new Map<string, StreamState>();
  readonly #recent = new Map<string, LogRecord>();
  readonly #followers = new Set<() => void>();
  readonly #linkEvery: number;
  #end = 0;
  #written = 0;

  /** @param linkEvery a system link event is written after every so many events, as projections of the server do; 0: never */
  constructor(linkEvery = 0) {
    this.#linkEvery = linkEvery;
    this.#write('$settings', this.#stateOf('$settings'), systemRecord('$UserCreated'));
  }

  write(stream: string, expected: Expected, proposed: readonly ProposedRecord[]): WriteDecision {
    const state = this.#stateOf(stream);
    const decision = this.#check(stream, state, expected, proposed);
    if (decision !== 'write') return decision;
    if (state.softDeleted) {
      state.softDeleted = false;
      state.truncateBefore = state.last + 1;
    }
    let last: LogRecord | undefined;
    for (const event of proposed) last = this.#write(stream, state, event);
    this.#written += proposed.length;
    if (this.#linkEvery > 0 && this.#written >= this.#linkEvery) {
      this.#written = 0;
      const target = `${last?.revision}@${stream}`;
      this.#write('$ce-visit', this.#stateOf('$ce-visit'), systemRecord('$>', target));
    }
    for (const follower of this.#followers) follower();
    return { kind: 'written', revision: state.last, position: last?.position ?? -1 };
  }

  /** What a stream shows, in order; undefined when it is not found. */
  recordsOf(stream: string): readonly LogRecord[] | 'tombstoned' | undefined {
    const state = this.#streams.get(stream);
    if (state?.tombstoned) return 'tombstoned';
    if (state === undefined || state.last < 0 || state.softDeleted) return undefined;
    return state.records.filter(({ revision }) => revision >= state.truncateBefore);
  }

  softDelete(stream: string): void {
    const state = this.#stateOf(stream);
    state.softDeleted = true;
    const meta = `$$${stream}`;
    this.#write(meta, this.#stateOf(meta), systemRecord('$metadata', '{"$tb":9223372036854775807}'));
    for (const follower of this.#followers) follower();
  }

  tombstone(stream: string): void {
    const state = this.#stateOf(stream);
    state.tombstoned = true;
    this.#write(stream, state, systemRecord('$streamDeleted'));
    for (const follower of this.#followers) follower();
  }

  /** Removes one event for good, as a scavenge after truncation does: a gap in the revisions and in the positions. */
  scavenge(stream: string, revision: number): void {
    const inStream = this.#stateOf(stream).records;
    const place = inStream.findIndex((record) => record.revision === revision);
    const [removed] = inStream.splice(place, 1);
    this.records.splice(
      this.records.findIndex((record) => record === removed),
      1,
    );
  }

  /** A system event, or a link, of the server's own. */
  writeSystemEvent(type = '$statsCollected', stream = '$stats-127.0.0.1:2113'): void {
    this.#write(stream, this.#stateOf(stream), systemRecord(type));
    for (const follower of this.#followers) follower();
  }

  /** Calls back after every write, until the returned function is called. */
  follow(follower: () => void): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  /** Index of the first record at or beyond the position. */
  indexOf(position: number): number {
    let [low, high] = [0, this.records.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.records[middle]?.position ?? 0) < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #check(
    stream: string,
    state: StreamState,
    expected: Expected,
    proposed: readonly ProposedRecord[],
  ): WriteDecision | 'write' {
    if (state.tombstoned) return { kind: 'stream-deleted' };
    if (expected === 'stream-exists' && (state.softDeleted || state.last < 0)) {
      return { kind: 'wrong-expected-version', current: state.last };
    }
    if (expected === 'any' || expected === 'stream-exists') return this.#checkByRecentIds(stream, proposed);
    const after = expected === 'no-stream' ? -1 : expected;
    if (after > state.last) return { kind: 'wrong-expected-version', current: state.last };
    if (after === state.last) return 'write';
    const there = state.records.filter(({ revision }) => revision > after);
    for (const [i, { id }] of proposed.entries()) {
      if (there[i]?.id === id && there[i].revision === after + 1 + i) continue;
      if (i > 0) return { kind: 'corrupted-idempotency' };
      if (expected === 'no-stream' && state.softDeleted) return 'write';
      return { kind: 'wrong-expected-version', current: state.last };
    }
    const last = there[proposed.length - 1];
    return { kind: 'idempotent', revision: last?.revision ?? -1, position: last?.position ?? -1 };
  }

  #checkByRecentIds(stream: string, proposed: readonly ProposedRecord[]): WriteDecision | 'write' {
    const known = proposed.map(({ id }) => this.#recent.get(`${stream} ${id}`));
    if (known[0] === undefined) return 'write';
    const last = known.at(-1);
    if (known.includes(undefined) || last === undefined) return { kind: 'corrupted-idempotency' };
    return { kind: 'idempotent', revision: last.revision, position: last.position };
  }

  #write(stream: string, state: StreamState, event: ProposedRecord): LogRecord {
    const record: LogRecord = {
      ...event,
      position: this.#end,
      stream,
      revision: ++state.last,
      created: `${Date.now()}0000`,
    };
    this.#end += 60 + 2 * event.type.length + event.data.length + event.metadata.length;
    this.records.push(record);
    state.records.push(record);
    this.#recent.set(`${stream} ${event.id}`, record);
    for (const [oldest] of this.#recent) {
      if (this.#recent.size <= recentEvents) break;
      this.#recent.delete(oldest);
    }
    return record;
  }

  #stateOf(stream: string): StreamState {
    let state = this.#streams.get(stream);
    if (state === undefined) {
      state = { records: [], last: -1, truncateBefore: 0, softDeleted: false, tombstoned: false };
      this.#streams.set(stream, state);
    }
    return state;
  }
}

function systemRecord(type: string, text = '{}'): ProposedRecord {
  return {
    id: crypto.randomUUID(),
    type,
    contentType: 'application/json',
    data: Buffer.from(text),
    metadata: new Uint8Array(),
  };
}
