import type { EventStore, StreamName } from '#event-store/event-store.js';
import type { ReadDatabase } from '#projections/projection.js';
import type { StoredDocument } from '../reading/stored-documents.js';
import { type DocumentState, statesOf } from './document-states.js';

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
    return statesOf(await this.events.readStream(stream), version);
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
