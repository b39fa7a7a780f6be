import type { DomainEvent } from '#domain/domain-events.js';
import { type DateTime, dateTimeOf, parseDateTime } from '#domain/dates.js';
import type { RecordedEvent } from '#event-store/event-store.js';

/** Reads a recorded event as one of the domain's; types that are none of them fall through every `case`. */
export function domainEventOf(event: RecordedEvent): DomainEvent {
  return { type: event.type, data: event.data } as DomainEvent;
}

/** When it happened in the world, in Vietnamese time; the time of recording where the event does not say. */
export function occurrenceOf(event: RecordedEvent): DateTime {
  return parseDateTime(event.metadata.occurredAt) ?? dateTimeOf(Date.parse(event.recordedAt));
}
