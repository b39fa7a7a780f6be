import type { DomainEvent } from '#domain/domain-events.js';
import type { RecordedEvent } from '#event-store/event-store.js';
import type { RecordDocument } from '#fhir/documents.js';
import { mayBeSensitive } from '#fhir/sensitivity/sensitive-content.js';
import { evolve } from '../projection/evolve.js';
import type { StoredDocument } from '../reading/stored-documents.js';

/** A document as one of its events left it. */
export interface DocumentState {
  /** How many events had touched it. */
  readonly version: number;
  readonly event: RecordedEvent;
  /** `undefined` after a retraction. */
  readonly document: RecordDocument | undefined;
}

/** The states that the first events of a stream have made, up to a version, oldest first. */
export function statesOf(events: readonly RecordedEvent[], version: number): readonly DocumentState[] {
  const states: DocumentState[] = [];
  let document: RecordDocument | undefined;
  for (const event of events) {
    if (states.length === version) break;
    try {
      document = evolve(document, event as DomainEvent & RecordedEvent);
    } catch {
      // The view has set this event aside: it made no version.
      continue;
    }
    states.push({ version: states.length + 1, event, document });
  }
  return states;
}

/** The document as it was. */
export const inState = (stored: StoredDocument, { version, event, document }: DocumentState): StoredDocument => ({
  ...stored,
  version,
  updated: Date.parse(event.recordedAt),
  sensitive: document !== undefined && mayBeSensitive(document),
  document,
});
