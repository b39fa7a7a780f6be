import { unpackToCommandError } from '@eventstore/db-client/dist/streams/appendToStream/unpackError.js';
import streams, { type BatchAppendReq, type BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { ClientDuplexStream } from '@grpc/grpc-js';
import type { EncodedEvent } from '../codec.js';
import type { Position, Revision, StreamName } from '../event-store.js';
import { CallFault, callFault } from './call-faults.js';
import type { ServerConnection } from './server-connection.js';
import { exact, proposedMessage, sizeOf } from './stored-form.js';

/** What the server says of an append that succeeded; also of one that it had already. */
export interface Acknowledged {
  readonly revision: Revision;
  /** Absent when the server does not know it any more. */
  readonly position: Position | undefined;
}

interface PendingAppend {
  readonly stream: StreamName;
  readonly resolve: (acknowledged: Acknowledged) => void;
  readonly reject: (fault: CallFault) => void;
}

/** Bytes of events in one message; a larger append goes out in several. */
const messageBytes = 2 * 1024 * 1024;

/**
 * The way of appends to the server: one long-lived stream for all, answers in any order. When it breaks, ends or falls silent, what
 * was under way has an unknown outcome, and the next append opens another.
 */
export class AppendLine {
  readonly #connection: ServerConnection;
  readonly #patienceMs: number;
  #current: Promise<OpenLine> | undefined;

  /** @param patienceMs how long an answer is awaited: longer than the two seconds at which the server itself gives up */
  constructor(connection: ServerConnection, patienceMs: number) {
    this.#connection = connection;
    this.#patienceMs = patienceMs;
  }

  /** @throws CallFault */
  async send(
    stream: StreamName,
    expected: Revision | 'noStream',
    events: readonly EncodedEvent[],
  ): Promise<Acknowledged> {
    const line = await this.#line();
    if (line.isOver === true) throw new CallFault('unavailable');
    let timer: NodeJS.Timeout | undefined;
    const correlation = crypto.randomUUID();
    try {
      return await new Promise<Acknowledged>((resolve, reject) => {
        timer = setTimeout(() => {
          // A line that owes an answer for so long is given up: what else waits on it would wait in vain too.
          this.#giveUp(line, new CallFault('timeout'));
        }, this.#patienceMs);
        line.pending.set(correlation, { stream, resolve, reject });
        for (const request of requestsOf(correlation, stream, expected, events)) line.call.write(request);
      });
    } finally {
      clearTimeout(timer);
    }
  }

  /** What is under way has an unknown outcome. */
  async close(): Promise<void> {
    const line = await this.#current?.catch(() => undefined);
    if (line !== undefined) this.#giveUp(line, new CallFault('cancelled'));
  }

  async #line(): Promise<OpenLine> {
    this.#current ??= this.#open();
    return this.#current;
  }

  async #open(): Promise<OpenLine> {
    try {
      const call = await this.#connection.startAppends();
      const line: OpenLine = { call, pending: new Map() };
      call.on('data', (response: BatchAppendResp) => settle(line, response));
      call.on('error', (error: Error) => this.#giveUp(line, callFault(error)));
      call.on('end', () => this.#giveUp(line, new CallFault('unavailable')));
      return line;
    } catch (error) {
      this.#current = undefined;
      throw callFault(error);
    }
  }

  #giveUp(line: OpenLine, fault: CallFault): void {
    if (line.isOver === true) return;
    line.isOver = true;
    this.#current = undefined;
    line.call.cancel();
    // A call whose other side has ended is only over when this one is too.
    line.call.destroy();
    for (const { reject } of line.pending.values()) reject(fault);
    line.pending.clear();
  }
}

interface OpenLine {
  readonly call: ClientDuplexStream<BatchAppendReq, BatchAppendResp>;
  readonly pending: Map<string, PendingAppend>;
  isOver?: boolean;
}

function settle({ pending }: OpenLine, response: BatchAppendResp): void {
  const correlation = response.getCorrelationId()?.getString() ?? '';
  const append = pending.get(correlation);
  if (append === undefined) return;
  pending.delete(correlation);
  const error = response.getError();
  if (error !== undefined) return append.reject(callFault(unpackToCommandError(error, append.stream)));
  const success = response.getSuccess();
  const position = success?.getPosition()?.getCommitPosition();
  try {
    append.resolve({
      revision: exact(success?.getCurrentRevision() ?? ''),
      position: position === undefined || Number(position) < 0 ? undefined : exact(position),
    });
  } catch (cause) {
    append.reject(new CallFault('invalid', undefined, { cause }));
  }
}

/**
 * No deadline is sent: it would be a time of day, and a server whose clock is ahead would refuse every append. Its own two
 * seconds hold.
 */
function* requestsOf(
  correlation: string,
  stream: StreamName,
  expected: Revision | 'noStream',
  events: readonly EncodedEvent[],
): Iterable<BatchAppendReq> {
  const correlationId = new shared.UUID();
  correlationId.setString(correlation);
  const identifier = new shared.StreamIdentifier();
  identifier.setStreamName(Buffer.from(stream));
  const options = new streams.BatchAppendReq.Options();
  options.setStreamIdentifier(identifier);
  if (expected === 'noStream') options.setNoStream(new shared.Empty());
  else options.setStreamPosition(String(expected));

  let request = new streams.BatchAppendReq().setOptions(options).setCorrelationId(correlationId);
  let bytes = 0;
  for (const event of events) {
    const size = sizeOf(event);
    if (bytes > 0 && bytes + size > messageBytes) {
      yield request;
      request = new streams.BatchAppendReq().setCorrelationId(correlationId);
      bytes = 0;
    }
    bytes += size;
    request.addProposedMessages(proposedMessage(event));
  }
  yield request.setIsFinal(true);
}
