import type { EventMetadata, NewEvent, Revision, StreamName } from '#event-store/event-store.js';
import type { FacilityCode, ResidentId } from '#domain/ids.js';
import { derivedUuid } from '../derived-ids.js';

/** Where the events of one message come from. */
export interface MessageContext {
  readonly facility: FacilityCode;
  readonly actor: string;
  readonly receipt: string;
  readonly digest: string;
  readonly receivedAt: string;
}

/**
 * Events of one step of a message. Their ids follow from the message, who sent it, when it happened, the stream and the
 * revision decided on: a message that is run again after a crash appends the same events, and the store knows them.
 */
export function eventsOf(
  context: MessageContext,
  stream: StreamName,
  revision: Revision,
  events: readonly { readonly type: string; readonly data: unknown }[],
  about: { readonly occurredAt: string; readonly subject?: ResidentId },
): readonly NewEvent[] {
  const metadata: EventMetadata = {
    occurredAt: about.occurredAt,
    facility: context.facility,
    actor: context.actor,
    source: { message: context.receipt, digest: context.digest },
    correlationId: context.receipt,
    ...(about.subject && { subject: about.subject }),
  };
  return events.map((event, index) => ({
    id: derivedUuid(context.digest, context.actor, about.occurredAt, stream, revision, index, event.type),
    type: event.type,
    data: event.data,
    metadata,
  }));
}
