/**
 * The thread that owns the file of originals: compresses off the request path and commits the requests that come together as
 * one transaction, so many senders share one fsync.
 */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { OriginalsFile } from './originals-file.js';
import type { OriginalDetails } from './originals.js';
import { transferable } from './transferable.js';

export type OriginalsRequest = { readonly id: number } & (
  | { readonly kind: 'keep'; readonly details: OriginalDetails; readonly body: Uint8Array }
  | { readonly kind: 'begin' }
  | { readonly kind: 'part'; readonly upload: number; readonly number: number; readonly body: Uint8Array }
  | { readonly kind: 'finish'; readonly upload: number; readonly details: OriginalDetails; readonly size: number }
  | { readonly kind: 'discard'; readonly upload: number }
  | { readonly kind: 'answered'; readonly facility: string; readonly digest: string }
  | { readonly kind: 'open'; readonly facility: string; readonly digest: string }
  | { readonly kind: 'piece'; readonly upload: number; readonly number: number }
  | { readonly kind: 'unanswered' }
  | { readonly kind: 'waiting'; readonly facility: string; readonly digestBegin: string }
  | { readonly kind: 'close' }
);

/** To every batch of requests there is one batch of replies. */
export type OriginalsReply = { readonly id: number } & ({ readonly value: unknown } | { readonly error: string });

if (!parentPort) throw new Error('Runs as a worker thread only');
const port: MessagePort = parentPort;
const originals = new OriginalsFile((workerData as { readonly file: string }).file);

function perform(request: OriginalsRequest): unknown {
  switch (request.kind) {
    case 'keep':
      return originals.keep(request.details, request.body);
    case 'begin':
      return originals.beginUpload();
    case 'part':
      return originals.writePart(request.upload, request.number, request.body);
    case 'finish':
      return originals.finishUpload(request.upload, request.details, request.size);
    case 'discard':
      return originals.discardUpload(request.upload);
    case 'answered':
      return originals.answered(request.facility, request.digest);
    case 'open':
      return originals.open(request.facility, request.digest);
    case 'piece':
      return originals.piece(request.upload, request.number);
    case 'unanswered':
      return originals.unanswered();
    case 'waiting':
      return originals.waiting(request.facility, request.digestBegin);
    case 'close':
      return undefined;
    default:
      return request satisfies never;
  }
}

/** Requests that change nothing need no transaction, and no fsync. */
const changes = (request: OriginalsRequest): boolean =>
  !['open', 'piece', 'unanswered', 'waiting', 'close'].includes(request.kind);

function performTogether(requests: readonly OriginalsRequest[]): readonly OriginalsReply[] {
  try {
    const work = (): readonly OriginalsReply[] =>
      requests.map((request) => ({ id: request.id, value: perform(request) }));
    return requests.some(changes) ? originals.inTransaction(work) : work();
  } catch (error) {
    const [only, ...others] = requests;
    if (only && others.length === 0) {
      return [{ id: only.id, error: error instanceof Error ? error.message : String(error) }];
    }
    // One of them could not be done: each by itself, so that it alone fails.
    return requests.flatMap((request) => performTogether([request]));
  }
}

port.on('message', (requests: readonly OriginalsRequest[]) => {
  const replies = performTogether(requests);
  port.postMessage(replies, transferable(replies.map((reply) => ('value' in reply ? reply.value : undefined))));
  if (requests.some((request) => request.kind === 'close')) {
    originals.close();
    port.close();
  }
});
