import { randomUUID } from 'node:crypto';
import {
  type AppendResult,
  type EventBatch,
  type EventMetadata,
  type EventStore,
  type ReadAllOptions,
  type RecordedEvent,
  type StreamName,
  streamName,
} from '#event-store/event-store.js';
import type { DomainEvent } from '#domain/domain-events.js';
import { streamOf } from './streams.js';

/** A log in memory that tests append domain events to; it only reads forwards. */
export class MemoryLog implements EventStore {
  readonly events: RecordedEvent[] = [];
  readonly #revisions = new Map<StreamName, number>();
  /** Positions are not dense, as in a real log. */
  #position = 0;
  now = Date.parse('2026-11-22T00:00:00Z');

  record(event: DomainEvent): RecordedEvent {
    const { category, key } = streamOf(event);
    const stream = streamName(category, key);
    const revision = (this.#revisions.get(stream) ?? -1) + 1;
    this.#revisions.set(stream, revision);
    this.now += 1_000;
    const recorded: RecordedEvent = {
      id: randomUUID(),
      type: event.type,
      // As it comes back from disk.
      data: JSON.parse(JSON.stringify(event.data)) as unknown,
      metadata: { occurredAt: new Date(this.now).toISOString() } satisfies EventMetadata,
      schemaVersion: 1,
      stream,
      revision,
      position: (this.#position += 3),
      recordedAt: new Date(this.now).toISOString(),
    };
    this.events.push(recorded);
    return recorded;
  }

  async *readAll({ after = 0, filter, batchSize = 500 }: ReadAllOptions = {}): AsyncIterable<EventBatch> {
    const events = this.events.filter(
      ({ position, stream }) =>
        position > after && (!filter?.categories || filter.categories.includes(stream.slice(0, stream.indexOf('-')))),
    );
    for (let start = 0; start < events.length; start += batchSize) {
      const batch = events.slice(start, start + batchSize);
      yield { events: batch, position: batch.at(-1)?.position ?? 0, caughtUp: start + batchSize >= events.length };
    }
  }

  async head(): Promise<number> {
    return this.#position;
  }

  append(): Promise<AppendResult> {
    throw new Error('This log is written by record()');
  }

  readStream(): Promise<readonly RecordedEvent[]> {
    throw new Error('This log is read as a whole');
  }

  subscribe(): AsyncIterable<EventBatch> {
    throw new Error('This log does not go on');
  }

  async close(): Promise<void> {}
}
