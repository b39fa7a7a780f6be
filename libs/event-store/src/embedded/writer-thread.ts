/** The thread that owns the log for writing. Everything that queued while one commit was under way goes into the next one. */
import { BroadcastChannel, parentPort, receiveMessageOnPort, Worker, workerData } from 'node:worker_threads';
import type { AppendRequest, FromWriter, ToWriter, WriterSettings } from './append-messages.js';
import { packOutcomes, unpackRequests } from './append-messages.js';
import { lockLog, openLogForWriting } from './log-file.js';
import { LogWriter } from './log-writer.js';

/** Bounds the time one commit takes, and so the wait of the first in it. */
const mostAppendsInCommit = 1024;
const indexAfterIdleMs = 20;
const checkpointAfterIdleMs = 500;

if (parentPort === null) throw new Error('The writer runs in a worker thread');
const port = parentPort;
const answer = (message: FromWriter): void => port.postMessage(message);
const { file, headChannel } = workerData as WriterSettings;

/** Beside the writing; where it fails, every stream may be there, and readers look. */
function readStreams(shared: SharedArrayBuffer): void {
  const thread = new URL('known-streams-thread.js', import.meta.url);
  const worker = new Worker(thread, { name: 'event-store-streams', workerData: { file, shared } });
  worker.on('error', () => undefined);
  worker.unref();
}

function open(): { writer: LogWriter; release: () => void } | undefined {
  try {
    const lock = lockLog(file);
    try {
      const writer = new LogWriter(openLogForWriting(file));
      const known = writer.known.shared;
      if (writer.streamsUnread) readStreams(known);
      answer({ kind: 'opened', head: writer.head, known });
      return { writer, release: () => lock.close() };
    } catch (error) {
      lock.close();
      throw error;
    }
  } catch (error) {
    answer({ kind: 'not-opened', reason: error instanceof Error ? error.message : String(error) });
    return undefined;
  }
}

function serve({ writer, release }: { writer: LogWriter; release: () => void }): void {
  const heads = new BroadcastChannel(headChannel);
  const queue: AppendRequest[] = [];
  let closing = false;

  const take = (message: ToWriter): void => {
    if (message === 'close') closing = true;
    else unpackRequests(message, queue);
  };
  const drain = (): void => {
    for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
      take(next.message as ToWriter);
    }
  };
  const indexWhenIdle = setTimeout(() => {
    writer.storeIndex();
    if (!writer.hasUnindexed) answer({ kind: 'indexed' });
    checkpointWhenIdle.refresh();
  }, indexAfterIdleMs);
  const checkpointWhenIdle = setTimeout(() => writer.checkpoint(), checkpointAfterIdleMs);

  port.on('message', (message: ToWriter) => {
    take(message);
    drain();
    while (queue.length > 0) {
      const before = writer.head;
      const outcomes = packOutcomes(writer.commit(queue.splice(0, mostAppendsInCommit)));
      answer({ kind: 'committed', outcomes, head: writer.head, indexed: !writer.hasUnindexed });
      if (writer.head > before) heads.postMessage(writer.head);
      drain();
    }
    if (!closing) {
      indexWhenIdle.refresh();
      return;
    }
    clearTimeout(indexWhenIdle);
    clearTimeout(checkpointWhenIdle);
    heads.close();
    writer.close();
    release();
    port.close();
  });
}

const opened = open();
if (opened !== undefined) serve(opened);
