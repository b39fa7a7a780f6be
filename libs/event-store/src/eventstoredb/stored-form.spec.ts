import streams from '@eventstore/db-client/generated/streams_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import type { EncodedEvent } from '../codec.js';
import { exact, proposedMessage, readMessage, sizeOf } from './stored-form.js';

const { ReadResp } = streams;
const { ReadEvent } = ReadResp;

/** What the server makes of a proposed event. */
function recorded(event: EncodedEvent, changes: { type?: string; metadata?: string; stream?: string } = {}) {
  const proposed = proposedMessage(event);
  const message = new ReadEvent.RecordedEvent();
  message.setId(proposed.getId());
  const identifier = new shared.StreamIdentifier();
  identifier.setStreamName(Buffer.from(changes.stream ?? 'visit-08Z11.1'));
  message.setStreamIdentifier(identifier);
  message.setStreamRevision('3').setCommitPosition('1200').setPreparePosition('1200');
  message.getMetadataMap().set('type', changes.type ?? event.type);
  message.getMetadataMap().set('content-type', proposed.getMetadataMap().get('content-type') ?? '');
  message.getMetadataMap().set('created', '17649999991234567');
  message.setData(proposed.getData_asU8());
  const metadata = changes.metadata === undefined ? proposed.getCustomMetadata_asU8() : Buffer.from(changes.metadata);
  message.setCustomMetadata(metadata);
  const bytes = new ReadResp().setEvent(new ReadEvent().setEvent(message).setCommitPosition('1200')).serializeBinary();
  return readMessage(ReadResp.deserializeBinary(bytes));
}

const visit: EncodedEvent = {
  id: '0198a000-0000-7000-8000-000000000001',
  type: 'VisitRecorded',
  schemaVersion: 2,
  data: '{"b":1,"a":"Tăng huyết áp 🩺"}',
  metadata: '{"occurredAt":"2026-10-01T07:30:00+07:00"}',
};

describe('events as they lie in EventStoreDB', () => {
  it('come back byte for byte, with their schema version', () => {
    fc.assert(
      fc.property(
        fc.json(),
        fc.json(),
        fc.integer({ min: 1, max: 1_000 }),
        fc.uuid(),
        (data, metadata, schemaVersion, id) => {
          const event = { id, type: 'VisitRecorded', schemaVersion, data, metadata };
          expect(recorded(event)).toEqual({
            kind: 'event',
            event: { ...event, stream: 'visit-08Z11.1', revision: 3, position: 1200, recordedAt: 1_764_999_999_123 },
          });
        },
      ),
    );
  });

  it('are JSON for whoever else reads them', () => {
    const proposed = proposedMessage(visit);
    expect(proposed.getMetadataMap().get('content-type')).toBe('application/json');
    expect(JSON.parse(Buffer.from(proposed.getCustomMetadata_asU8()).toString())).toEqual({
      schemaVersion: 2,
      metadata: { occurredAt: '2026-10-01T07:30:00+07:00' },
    });
  });

  it('are never smaller for the server than they are counted here', () => {
    fc.assert(
      fc.property(fc.json(), fc.string({ unit: 'grapheme', minLength: 1 }), (data, type) => {
        const proposed = proposedMessage({ ...visit, type, data });
        const onDisk = 2 * type.length + proposed.getData_asU8().length + proposed.getCustomMetadata_asU8().length;
        expect(sizeOf({ ...visit, type, data })).toBeGreaterThanOrEqual(onDisk);
      }),
    );
  });

  it.each([
    ['an event of the server', { type: '$statsCollected' }],
    ['a link', { type: '$>' }],
    ['the metadata of a stream', { stream: '$$visit-08Z11.1', type: '$metadata' }],
    ['an event of another system', { metadata: '{"$correlationId":"1"}' }],
    ['an event without metadata', { metadata: '' }],
  ])('%s is passed over, and the position moves', (_name, changes) => {
    expect(recorded(visit, changes)).toEqual({ kind: 'passed', position: 1200, revision: 3 });
  });

  it('a link that leads nowhere is passed over, and the position moves', () => {
    const message = new ReadResp().setEvent(new ReadEvent().setCommitPosition('4711'));
    expect(readMessage(message)).toEqual({ kind: 'passed', position: 4711 });
  });

  it('a checkpoint moves the position', () => {
    const checkpoint = new ReadResp.Checkpoint().setCommitPosition('900').setPreparePosition('900');
    expect(readMessage(new ReadResp().setCheckpoint(checkpoint))).toEqual({ kind: 'passed', position: 900 });
  });

  it.each(['', '-x', '9007199254740993', '18446744073709551615'])('no position is guessed from %j', (text) => {
    expect(() => exact(text)).toThrow('is not a position this software can hold');
  });
});
