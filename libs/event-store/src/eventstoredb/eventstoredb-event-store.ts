import { createEventCodec, type EventCodec } from '../codec.js';
import { EventStoreUnavailable } from '../errors.js';
import type { ConnectionReport, EventStore, ReadStreamOptions, RecordedEvent, StreamName } from '../event-store.js';
import { AppendLine } from './append-line.js';
import { parseServerUrl } from './connection-string.js';
import { LogEnd } from './log-end.js';
import { readLog } from './log-reads.js';
import { ServerConnection } from './server-connection.js';
import { pageEvents, ServerReads, type Waits } from './server-reads.js';
import { StreamAppends } from './stream-appends.js';
import { Subscription } from './subscription.js';

export interface EventStoreDbOptions {
  /**
   * `esdb://[user:password@]host[:port][,host…][?tls=…&tlsCAFile=…]`, `esdb+discover://…` or the same with `kurrentdb`. The leader
   * of a cluster is asked, whatever `nodePreference` says.
   */
  readonly url: string;
  /** Default: one that knows no older schema versions. */
  readonly codec?: EventCodec;
  /** Largest append in bytes as the server counts them; default 1 MiB, as the server has it. */
  readonly appendLimitBytes?: number;
  /** How long the engine waits, in milliseconds; the defaults suit a cluster that changes its leader now and then. */
  readonly waits?: Partial<Waits>;
}

export interface EventStoreDb extends EventStore {
  connection(): ConnectionReport;
}

const defaultWaits: Waits = { patienceMs: 30_000, answerMs: 5_000, readMs: 10_000, lookMs: 1_000, silenceMs: 10_000 };

/**
 * Opens the event store on an EventStoreDB (23 and later) or KurrentDB server or cluster. Any number of processes can have it
 * open.
 * @throws EventStoreUnavailable when the address is wrong, the server refuses the credentials, or none answers
 */
export async function openEventStoreDb(options: EventStoreDbOptions): Promise<EventStoreDb> {
  const { url, codec = createEventCodec(), appendLimitBytes = 1024 * 1024 } = options;
  const waits = { ...defaultWaits, ...options.waits };
  const connection = new ServerConnection(parseServerUrl(url));
  const reads = new ServerReads(connection, waits);
  const end = new LogEnd(reads);
  const line = new AppendLine(connection, waits.answerMs);
  const { patienceMs } = waits;
  const appends = new StreamAppends({ codec, line, reads, end, connection, appendLimitBytes, patienceMs });
  const stop = new AbortController();
  let closed: Promise<void> | undefined;

  const mustBeOpen = (): void => {
    if (closed !== undefined) throw new EventStoreUnavailable('The event store is closed');
  };
  const close = async (): Promise<void> => {
    stop.abort();
    await appends.settled();
    await line.close();
    connection.close();
  };

  try {
    await end.read();
    await connection.askVersion(waits.readMs);
  } catch (error) {
    connection.close();
    throw error;
  }

  return {
    async append(stream, expected, events) {
      mustBeOpen();
      return appends.append(stream, expected, events);
    },
    async readStream(stream, readOptions = {}) {
      mustBeOpen();
      return readStream(reads, codec, stream, readOptions);
    },
    async *readAll(readOptions = {}) {
      mustBeOpen();
      yield* readLog(reads, end, codec, readOptions);
    },
    async *subscribe(subscribeOptions = {}) {
      mustBeOpen();
      const signal = AbortSignal.any([stop.signal, subscribeOptions.signal ?? stop.signal]);
      yield* new Subscription({ connection, reads, end, codec, waits }, subscribeOptions, signal).batches();
    },
    async head() {
      mustBeOpen();
      return end.read();
    },
    connection: () => connection.report,
    close: () => (closed ??= close()),
  };
}

async function readStream(
  reads: ServerReads,
  codec: EventCodec,
  stream: StreamName,
  { from, direction, limit = Infinity }: ReadStreamOptions,
): Promise<readonly RecordedEvent[]> {
  const backwards = direction === 'backwards';
  const events: RecordedEvent[] = [];
  let next = from;
  while (events.length < limit) {
    const count = Math.min(limit - events.length, pageEvents);
    const page = await reads.streamPage({ stream, backwards, from: next, count });
    for (const event of page.events) events.push(codec.decode(event));
    const last = page.seen.at(-1)?.revision;
    if (page.ended || last === undefined || (backwards && last === 0)) break;
    next = backwards ? last - 1 : last + 1;
  }
  return events;
}
