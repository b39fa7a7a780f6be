import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import type { StoredEvent } from '../codec.js';
import { EventStoreUnavailable, StreamTombstoned } from '../errors.js';
import type { StreamName } from '../event-store.js';
import { type CallFault, callFault } from './call-faults.js';
import { Patience } from './patience.js';
import { messagesOf, ReadLine } from './read-line.js';
import { type LogPart, logRequest, streamRequest, type StreamPart } from './read-requests.js';
import type { ServerConnection } from './server-connection.js';
import { type LogMessage, readMessage } from './stored-form.js';

/** How long the engine waits, in milliseconds. */
export interface Waits {
  /** In all, for a call that fails again and again; then the caller is told. */
  readonly patienceMs: number;
  /** For the answer to one append. */
  readonly answerMs: number;
  /** For the next message of a read. */
  readonly readMs: number;
  /** A subscription without a message looks at the log by itself. */
  readonly lookMs: number;
  /** A subscription that owes an event for so long is made anew. */
  readonly silenceMs: number;
}

/** Events, and bytes of their text, taken in one page. */
export const pageEvents = 500;
const pageText = 8 * 1024 * 1024;

/** A page of a stream or of the log. */
export interface Page {
  readonly events: readonly StoredEvent[];
  /** Every record seen, in order, those that are not events of ours too. */
  readonly seen: readonly { readonly position: number; readonly revision: number }[];
  /** The end of the stream or of the log was reached. */
  readonly ended: boolean;
}

/** Reads that have an end. A read that breaks is made again: it changes nothing. */
export class ServerReads {
  readonly #connection: ServerConnection;
  readonly #waits: Waits;

  constructor(connection: ServerConnection, waits: Waits) {
    this.#connection = connection;
    this.#waits = waits;
  }

  /** @throws StreamTombstoned @throws EventStoreUnavailable */
  async streamPage(part: StreamPart): Promise<Page> {
    return this.#persistently(() => this.#page(streamRequest(part), part.count), part.stream);
  }

  /** @throws EventStoreUnavailable */
  async logPage(part: LogPart): Promise<Page> {
    return this.#persistently(() => this.#page(logRequest(part), part.count));
  }

  /** All events of a stream from a revision on, in order, page by page. */
  async *stream(stream: StreamName, from = 0): AsyncGenerator<StoredEvent, void, undefined> {
    let next = from;
    for (;;) {
      const page = await this.streamPage({ stream, backwards: false, from: next, count: pageEvents });
      yield* page.events;
      if (page.ended) return;
      next = (page.seen.at(-1)?.revision ?? next) + 1;
    }
  }

  async #page(request: ReadReq, count: number): Promise<Page> {
    const line = new ReadLine(await this.#connection.startRead(request));
    const events: StoredEvent[] = [];
    const seen: { position: number; revision: number }[] = [];
    let text = 0;
    for await (const message of messagesOf(line, this.#waits.readMs)) {
      const read: LogMessage = readMessage(message);
      if (read.kind === 'event') {
        events.push(read.event);
        seen.push(read.event);
        text += read.event.data.length + read.event.metadata.length;
      } else if (read.kind === 'passed') seen.push({ position: read.position, revision: read.revision ?? -1 });
      // More than enough for one page: the rest is asked for again. The first record may be one that the caller has.
      if (text > pageText && seen.length > 1) return { events, seen, ended: false };
    }
    return { events, seen, ended: seen.length < count };
  }

  async #persistently<Result>(attempt: () => Promise<Result>, stream?: StreamName): Promise<Result> {
    const patience = new Patience(this.#waits.patienceMs);
    for (;;) {
      try {
        const result = await attempt();
        this.#connection.noteSuccess();
        return result;
      } catch (error) {
        const fault = callFault(error);
        this.#connection.noteFault(fault);
        if (fault.kind === 'tombstoned' && stream !== undefined) throw new StreamTombstoned(stream);
        if (fault.isFinal || patience.isOver || this.#connection.isClosed) throw unavailable(fault);
        await patience.pause();
      }
    }
  }
}

export function unavailable(fault: CallFault): EventStoreUnavailable {
  return new EventStoreUnavailable(`The event store cannot be read: ${fault.kind}`, { cause: fault });
}
