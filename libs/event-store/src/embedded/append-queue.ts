import type { EventCodec, StoredEvent } from '../codec.js';
import { checkShape } from '../append-shape.js';
import { AppendTooLarge, EventStoreUnavailable, WrongExpectedRevision } from '../errors.js';
import type { AppendResult, ExpectedRevision, NewEvent, StreamName } from '../event-store.js';
import { recordedAgain } from '../recorded-again.js';
import type { AppendOutcome, AppendRequest, PackedRequests } from './append-messages.js';
import { packRequest } from './append-messages.js';
import type { RecentStreams } from './recent-streams.js';
import type { StreamCache } from './stream-cache.js';

interface PendingAppend {
  readonly request: AppendRequest;
  readonly bytes: number;
  readonly resolve: (result: AppendResult) => void;
  readonly reject: (error: Error) => void;
}

export interface AppendLimits {
  /** Largest append, in bytes of its data and metadata. */
  readonly appendBytes: number;
  /** What may be on its way to the writer; beyond it appends wait for their turn here. */
  readonly queuedBytes: number;
}

/**
 * The calling side of the writer. Appends of one turn of the event loop cross to the writer in one message, and outcomes come
 * back in the order of the requests.
 */
export class AppendQueue {
  readonly #codec: EventCodec;
  readonly #limits: AppendLimits;
  readonly #recent: RecentStreams;
  readonly #streams: StreamCache;
  readonly #send: (requests: PackedRequests) => void;
  /** Sent, or about to be: their outcomes come in this order. */
  readonly #sent: PendingAppend[] = [];
  readonly #waiting: PendingAppend[] = [];
  #next: PackedRequests = [];
  #bytes = 0;
  #failure: EventStoreUnavailable | undefined;
  #drained: (() => void) | undefined;

  constructor(
    codec: EventCodec,
    limits: AppendLimits,
    recent: RecentStreams,
    streams: StreamCache,
    send: (requests: PackedRequests) => void,
  ) {
    this.#codec = codec;
    this.#limits = limits;
    this.#recent = recent;
    this.#streams = streams;
    this.#send = send;
  }

  async append(stream: StreamName, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<AppendResult> {
    if (this.#failure !== undefined) throw this.#failure;
    checkShape(stream, expected, events);
    const request = { stream, expected, events: events.map((event) => this.#codec.encode(stream, event)) };
    let bytes = 0;
    for (const event of request.events) bytes += Buffer.byteLength(event.data) + Buffer.byteLength(event.metadata);
    if (bytes > this.#limits.appendBytes) throw new AppendTooLarge(stream, bytes, this.#limits.appendBytes);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, bytes, resolve, reject });
      this.#admit();
    });
  }

  /** Outcomes of the oldest appends that were sent. */
  settle(outcomes: readonly AppendOutcome[]): void {
    const settled = this.#sent.splice(0, outcomes.length);
    for (const [i, pending] of settled.entries()) {
      const outcome = outcomes[i];
      if (outcome === undefined) continue;
      this.#bytes -= pending.bytes;
      this.#settleOne(pending, outcome);
    }
    this.#admit();
    if (this.#sent.length === 0) this.#drained?.();
  }

  /** What is under way has an unknown outcome; what comes after is refused. */
  fail(failure: EventStoreUnavailable): void {
    this.#failure ??= failure;
    for (const pending of [...this.#sent.splice(0), ...this.#waiting.splice(0)]) pending.reject(failure);
    this.#drained?.();
  }

  /** Refuses further appends; resolves when those under way have their outcome. */
  async close(refusal: EventStoreUnavailable): Promise<void> {
    this.#failure ??= refusal;
    if (this.#sent.length === 0) return;
    await new Promise<void>((resolve) => (this.#drained = resolve));
  }

  #admit(): void {
    while (this.#waiting.length > 0 && this.#bytes < this.#limits.queuedBytes) {
      const pending = this.#waiting.shift();
      if (pending === undefined) return;
      this.#bytes += pending.bytes;
      // An idle writer gets the append at once; a busy one with all others of this turn.
      if (this.#next.length === 0) {
        if (this.#sent.length === 0) queueMicrotask(() => this.#flush());
        else setImmediate(() => this.#flush());
      }
      packRequest(pending.request, this.#next);
      this.#sent.push(pending);
    }
  }

  #flush(): void {
    if (this.#failure === undefined || this.#sent.length > 0) this.#send(this.#next);
    this.#next = [];
  }

  #settleOne({ request, resolve, reject }: PendingAppend, outcome: AppendOutcome): void {
    const { stream, expected, events } = request;
    switch (outcome.kind) {
      case 'appended':
        this.#recent.note(stream, outcome, events.length);
        this.#streams.append(stream, storedAs(request, outcome));
        return resolve({ revision: outcome.revision, position: outcome.position, repeated: false });
      case 'repeated':
        return resolve({ revision: outcome.revision, position: outcome.position, repeated: true });
      case 'wrong-revision':
        return reject(new WrongExpectedRevision(stream, expected, outcome.actual));
      case 'recorded-otherwise':
        try {
          return resolve(recordedAgain(this.#codec, request, outcome.recorded));
        } catch (error) {
          return reject(error instanceof Error ? error : new Error(String(error)));
        }
      case 'not-written':
        return reject(
          new EventStoreUnavailable(`Stream ${stream}: ${events.length} events not written: ${outcome.reason}`),
        );
      default:
        outcome satisfies never;
    }
  }
}

/** The events of an append as they stand in the log. */
function storedAs({ stream, events }: AppendRequest, last: AppendOutcome & { kind: 'appended' }): StoredEvent[] {
  const { recordedAt } = last;
  return events.map((event, i) => {
    const back = events.length - 1 - i;
    return { ...event, stream, revision: last.revision - back, position: last.position - back, recordedAt };
  });
}
