import type { EventCodec, StoredEvent } from '../codec.js';
import { EventStoreUnavailable } from '../errors.js';
import type { EventBatch, EventFilter, Position, SubscribeOptions } from '../event-store.js';
import { CallFault, callFault } from './call-faults.js';
import type { LogEnd } from './log-end.js';
import { BackOff } from './patience.js';
import { ReadLine } from './read-line.js';
import { isImpassable, passes, subscriptionRequest } from './read-requests.js';
import type { ServerConnection } from './server-connection.js';
import { pageEvents, type ServerReads, type Waits } from './server-reads.js';
import { readMessage } from './stored-form.js';

/** Bytes of text after which a batch is handed over though it could hold more events. */
const textInBatch = 8 * 1024 * 1024;
/** Records looked at in one go while the line is quiet. */
const recordsAtALook = 512;

export interface SubscriptionParts {
  readonly connection: ServerConnection;
  readonly reads: ServerReads;
  readonly end: LogEnd;
  readonly codec: EventCodec;
  readonly waits: Waits;
}

interface Gathered {
  readonly events: readonly StoredEvent[];
  /** Everything up to here was delivered or passed over. */
  readonly through: Position;
  /** More is waiting on the line. */
  readonly more: boolean;
}

/**
 * One subscription for its consumer, however many lines to the server it takes: a line that breaks, ends without an error or falls
 * silent is replaced by one that begins after the last position that was delivered or passed over.
 */
export class Subscription {
  readonly #parts: SubscriptionParts;
  readonly #filter: EventFilter | undefined;
  readonly #batchSize: number;
  readonly #signal: AbortSignal;
  readonly #backOff = new BackOff();
  #position: Position;
  /** The consumer was told last that the end of the log was reached. */
  #told = false;
  /** Position of an event the line owes, and since when. */
  #owed: { readonly position: Position; readonly since: number } | undefined;

  constructor(parts: SubscriptionParts, options: SubscribeOptions, signal: AbortSignal) {
    this.#parts = parts;
    this.#filter = options.filter;
    this.#batchSize = options.batchSize ?? pageEvents;
    this.#position = options.after ?? 0;
    this.#signal = signal;
  }

  async *batches(): AsyncGenerator<EventBatch, void, undefined> {
    let first = true;
    while (!this.#signal.aborted) {
      let line: ReadLine | undefined;
      try {
        // Known before the line begins: when it says that it has caught up, it has passed this.
        const head = await this.#unlessAborted(this.#parts.end.read());
        if (head === undefined) return;
        if (first && this.#position >= head) {
          this.#told = true;
          yield { events: [], position: this.#position, caughtUp: true };
        }
        first = false;
        line = await this.#unlessAborted(this.#open());
        if (line === undefined) return;
        for await (const gathered of this.#gather(line, head)) {
          const batch = await this.#batchOf(gathered);
          if (batch !== undefined) yield batch;
        }
      } catch (error) {
        if (!(error instanceof CallFault) && !(error instanceof EventStoreUnavailable)) throw error;
        if (error instanceof CallFault) this.#parts.connection.noteFault(error);
        const fault = callFault(error instanceof CallFault ? error : error.cause);
        if (fault.isFinal && !this.#signal.aborted) {
          throw new EventStoreUnavailable(`The subscription was refused: ${fault.kind}`, { cause: error });
        }
      } finally {
        line?.close();
      }
      await this.#backOff.pause(this.#signal);
    }
  }

  async #open(): Promise<ReadLine> {
    this.#owed = undefined;
    const request = subscriptionRequest(this.#position, this.#filter);
    const line = new ReadLine(await this.#parts.connection.startRead(request));
    if (this.#signal.aborted) line.close();
    return line;
  }

  /** The result; undefined when the consumer leaves first: a server that does not answer must not hold it. */
  async #unlessAborted<Result>(work: Promise<Result>): Promise<Result | undefined> {
    let leave: (() => void) | undefined;
    const left = new Promise<undefined>((resolve) => {
      leave = () => resolve(undefined);
      this.#signal.addEventListener('abort', leave);
      if (this.#signal.aborted) leave();
    });
    try {
      return await Promise.race([left, work]);
    } finally {
      if (leave !== undefined) this.#signal.removeEventListener('abort', leave);
      work.catch(() => {});
    }
  }

  /** What comes on the line, as much as is there at once; ends when the line does. */
  async *#gather(line: ReadLine, headBefore: Position): AsyncGenerator<Gathered, void, undefined> {
    const { lookMs } = this.#parts.waits;
    for (;;) {
      const gathered = await this.#takeFrom(line, headBefore);
      if (gathered.events.length > 0 || gathered.through > this.#position) {
        this.#backOff.reset();
        this.#owed = undefined;
        this.#parts.connection.noteSuccess();
      }
      yield gathered;
      if (gathered.more) continue;
      switch (await line.wait(lookMs, this.#signal)) {
        case 'message':
          break;
        case 'ended':
          line.take();
          return;
        case 'stopped':
          return;
        case 'quiet': {
          const looked = await this.#unlessAborted(this.#look());
          // What came meanwhile says more than the look does.
          if (looked !== undefined && !line.hasMessage) yield looked;
        }
      }
    }
  }

  async #takeFrom(line: ReadLine, headBefore: Position): Promise<Gathered> {
    const events: StoredEvent[] = [];
    let through = this.#position;
    let text = 0;
    // Checkpoints count too: over a long stretch that does not pass the filter they are all there is, and are to be kept.
    let taken = 0;
    // A turn of the event loop lets the line's window fill again: larger batches cost consumers less.
    for (let turns = 0; turns < 2 && !this.#signal.aborted; turns++) {
      for (let message = line.take(); message !== undefined; message = line.take()) {
        turns = 0;
        taken += 1;
        const read = readMessage(message);
        if (read.kind === 'event' && read.event.position > through) {
          through = read.event.position;
          if (passes(read.event, this.#filter)) {
            events.push(read.event);
            text += read.event.data.length + read.event.metadata.length;
          }
        } else if (read.kind === 'passed') through = Math.max(through, read.position);
        else if (read.kind === 'caught-up') through = Math.max(through, headBefore);
        if (taken >= this.#batchSize || text > textInBatch) return { events, through, more: line.hasMessage };
      }
      await new Promise(setImmediate);
    }
    return { events, through, more: false };
  }

  async #batchOf({ events, through, more }: Gathered): Promise<EventBatch | undefined> {
    const { end, codec } = this.#parts;
    const last = events.at(-1)?.position ?? this.#position;
    end.note(last);
    // The server's own events lie beyond the newest of ours; positions given out do not.
    if (through > end.known && events.length === 0) await this.#unlessAborted(end.read());
    const head = end.known;
    const position = Math.max(last, Math.min(through, head));
    const caughtUp = !more && position >= end.known;
    if (events.length === 0 && position <= this.#position && (this.#told || !caughtUp)) return undefined;
    this.#position = position;
    this.#told = caughtUp;
    return { events: events.map((event) => codec.decode(event)), position, caughtUp };
  }

  /**
   * Nothing came for a while. Looks at the log beyond the position: what does not pass the filter is passed over; an event that
   * does is owed by the line, and not for long.
   * @throws CallFault when the line has owed an event for too long
   */
  async #look(): Promise<Gathered | undefined> {
    const { end, reads, waits } = this.#parts;
    const head = await end.read(waits.lookMs / 2);
    if (head <= this.#position) return undefined;
    if (isImpassable(this.#filter)) return { events: [], through: head, more: false };
    const page = await reads.logPage({ backwards: false, from: this.#position, count: recordsAtALook });
    const owed = page.events.find((event) => event.position > this.#position && passes(event, this.#filter));
    if (owed !== undefined) {
      if (this.#owed?.position !== owed.position) this.#owed = { position: owed.position, since: performance.now() };
      if (performance.now() - this.#owed.since >= waits.silenceMs) throw new CallFault('timeout');
    }
    const passedOver = page.seen.filter(({ position }) => owed === undefined || position < owed.position);
    return {
      events: [],
      through: page.ended && owed === undefined ? head : (passedOver.at(-1)?.position ?? 0),
      more: false,
    };
  }
}
