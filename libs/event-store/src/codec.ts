import { InvalidAppend, UnknownSchemaVersion } from './errors.js';
import type { EventMetadata, NewEvent, Position, RecordedEvent, Revision, StreamName } from './event-store.js';

/**
 * Lifts an event's data from one schema version to the next. Pure: depends on its arguments alone.
 * @param data data of the older version, parsed
 */
export type Upcaster = (data: unknown, metadata: EventMetadata) => unknown;

/**
 * Upcasters by event type, oldest first: entry `n` lifts version `n + 1` to `n + 2`. The current version of a type is one more
 * than the number of its upcasters; a type that is not named is in version 1.
 */
export type Upcasters = Readonly<Record<string, readonly Upcaster[]>>;

/** An event on its way into storage. */
export interface EncodedEvent {
  readonly id: string;
  readonly type: string;
  readonly schemaVersion: number;
  /** JSON text. */
  readonly data: string;
  /** JSON text. */
  readonly metadata: string;
}

/** An event as storage holds it. */
export interface StoredEvent extends EncodedEvent {
  readonly stream: StreamName;
  readonly revision: Revision;
  readonly position: Position;
  /** Milliseconds since 1970 UTC. */
  readonly recordedAt: number;
}

/** The one place that knows how an event is stored; every engine writes and reads through it. */
export interface EventCodec {
  /** @throws InvalidAppend when the event's data or metadata cannot be written as JSON */
  encode(stream: StreamName, event: NewEvent): EncodedEvent;
  /** Parses once and lifts to the current version. @throws UnknownSchemaVersion */
  decode(stored: StoredEvent): RecordedEvent;
}

/** @param upcasters of the types whose schema has changed since their first version */
export function createEventCodec(upcasters: Upcasters = {}): EventCodec {
  const liftersOf = new Map(Object.entries(upcasters));
  const currentVersion = (type: string): number => (liftersOf.get(type)?.length ?? 0) + 1;

  return {
    encode(stream, event) {
      return {
        id: event.id,
        type: event.type,
        schemaVersion: currentVersion(event.type),
        data: jsonText(stream, event.type, 'data', event.data),
        metadata: jsonText(stream, event.type, 'metadata', event.metadata),
      };
    },

    decode(stored) {
      const metadata = JSON.parse(stored.metadata) as EventMetadata;
      const current = currentVersion(stored.type);
      if (stored.schemaVersion > current) throw new UnknownSchemaVersion(stored.type, stored.schemaVersion, current);
      let data: unknown = JSON.parse(stored.data);
      if (stored.schemaVersion < current) {
        for (const lift of liftersOf.get(stored.type)?.slice(stored.schemaVersion - 1) ?? [])
          data = lift(data, metadata);
      }
      return {
        id: stored.id,
        type: stored.type,
        schemaVersion: current,
        data,
        metadata,
        stream: stored.stream,
        revision: stored.revision,
        position: stored.position,
        recordedAt: new Date(stored.recordedAt).toISOString(),
      };
    },
  };
}

function jsonText(stream: StreamName, type: string, part: 'data' | 'metadata', value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    // Not the serializer's message: it may quote the value.
  }
  if (text === undefined) throw new InvalidAppend(stream, `${part} of ${type} cannot be written as JSON`);
  return text;
}
