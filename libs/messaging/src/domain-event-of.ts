import type { DomainEvent } from '#domain/domain-events.js';
import type { RecordedEvent } from '#event-store/event-store.js';

/** Reads a recorded event as one of the domain's; types that are none of them fall through every `case`. */
export function domainEventOf(event: RecordedEvent): DomainEvent {
  return { type: event.type, data: event.data } as DomainEvent;
}
