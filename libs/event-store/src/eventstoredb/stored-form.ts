/** Events as they lie in the server: the codec's texts, byte for byte, and its schema version, in the custom metadata. */
import streams, { type ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { EncodedEvent, StoredEvent } from '../codec.js';
import type { Position, Revision, StreamName } from '../event-store.js';

type ProposedMessage = InstanceType<typeof streams.BatchAppendReq.ProposedMessage>;
type RecordedMessage = InstanceType<typeof ReadResp.ReadEvent.RecordedEvent>;

/** What a record costs in the log and on the line besides its data, metadata and type. */
const overheadBytes = 128;
const opening = '{"schemaVersion":';
const separator = ',"metadata":';

const textOfMetadata = ({ schemaVersion, metadata }: EncodedEvent): string =>
  `${opening}${schemaVersion}${separator}${metadata}}`;

/** Bytes of an event as the server counts them, and somewhat more: what is refused here would have been refused there. */
export function sizeOf(event: EncodedEvent): number {
  const { type, data } = event;
  return 2 * type.length + Buffer.byteLength(data) + Buffer.byteLength(textOfMetadata(event)) + overheadBytes;
}

export function proposedMessage(event: EncodedEvent): ProposedMessage {
  const message = new streams.BatchAppendReq.ProposedMessage();
  const id = new shared.UUID();
  id.setString(event.id);
  message.setId(id);
  message.getMetadataMap().set('type', event.type).set('content-type', 'application/json');
  message.setData(Buffer.from(event.data));
  message.setCustomMetadata(Buffer.from(textOfMetadata(event)));
  return message;
}

/** What a message of a read or a subscription says about the log. */
export type LogMessage =
  | { readonly kind: 'event'; readonly event: StoredEvent }
  /** A record that is not an event of ours: the server's own, another system's, a link that leads nowhere. */
  | { readonly kind: 'passed'; readonly position: Position; readonly revision?: Revision }
  | { readonly kind: 'caught-up' }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'other' };

/** @throws Error when a position or revision is beyond what a number holds exactly */
export function readMessage(message: ReadResp): LogMessage {
  if (message.hasEvent()) {
    const read = message.getEvent();
    const recorded = read?.getEvent();
    if (recorded !== undefined) return recordedMessage(recorded);
    return { kind: 'passed', position: exact(read?.getLink()?.getCommitPosition() ?? read?.getCommitPosition() ?? '') };
  }
  const checkpoint = message.getCheckpoint();
  if (checkpoint !== undefined) return { kind: 'passed', position: exact(checkpoint.getCommitPosition()) };
  if (message.hasCaughtUp()) return { kind: 'caught-up' };
  return { kind: message.hasStreamNotFound() ? 'not-found' : 'other' };
}

function recordedMessage(recorded: RecordedMessage): LogMessage {
  const position = exact(recorded.getCommitPosition());
  const type = recorded.getMetadataMap().get('type') ?? '';
  const stream = textOf(recorded.getStreamIdentifier()?.getStreamName_asU8());
  const revision = exact(recorded.getStreamRevision());
  if (type.startsWith('$') || stream.startsWith('$')) return { kind: 'passed', position, revision };
  const metadata = textOf(recorded.getCustomMetadata_asU8());
  const schemaVersion = Number.parseInt(metadata.slice(opening.length), 10);
  const head = `${opening}${schemaVersion}${separator}`;
  if (!metadata.startsWith(head)) return { kind: 'passed', position, revision };
  const event: StoredEvent = {
    id: recorded.getId()?.getString() ?? '',
    type,
    schemaVersion,
    data: textOf(recorded.getData_asU8()),
    metadata: metadata.slice(head.length, -1),
    stream: stream as StreamName,
    revision,
    position,
    // Hundreds of nanoseconds.
    recordedAt: Math.floor(Number(recorded.getMetadataMap().get('created') ?? 0) / 10_000),
  };
  return { kind: 'event', event };
}

/** Positions are byte offsets in 64 bits: a log of 9 PB is the first that a number does not hold. */
export function exact(text: string): number {
  const value = Number(text);
  if (text === '' || !Number.isSafeInteger(value)) throw new Error(`${text} is not a position this software can hold`);
  return value;
}

/** Without a copy of the bytes. */
function textOf(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? '' : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}
