import { resolve } from 'node:path';
import { BroadcastChannel } from 'node:worker_threads';
import type { EventCodec } from '../codec.js';
import { createEventCodec } from '../codec.js';
import type { EventStore, Position } from '../event-store.js';
import { DecodedEvents } from './decoded-events.js';
import { openLogForReading } from './log-file.js';
import { LogHead } from './log-head.js';
import type { LogCursor } from './log-reader.js';
import { LogReader } from './log-reader.js';

/** The log as another thread or process than the writer's sees it. */
export interface EmbeddedReader extends Pick<EventStore, 'readStream' | 'readAll' | 'subscribe' | 'head' | 'close'> {
  /** Random name the log was given when it was made: positions mean nothing without it. */
  readonly identity: string;
  /** A place in the log from which batches are taken one by one. */
  cursor(options?: Parameters<EventStore['readAll']>[0]): LogCursor;
  /** Resolves when the head is beyond the position, or the signal aborts. */
  beyond(position: Position, signal?: AbortSignal): Promise<void>;
  /** When the first event after the position was appended, in milliseconds since 1970; `undefined` when there is none. */
  recordedAtAfter(position: Position): number | undefined;
}

export interface EmbeddedReaderOptions {
  /** The SQLite file of an event store that exists already. */
  readonly file: string;
  readonly codec?: EventCodec;
  /**
   * How often the file is looked at while somebody waits for a new event; default 100. Within the writer's process the
   * writer says so itself, at once, and this is the second line only.
   */
  readonly pollMs?: number;
  /** Characters of stored text whose events stay parsed for other consumers of this reader; default 0: none. */
  readonly sharedText?: number;
}

/** The channel on which a log's writer tells the other threads of its process the new head. */
export function headChannelOf(file: string): string {
  return `event-log-head:${resolve(file)}`;
}

/**
 * Opens the log read-only, in any thread or process of the machine.
 * @throws EventStoreUnavailable when there is no log at that place
 */
export function openEmbeddedReader(options: EmbeddedReaderOptions): EmbeddedReader {
  const { file, codec = createEventCodec(), pollMs = 100, sharedText = 0 } = options;
  const database = openLogForReading(file);
  const identity = String(database.prepare('select identity from log').get()?.['identity']);
  const head = new LogHead(0);
  const reader = new LogReader(database, codec, head, sharedText > 0 ? { decoded: new DecodedEvents(sharedText) } : {});
  head.advance(reader.storedHead());

  let stopListening: (() => void) | undefined;
  /** Only once somebody waits for new events: until then the head is looked up when it is asked for. */
  const listen = (): void => {
    if (stopListening !== undefined || head.closed) return;
    const heads = new BroadcastChannel(headChannelOf(file));
    heads.addEventListener('message', (message) => {
      if ('data' in message) head.advance(Number(message.data));
    });
    const poll = setInterval(() => {
      if (head.awaited) head.advance(reader.storedHead());
    }, pollMs);
    stopListening = () => {
      heads.close();
      clearInterval(poll);
    };
    head.advance(reader.storedHead());
  };

  return {
    identity,
    readStream: (stream, readOptions) => reader.readStream(stream, readOptions),
    readAll: (readOptions) => {
      head.advance(reader.storedHead());
      return reader.readAll(readOptions);
    },
    subscribe: (subscribeOptions) => {
      listen();
      return reader.subscribe(subscribeOptions);
    },
    cursor: (readOptions) => reader.cursor(readOptions),
    beyond: (position, signal) => {
      listen();
      return head.beyond(position, signal);
    },
    recordedAtAfter: (position) => reader.recordedAtAfter(position),
    async head() {
      head.advance(reader.storedHead());
      return head.position;
    },
    async close() {
      if (head.closed) return;
      head.close();
      stopListening?.();
      await new Promise(setImmediate);
      reader.close();
    },
  };
}
