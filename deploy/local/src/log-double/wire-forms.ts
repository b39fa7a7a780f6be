/** Records of the log as the protocol's messages, and the protocol's errors. */
import { Metadata, status, type StatusObject } from '@grpc/grpc-js';
import type { ReadResp as ReadRespMessage } from '@eventstore/db-client/generated/streams_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { LogRecord } from './transaction-log.js';

const { ReadResp } = streams;
const { ReadEvent } = ReadResp;

/** @param resolveLinks a link is sent as one; here its target is always gone, so no event goes with it */
export function eventMessage(record: LogRecord, resolveLinks: boolean): ReadRespMessage {
  const event = new ReadEvent();
  if (record.type === '$>' && resolveLinks) event.setLink(recordedEvent(record));
  else event.setEvent(recordedEvent(record));
  event.setCommitPosition(String(record.position));
  return new ReadResp().setEvent(event);
}

export function checkpointMessage(position: number): ReadRespMessage {
  const checkpoint = new ReadResp.Checkpoint();
  checkpoint.setCommitPosition(String(position));
  checkpoint.setPreparePosition(String(position));
  return new ReadResp().setCheckpoint(checkpoint);
}

export function confirmationMessage(): ReadRespMessage {
  const confirmation = new ReadResp.SubscriptionConfirmation();
  confirmation.setSubscriptionId(crypto.randomUUID());
  return new ReadResp().setConfirmation(confirmation);
}

export function caughtUpMessage(): ReadRespMessage {
  return new ReadResp().setCaughtUp(new ReadResp.CaughtUp());
}

export function streamNotFoundMessage(stream: string): ReadRespMessage {
  const notFound = new ReadResp.StreamNotFound();
  notFound.setStreamIdentifier(streamIdentifier(stream));
  return new ReadResp().setStreamNotFound(notFound);
}

export function streamIdentifier(stream: string): InstanceType<typeof shared.StreamIdentifier> {
  const identifier = new shared.StreamIdentifier();
  identifier.setStreamName(Buffer.from(stream));
  return identifier;
}

function recordedEvent(record: LogRecord): InstanceType<typeof ReadEvent.RecordedEvent> {
  const event = new ReadEvent.RecordedEvent();
  const id = new shared.UUID();
  id.setString(record.id);
  event.setId(id);
  event.setStreamIdentifier(streamIdentifier(record.stream));
  event.setStreamRevision(String(record.revision));
  event.setCommitPosition(String(record.position));
  event.setPreparePosition(String(record.position));
  event.getMetadataMap().set('type', record.type);
  event.getMetadataMap().set('content-type', record.contentType);
  event.getMetadataMap().set('created', record.created);
  event.setData(record.data);
  event.setCustomMetadata(record.metadata);
  return event;
}

/** The server's errors carry their kind in the trailers. */
function failure(code: status, details: string, trailers: Readonly<Record<string, string>> = {}): StatusObject {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(trailers)) metadata.set(name, value);
  return { code, details, metadata };
}

export const errors = {
  unavailable: () => failure(status.UNAVAILABLE, 'Server is not ready'),
  accessDenied: () => failure(status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' }),
  streamDeleted: (stream: string) =>
    failure(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
      exception: 'stream-deleted',
      'stream-name': stream,
    }),
  notLeader: (leader: { readonly host: string; readonly port: number }) =>
    failure(status.NOT_FOUND, 'Leader info available', {
      exception: 'not-leader',
      'leader-endpoint-host': leader.host,
      'leader-endpoint-port': String(leader.port),
    }),
};
