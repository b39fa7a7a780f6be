import { Worker } from 'node:worker_threads';
import type { EventCodec } from '../codec.js';
import { createEventCodec } from '../codec.js';
import { EventStoreUnavailable } from '../errors.js';
import type { EventStore } from '../event-store.js';
import { AppendQueue } from './append-queue.js';
import type { FromWriter, ToWriter, WriterSettings } from './append-messages.js';
import { unpackOutcomes } from './append-messages.js';
import { KnownStreams } from './known-streams.js';
import { headChannelOf } from './embedded-reader.js';
import { openLogForReading } from './log-file.js';
import { LogHead } from './log-head.js';
import { LogReader } from './log-reader.js';
import { RecentStreams } from './recent-streams.js';
import { StreamCache } from './stream-cache.js';

export interface EmbeddedEventStoreOptions {
  /** The SQLite file; made, with its folder, when it is not there. `-wal`, `-shm` and `.lock` files stand beside it. */
  readonly file: string;
  /** Default: one that knows no older schema versions. */
  readonly codec?: EventCodec;
  /** Largest append in bytes of data and metadata; default 1 MiB, as EventStoreDB has it. */
  readonly appendLimitBytes?: number;
  /** Bytes on their way to the writer beyond which `append` waits before it sends; default 32 MiB. */
  readonly queueLimitBytes?: number;
  /** Characters of stored text whose streams are kept in memory for `readStream`; default 8 Mi. */
  readonly cachedText?: number;
}

/**
 * Opens the event store on one SQLite file. One process at a time can have it open; others, and other threads, may read it
 * with `openEmbeddedReader`.
 * @throws EventStoreUnavailable when another process or store has the file, or it cannot be opened
 */
export async function openEmbeddedEventStore(options: EmbeddedEventStoreOptions): Promise<EventStore> {
  const {
    file,
    codec = createEventCodec(),
    appendLimitBytes = 1024 * 1024,
    queueLimitBytes = 32 * 1024 * 1024,
    cachedText = 8 * 1024 * 1024,
  } = options;
  const settings: WriterSettings = { file, headChannel: headChannelOf(file) };
  const writer = new Worker(new URL('writer-thread.js', import.meta.url), {
    name: 'event-store-writer',
    workerData: settings,
  });
  const exited = new Promise<void>((resolve) => writer.once('exit', () => resolve()));
  const start = await opened(writer);
  const head = new LogHead(start.head);
  const recent = new RecentStreams();
  const streams = new StreamCache(codec, cachedText);
  const reader = new LogReader(openLogForReading(file), codec, head, {
    recent,
    streams,
    known: KnownStreams.of(start.known),
  });
  const send = (message: ToWriter): void => writer.postMessage(message);
  const limits = { appendBytes: appendLimitBytes, queuedBytes: queueLimitBytes };
  const appends = new AppendQueue(codec, limits, recent, streams, send);
  let closed: Promise<void> | undefined;
  let unavailable: EventStoreUnavailable | undefined;

  const fail = (cause?: unknown): void => {
    if (closed !== undefined) return;
    unavailable = new EventStoreUnavailable('The writer of the event store has stopped', { cause });
    appends.fail(unavailable);
    head.close(unavailable);
  };
  writer.on('message', (message: FromWriter) => {
    if (message.kind === 'committed') {
      head.advance(message.head);
      appends.settle(unpackOutcomes(message.outcomes));
      if (message.indexed) recent.indexed();
    } else if (message.kind === 'indexed') recent.indexed();
  });
  writer.on('error', fail);
  writer.on('exit', () => fail());

  const mustBeOpen = (): void => {
    if (unavailable !== undefined) throw unavailable;
  };
  const close = async (): Promise<void> => {
    unavailable ??= new EventStoreUnavailable('The event store is closed');
    await appends.close(unavailable);
    head.close();
    // A batch that is being read ends at its next turn; the connection must outlive it.
    await new Promise(setImmediate);
    reader.close();
    send('close');
    await exited;
  };

  return {
    append: (stream, expected, events) => appends.append(stream, expected, events),
    async readStream(stream, readOptions) {
      mustBeOpen();
      return reader.readStream(stream, readOptions);
    },
    async *readAll(readOptions) {
      mustBeOpen();
      yield* reader.readAll(readOptions);
    },
    async *subscribe(subscribeOptions) {
      mustBeOpen();
      yield* reader.subscribe(subscribeOptions);
    },
    async head() {
      mustBeOpen();
      return head.position;
    },
    close: () => (closed ??= close()),
  };
}

/** What the writer found once it has the log open. */
function opened(writer: Worker): Promise<FromWriter & { readonly kind: 'opened' }> {
  return new Promise((resolve, reject) => {
    writer.once('error', (cause) =>
      reject(new EventStoreUnavailable('The writer of the event store cannot start', { cause })),
    );
    writer.once('message', (message: FromWriter) => {
      if (message.kind === 'opened') resolve(message);
      else reject(new EventStoreUnavailable(message.kind === 'not-opened' ? message.reason : 'unexpected answer'));
    });
  });
}
