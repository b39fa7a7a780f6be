import type { EventFilter, Position, RecordedEvent } from '#event-store/event-store.js';
import type { CloudEvent } from './cloud-event.js';
import { type JsonSchema, schemaCheck } from './schema-check.js';

/** One message of a topic. Messages with the same key are read in the order of their positions. */
export interface TopicMessage<Payload> {
  readonly key: string;
  readonly position: Position;
  readonly envelope: CloudEvent<Payload>;
}

/**
 * A topic is a pure function from events of the log to messages. Every engine publishes exactly these: the embedded one makes
 * them while reading the log, a broker's relay makes them once and sends them.
 */
export interface Topic<Payload> {
  /** `{subject}.v{version}` */
  readonly name: string;
  /** Of the envelope's `data`. */
  readonly schema: JsonSchema;
  /** The events that messages are made from. */
  readonly reads: EventFilter;
  /**
   * The message of an event; `undefined` when the event has none.
   * @throws MessageNotOfSchema when the event does not give a message that the schema allows
   */
  messageOf(event: RecordedEvent): TopicMessage<Payload> | undefined;
  /**
   * What a reader does with data that comes from outside the process.
   * @throws MessageNotOfSchema
   */
  check(data: unknown): Payload;
}

/** What a topic has to say; {@link defineTopic} adds envelope and check. */
export interface TopicDefinition<Payload extends { readonly kind: string }> {
  readonly name: string;
  readonly schema: JsonSchema;
  readonly reads: EventFilter;
  /** Pure. */
  content(event: RecordedEvent): { readonly key: string; readonly data: Payload } | undefined;
}

export function defineTopic<Payload extends { readonly kind: string }>(
  definition: TopicDefinition<Payload>,
): Topic<Payload> {
  const { name, schema, reads } = definition;
  const checkSchema = schemaCheck(name, schema);
  const check = (data: unknown): Payload => {
    checkSchema(data);
    return data as Payload;
  };
  return {
    name,
    schema,
    reads,
    check,
    messageOf(event) {
      const content = definition.content(event);
      if (!content) return undefined;
      const data = check(content.data);
      return {
        key: content.key,
        position: event.position,
        envelope: {
          specversion: '1.0',
          id: event.id,
          source: `/events/${event.stream.slice(0, event.stream.indexOf('-'))}`,
          type: `vn.lien-tuyen.${name}.${data.kind}`,
          time: event.recordedAt,
          datacontenttype: 'application/json',
          dataschema: `urn:lien-tuyen:schema:${name}`,
          partitionkey: content.key,
          sequence: String(event.position),
          data,
        },
      };
    },
  };
}
