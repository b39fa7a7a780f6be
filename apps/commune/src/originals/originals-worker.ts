/**
 * The thread that owns the file of originals: compresses off the request path and commits the requests that come together as
 * one transaction, so many senders share one fsync.
 */
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Original } from './originals.js';

export type OriginalsRequest = { readonly id: number } & (
  | { readonly kind: 'keep'; readonly original: Original }
  | { readonly kind: 'answered'; readonly facility: string; readonly digest: string }
  | { readonly kind: 'fetch'; readonly facility: string; readonly digest: string }
  | { readonly kind: 'unanswered' }
  | { readonly kind: 'close' }
);

/** To every batch of requests there is one batch of replies. */
export type OriginalsReply = { readonly id: number } & ({ readonly value: unknown } | { readonly error: string });

interface StoredOriginal {
  facility: string;
  digest: string;
  content_type: string;
  received_at: string;
  actor: string;
  body: Uint8Array;
}

if (!parentPort) throw new Error('Runs as a worker thread only');
const port: MessagePort = parentPort;
const { file } = workerData as { readonly file: string };

const database = new DatabaseSync(file);
database.exec(`
  pragma journal_mode = wal;
  pragma synchronous = full;
  pragma busy_timeout = 5000;
  create table if not exists original (
    facility text not null, digest text not null, content_type text not null, received_at text not null, actor text not null,
    body blob not null, primary key (facility, digest)
  ) without rowid;
  create table if not exists unanswered (
    facility text not null, digest text not null, received_at text not null, primary key (facility, digest)
  ) without rowid;
`);
const insertOriginal = database.prepare(
  'insert into original (facility, digest, content_type, received_at, actor, body) values (?, ?, ?, ?, ?, ?) on conflict do nothing',
);
const insertUnanswered = database.prepare(
  'insert into unanswered (facility, digest, received_at) values (?, ?, ?) on conflict do nothing',
);
const deleteUnanswered = database.prepare('delete from unanswered where facility = ? and digest = ?');
const selectOriginal = database.prepare('select * from original where facility = ? and digest = ?');
const selectUnanswered = database.prepare('select facility, digest from unanswered order by received_at');

function perform(request: OriginalsRequest): unknown {
  switch (request.kind) {
    case 'keep': {
      const { facility, digest, contentType, receivedAt, actor, body } = request.original;
      insertOriginal.run(facility, digest, contentType, receivedAt, actor, zstdCompressSync(body));
      insertUnanswered.run(facility, digest, receivedAt);
      return undefined;
    }
    case 'answered':
      deleteUnanswered.run(request.facility, request.digest);
      return undefined;
    case 'fetch': {
      const row = selectOriginal.get(request.facility, request.digest) as unknown as StoredOriginal | undefined;
      return (
        row && {
          facility: row.facility,
          digest: row.digest,
          contentType: row.content_type,
          receivedAt: row.received_at,
          actor: row.actor,
          body: new Uint8Array(zstdDecompressSync(row.body)),
        }
      );
    }
    case 'unanswered':
      return selectUnanswered.all();
    case 'close':
      return undefined;
    default:
      return request satisfies never;
  }
}

function commitTogether(requests: readonly OriginalsRequest[]): readonly OriginalsReply[] {
  const replies: OriginalsReply[] = [];
  try {
    database.exec('begin immediate');
    for (const request of requests) replies.push({ id: request.id, value: perform(request) });
    database.exec('commit');
    return replies;
  } catch (error) {
    if (database.isTransaction) database.exec('rollback');
    const reason = error instanceof Error ? error.message : String(error);
    return requests.map(({ id }) => ({ id, error: reason }));
  }
}

port.on('message', (requests: readonly OriginalsRequest[]) => {
  port.postMessage(commitTogether(requests));
  if (requests.some((request) => request.kind === 'close')) {
    database.close();
    port.close();
  }
});
