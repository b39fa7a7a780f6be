import { checkShape } from '../append-shape.js';
import type { EncodedEvent, EventCodec, StoredEvent } from '../codec.js';
import { AppendTooLarge, EventStoreUnavailable, StreamTombstoned, WrongExpectedRevision } from '../errors.js';
import type { AppendResult, ExpectedRevision, NewEvent, Position, Revision, StreamName } from '../event-store.js';
import { recordedAgain } from '../recorded-again.js';
import type { Acknowledged, AppendLine } from './append-line.js';
import { type CallFault, callFault } from './call-faults.js';
import { type KnownStream, KnownStreams } from './known-streams.js';
import type { LogEnd } from './log-end.js';
import { Patience } from './patience.js';
import type { ServerConnection } from './server-connection.js';
import type { ServerReads } from './server-reads.js';
import { sizeOf } from './stored-form.js';

interface Request {
  readonly stream: StreamName;
  readonly expected: ExpectedRevision;
  readonly events: readonly EncodedEvent[];
}

/** One append on its way: what must be remembered from one attempt to the next. */
interface Errand extends Request {
  readonly patience: Patience;
  /** The highest position known before anything was sent: what lies beyond it was written since. */
  readonly before: Position;
  /** An attempt went out whose outcome is not known. */
  unsettled: boolean;
}

interface Elsewhere {
  readonly elsewhere: Revision | undefined;
}

export interface StreamAppendsParts {
  readonly codec: EventCodec;
  readonly line: AppendLine;
  readonly reads: ServerReads;
  readonly end: LogEnd;
  readonly connection: ServerConnection;
  readonly appendLimitBytes: number;
  readonly patienceMs: number;
}

/**
 * Appends as the port promises them, on a server that promises less: it compares ids only where the expected revision says so,
 * never the content, and does not say whether it wrote. Every append that reaches it names an exact revision; appends of this
 * process to one stream go one after the other (docs/decisions/0050).
 */
export class StreamAppends {
  readonly #parts: StreamAppendsParts;
  readonly #known = new KnownStreams();
  readonly #turns = new Map<StreamName, Promise<unknown>>();
  /** An append to it ended with its outcome unknown: the next one looks first. */
  readonly #doubtful = new Set<StreamName>();

  constructor(parts: StreamAppendsParts) {
    this.#parts = parts;
  }

  async append(stream: StreamName, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<AppendResult> {
    const { codec, appendLimitBytes } = this.#parts;
    checkShape(stream, expected, events);
    const encoded = events.map((event) => codec.encode(stream, event));
    const bytes = encoded.reduce((sum, event) => sum + sizeOf(event), 0);
    if (bytes > appendLimitBytes) throw new AppendTooLarge(stream, bytes, appendLimitBytes);
    return this.#inTurn(stream, () => this.#append({ stream, expected, events: encoded }));
  }

  /** Resolves when the appends under way have their outcome. */
  async settled(): Promise<void> {
    while (this.#turns.size > 0) await Promise.allSettled(this.#turns.values());
  }

  async #inTurn<Result>(stream: StreamName, work: () => Promise<Result>): Promise<Result> {
    const before = this.#turns.get(stream);
    const turn = before === undefined ? work() : before.then(work, work);
    this.#turns.set(stream, turn);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(stream) === turn) this.#turns.delete(stream);
    }
  }

  async #append(request: Request): Promise<AppendResult> {
    const { end, patienceMs } = this.#parts;
    const errand = { ...request, patience: new Patience(patienceMs), before: end.known, unsettled: false };
    const { stream, expected } = request;
    const open = expected === 'any' || expected === 'streamExists';
    let known = this.#known.get(stream);
    if (this.#doubtful.has(stream) || (open && known === undefined)) known = await this.#learn(stream);
    this.#doubtful.delete(stream);
    for (let lost = 0; ; lost++) {
      const recorded = known === undefined ? undefined : await this.#recorded(errand, known);
      if (recorded !== undefined) return recorded;
      if (expected === 'streamExists' && known?.head === -1) {
        throw new WrongExpectedRevision(stream, expected, 'noStream');
      }
      const exact = open ? revisionAt(known) : expected;
      const outcome = await this.#send(errand, exact);
      if ('repeated' in outcome) return outcome;
      if (!('elsewhere' in outcome)) return this.#acknowledged(errand, outcome);
      if (lost > 0) await errand.patience.pause();
      if (known === undefined || known.head !== outcome.elsewhere) known = await this.#learn(stream);
      if (open && !errand.patience.isOver) continue;
      const found = await this.#recorded(errand, known);
      if (found !== undefined) return found;
      throw new WrongExpectedRevision(stream, expected, known.head < 0 ? 'noStream' : known.head);
    }
  }

  /** One exact append until it has an outcome; `elsewhere` is where the stream is, when it is at another revision. */
  async #send(errand: Errand, expected: Revision | 'noStream'): Promise<Acknowledged | AppendResult | Elsewhere> {
    const { line, connection } = this.#parts;
    for (;;) {
      try {
        const acknowledged = await line.send(errand.stream, expected, errand.events);
        connection.noteSuccess();
        return acknowledged;
      } catch (error) {
        const fault = callFault(error);
        connection.noteFault(fault);
        if (fault.kind === 'wrong-revision') return { elsewhere: fault.found };
        if (fault.isFinal) throw this.#refusal(errand, fault);
        errand.unsettled = true;
        if (errand.patience.isOver || connection.isClosed) {
          this.#doubtful.add(errand.stream);
          throw unknownOutcome(errand, fault);
        }
        // An answer without a reason is also how the server says that only some of the events are there.
        if (fault.kind === 'unknown') {
          const recorded = await this.#recorded(errand, await this.#learn(errand.stream));
          if (recorded !== undefined) return recorded;
        }
        await errand.patience.pause();
      }
    }
  }

  async #acknowledged(errand: Errand, { revision, position }: Acknowledged): Promise<AppendResult> {
    const { stream, events, before } = errand;
    if (position === undefined || position <= before) {
      // It was there before this append was sent: the server compared ids, not what they stand for.
      const recorded = await this.#recorded(errand, await this.#learn(stream));
      if (recorded !== undefined) return recorded;
      throw new EventStoreUnavailable(`Stream ${stream}: what the server acknowledged is not there`);
    }
    const ids = events.map(({ id }) => id);
    this.#known.grow(stream, ids, revision);
    this.#parts.end.note(position);
    return { revision, position, repeated: false };
  }

  /** The first result, when the ids are in the stream; undefined when none is. @throws EventIdConflict */
  async #recorded(errand: Errand, { revisionOf }: KnownStream): Promise<AppendResult | undefined> {
    const { stream, events, before, unsettled } = errand;
    const revisions = events.map(({ id }) => revisionOf.get(id)).filter((revision) => revision !== undefined);
    if (revisions.length === 0) return undefined;
    const stored = await this.#at(stream, revisions);
    if (stored.length === 0) {
      // Deleted since: the stream goes on without them.
      this.#known.forget(stream);
      return undefined;
    }
    const result = recordedAgain(this.#parts.codec, errand, stored);
    this.#parts.end.note(result.position);
    // Written since this append set out, and sent by nobody else of this process: it was one of its own attempts.
    const own = unsettled && stored.every(({ position }) => position > before);
    return { ...result, repeated: !own };
  }

  async #at(stream: StreamName, revisions: readonly Revision[]): Promise<readonly StoredEvent[]> {
    const [first, last] = [Math.min(...revisions), Math.max(...revisions)];
    const stored: StoredEvent[] = [];
    for await (const event of this.#parts.reads.stream(stream, first)) {
      if (event.revision > last) break;
      if (revisions.includes(event.revision)) stored.push(event);
      if (event.revision === last) break;
    }
    return stored;
  }

  /** What the stream has now; only what is new of it is read. */
  async #learn(stream: StreamName): Promise<KnownStream> {
    const known = this.#known.get(stream);
    const revisionOf = new Map(known?.revisionOf);
    let head = known?.head ?? -1;
    for await (const event of this.#parts.reads.stream(stream, head + 1)) {
      revisionOf.set(event.id, event.revision);
      head = event.revision;
    }
    this.#known.put(stream, { revisionOf, head });
    return { revisionOf, head };
  }

  #refusal({ stream, events }: Errand, fault: CallFault): Error {
    switch (fault.kind) {
      case 'tombstoned':
        return new StreamTombstoned(stream);
      case 'too-large':
        return new AppendTooLarge(
          stream,
          events.reduce((sum, event) => sum + sizeOf(event), 0),
          fault.found ?? 0,
        );
      default:
        return new EventStoreUnavailable(`Stream ${stream}: not written: ${fault.kind}`, { cause: fault });
    }
  }
}

const revisionAt = (known: KnownStream | undefined): Revision | 'noStream' =>
  known === undefined || known.head < 0 ? 'noStream' : known.head;

function unknownOutcome({ stream, events }: Errand, fault: CallFault): EventStoreUnavailable {
  const text = `Stream ${stream}: outcome unknown: whether ${events.length} events were written cannot be said (${fault.kind})`;
  return new EventStoreUnavailable(text, { cause: fault });
}
