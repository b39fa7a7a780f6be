import { createHash } from 'node:crypto';
import type { FacilityCode } from '#domain/ids.js';
import { WrongExpectedRevision } from '#event-store/errors.js';
import { streamName, type EventStore, type Revision, type StreamName } from '#event-store/event-store.js';
import { eventsOf, type MessageContext } from './message-context.js';
import type { IdempotencyKeyUsed, MessageEvent } from './receipt.js';

export interface JournalEntry {
  readonly event: MessageEvent;
  readonly revision: Revision;
}

/** What was answered to which message, and which key its sender gave it. */
export class MessageJournal {
  constructor(private readonly store: EventStore) {}

  /** The newest answer to a message with this receipt id. */
  async find(receiptId: string): Promise<JournalEntry | undefined> {
    const [newest] = await this.store.readStream(receiptStream(receiptId), { direction: 'backwards', limit: 1 });
    return newest && { event: newest as unknown as MessageEvent, revision: newest.revision };
  }

  /** Records an answer. Another one recorded meanwhile by another replica stands: the same message gets one answer. */
  async record(event: MessageEvent, after: Revision, context: MessageContext): Promise<MessageEvent> {
    const stream = receiptStream(context.receipt);
    const events = eventsOf(context, stream, after, [event], { occurredAt: context.receivedAt });
    try {
      await this.store.append(stream, after === -1 ? 'noStream' : after, events);
      return event;
    } catch (error) {
      if (!(error instanceof WrongExpectedRevision)) throw error;
      return (await this.find(context.receipt))?.event ?? event;
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
