import { createHash } from 'node:crypto';
import type { FacilityCode } from '#domain/ids.js';
import { WrongExpectedRevision } from '#event-store/errors.js';
import { streamName, type EventStore, type Revision, type StreamName } from '#event-store/event-store.js';
import { eventsOf, type MessageContext } from './message-context.js';
import type { IdempotencyKeyUsed, MessageEvent, ReceiptPartRecorded, ReceiptRecord } from './receipt.js';

export interface JournalEntry {
  /** Absent when the answer was cut off. */
  readonly event: MessageEvent | undefined;
  readonly revision: Revision;
}

/** What was answered to which message, and which key its sender gave it. */
export class MessageJournal {
  constructor(private readonly store: EventStore) {}

  /** The newest answer to a message with this receipt id. */
  async find(receiptId: string): Promise<JournalEntry | undefined> {
    const stream = receiptStream(receiptId);
    const [newest] = await this.store.readStream(stream, { direction: 'backwards', limit: 1 });
    if (!newest || newest.type === 'ReceiptPartRecorded') {
      // Parts without their answer: a crash came between. The message is answered afresh after them.
      return newest && { event: undefined, revision: newest.revision };
    }
    const event = newest as unknown as MessageEvent;
    const { parts = 0 } = event.data;
    if (parts === 0) return { event, revision: newest.revision };
    const before = await this.store.readStream(stream, { from: newest.revision - parts, limit: parts });
    const records = before.flatMap((part) => (part.data as ReceiptPartRecorded['data']).records);
    return { event: withRecords(event, records), revision: newest.revision };
  }

  /**
   * Records an answer. Another one recorded meanwhile by another replica stands: the same message gets one answer. Parts that
   * another replica has not come to the end with are left behind.
   */
  async record(event: MessageEvent, after: Revision, context: MessageContext): Promise<MessageEvent> {
    const stream = receiptStream(context.receipt);
    let revision = after;
    for (let left = attempts; ; left -= 1) {
      try {
        for (const one of eventsOfAnswer(event)) {
          const events = eventsOf(context, stream, revision, [one], { occurredAt: context.receivedAt });
          ({ revision } = await this.store.append(stream, revision === -1 ? 'noStream' : revision, events));
        }
        return event;
      } catch (error) {
        if (!(error instanceof WrongExpectedRevision) || left <= 1) throw error;
        const found = await this.find(context.receipt);
        if (found?.event) return found.event;
        revision = found?.revision ?? -1;
      }
    }
  }

  /** Ties an Idempotency-Key to a message; false when the key was used for other content. */
  async useKey(key: string, context: MessageContext): Promise<boolean> {
    const stream = keyStream(context.facility, key);
    const used: IdempotencyKeyUsed = { type: 'IdempotencyKeyUsed', data: { digest: context.digest } };
    const known = await this.#digestOf(stream);
    if (known !== undefined) return known === context.digest;
    try {
      await this.store.append(
        stream,
        'noStream',
        eventsOf(context, stream, -1, [used], { occurredAt: context.receivedAt }),
      );
      return true;
    } catch (error) {
      if (!(error instanceof WrongExpectedRevision)) throw error;
      return (await this.#digestOf(stream)) === context.digest;
    }
  }

  async #digestOf(stream: StreamName): Promise<string | undefined> {
    const [used] = await this.store.readStream(stream, { limit: 1 });
    return (used?.data as IdempotencyKeyUsed['data'] | undefined)?.digest;
  }
}

function receiptStream(receiptId: string): StreamName {
  return streamName('message', receiptId);
}

/** Hashed: what a sender puts into a key is not ours to show. */
function keyStream(facility: FacilityCode, key: string): StreamName {
  return streamName('message', `${facility}-key-${createHash('sha256').update(key).digest('hex').slice(0, 32)}`);
}

const attempts = 20;

/** Characters of records in one event: well under a megabyte, the least any engine takes, in any alphabet. */
const mostRecordText = 200_000;

function eventsOfAnswer(event: MessageEvent): readonly (MessageEvent | ReceiptPartRecorded)[] {
  // One record alone is one part, whatever its length.
  if (event.data.receipt.records.length <= 1) return [event];
  const parts: ReceiptRecord[][] = [[]];
  let text = 0;
  for (const record of event.data.receipt.records) {
    const length = JSON.stringify(record).length;
    if (text > 0 && text + length > mostRecordText) {
      parts.push([]);
      text = 0;
    }
    parts.at(-1)?.push(record);
    text += length;
  }
  if (parts.length === 1) return [event];
  const { data } = withRecords(event, []);
  return [
    ...parts.map((records): ReceiptPartRecorded => ({ type: 'ReceiptPartRecorded', data: { records } })),
    { type: event.type, data: { ...data, parts: parts.length } } as MessageEvent,
  ];
}

function withRecords(event: MessageEvent, records: readonly ReceiptRecord[]): MessageEvent {
  return { ...event, data: { ...event.data, receipt: { ...event.data.receipt, records } } } as MessageEvent;
}
