import type { DomainEvent } from '#domain/domain-events.js';
import type { EventStore, RecordedEvent, StreamName } from '#event-store/event-store.js';
import type { ReadDatabase } from '#projections/projection.js';
import { documentIdOf } from '#fhir/resource-ids.js';
import { type DocumentBesides, isGathered, toldBesides } from '../projection/told-besides.js';
import type { StoredDocument } from '../reading/stored-documents.js';
import { type DocumentState, statesOf } from './document-states.js';

const streamsAtOnce = 16;

/** What documents were before: the log itself, which is asked stream by stream. */
export class DocumentHistory {
  constructor(
    private readonly database: ReadDatabase,
    private readonly events: Pick<EventStore, 'readStream'>,
  ) {}

  /** Every state that the view has seen, oldest first. */
  async states(stored: StoredDocument): Promise<readonly DocumentState[]> {
    return isGathered(stored.kind) ? this.#gatheredStates(stored) : this.#ownStates(stored);
  }

  /** Streams that tell of a document: its own, or of what gathers from many, each that has told of it. */
  async streamsOf({ number, kind }: Pick<StoredDocument, 'number' | 'kind'>): Promise<readonly StreamName[]> {
    if (!isGathered(kind)) return this.streams([number]);
    const touches = await this.#touchesOf(number);
    return [...new Set(touches.map(({ stream }) => stream))];
  }

  async #ownStates({ number, version }: StoredDocument): Promise<readonly DocumentState[]> {
    const [stream] = await this.streams([number]);
    if (stream === undefined) return [];
    return statesOf(await this.events.readStream(stream), version);
  }

  /** As the projection gathers them: of every event that has changed the document, in the order of the log. */
  async #gatheredStates({ number, id }: StoredDocument): Promise<readonly DocumentState[]> {
    const touches = await this.#touchesOf(number);
    const changing = new Set(touches.map(({ event }) => event));
    const streams = [...new Set(touches.map(({ stream }) => stream))];
    const events: RecordedEvent[] = [];
    for (let next = 0; next < streams.length; next += streamsAtOnce) {
      const group = streams.slice(next, next + streamsAtOnce);
      const read = await Promise.all(group.map((stream) => this.events.readStream(stream)));
      events.push(...read.flat().filter((event) => changing.has(event.id)));
    }
    const states: DocumentState[] = [];
    let document: DocumentBesides | undefined;
    for (const event of events.toSorted((a, b) => a.position - b.position)) {
      for (const told of toldBesides(event as DomainEvent & RecordedEvent, documentIdOf(event.stream)))
        if (told.id === id) document = told.evolve(document);
      states.push({ version: states.length + 1, event, document });
    }
    return states;
  }

  #touchesOf(number: number): Promise<readonly { readonly event: string; readonly stream: StreamName }[]> {
    return this.database.query(
      `select b.event as event, d.stream as stream from touch_besides b
       join touch t on t.event = b.event join document d on d.number = t.document where b.document = ?`,
      [number],
    );
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
