import type { DomainEvent } from '#domain/domain-events.js';
import type { EventStore, RecordedEvent, StreamName } from '#event-store/event-store.js';
import type { RecordDocument } from '#fhir/documents.js';
import type { ReadDatabase } from '#projections/projection.js';
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

/** What documents were before: the log itself, which is asked stream by stream. */
export class DocumentHistory {
  constructor(
    private readonly database: ReadDatabase,
    private readonly events: Pick<EventStore, 'readStream'>,
  ) {}

  /** Every state that the view has seen, oldest first. */
  async states({ number, version }: StoredDocument): Promise<readonly DocumentState[]> {
    const [stream] = await this.streams([number]);
    if (stream === undefined) return [];
    const states: DocumentState[] = [];
    let document: RecordDocument | undefined;
    for (const event of await this.events.readStream(stream)) {
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

  /** Streams of documents by their numbers, in no order. */
  async streams(numbers: readonly number[]): Promise<readonly StreamName[]> {
    const streams: StreamName[] = [];
    for (let next = 0; next < numbers.length; next += 100) {
      const group = numbers.slice(next, next + 100);
      const rows = await this.database.query<{ readonly stream: StreamName }>(
        `select stream from document where number in (${group.map(() => '?').join(', ')})`,
        group,
      );
      streams.push(...rows.map(({ stream }) => stream));
    }
    return streams;
  }
}
