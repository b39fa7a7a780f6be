import type { IHeaders, KafkaMessage, Message } from 'kafkajs';
import type { CloudEvent } from '../cloud-event.js';
import type { JsonSchema } from '../schema-check.js';
import type { Topic, TopicMessage } from '../topic.js';
import type { Sequenced } from './partition-sequence.js';

/**
 * On the wire: CloudEvents 1.0 in structured mode, and two headers of ours. `lt-previous` links the messages of a partition.
 * A message of kind `progress` carries nothing: everything of its partition up to its sequence was sent before it.
 */
const contentType = 'application/cloudevents+json; charset=utf-8';
const header = {
  contentType: 'content-type',
  sequence: 'lt-sequence',
  previous: 'lt-previous',
  kind: 'lt-kind',
} as const;

const position = { type: 'string', pattern: '^\\d+$' };

/** JSON Schema of the headers of a message. */
export const messageHeadersSchema: JsonSchema = {
  type: 'object',
  properties: {
    [header.contentType]: { const: contentType },
    [header.sequence]: { ...position, description: 'Position of its event in the log.' },
    [header.previous]: {
      ...position,
      description: 'Sequence of the message before it in its partition; 0: the first.',
    },
  },
  required: [header.contentType, header.sequence, header.previous],
};

/** JSON Schema of the headers of a message that carries nothing. */
export const progressHeadersSchema: JsonSchema = {
  type: 'object',
  properties: { [header.kind]: { const: 'progress' }, [header.sequence]: position, [header.previous]: position },
  required: [header.kind, header.sequence, header.previous],
};

/** A message of a topic as a partition brings it. */
export type Arrived =
  | (Sequenced & { readonly kind: 'message'; readonly key: string; readonly value: string; readonly timestamp: number })
  | (Sequenced & { readonly kind: 'progress' });

/** The bytes of a partition are not what the relay writes. */
export class NotARelayedMessage extends Error {
  override readonly name = 'NotARelayedMessage';
}

export function wireMessage<Payload>(message: TopicMessage<Payload>, partition: number, previous: number): Message {
  return {
    key: message.key,
    partition,
    value: JSON.stringify(message.envelope),
    timestamp: String(Date.parse(message.envelope.time)),
    headers: {
      [header.contentType]: contentType,
      [header.sequence]: String(message.position),
      [header.previous]: String(previous),
    },
  };
}

export function wireProgress(partition: number, sequence: number, previous: number): Message {
  return {
    partition,
    value: null,
    headers: { [header.kind]: 'progress', [header.sequence]: String(sequence), [header.previous]: String(previous) },
  };
}

/** @throws NotARelayedMessage */
export function arrivedMessage({ key, value, headers, offset, timestamp }: KafkaMessage): Arrived {
  const place = {
    sequence: numberIn(headers, header.sequence),
    previous: numberIn(headers, header.previous),
    offset: BigInt(offset),
  };
  if (textIn(headers, header.kind) === 'progress') return { ...place, kind: 'progress' };
  if (value === null) throw new NotARelayedMessage('a message without a value');
  return {
    ...place,
    kind: 'message',
    key: key?.toString() ?? '',
    value: value.toString(),
    timestamp: Number(timestamp),
  };
}

/**
 * The message of a value as it came, checked against the topic's schema.
 * @throws NotARelayedMessage when it is no CloudEvent
 * @throws MessageNotOfSchema
 */
export function readEnvelope<Payload>(
  topic: Topic<Payload>,
  key: string,
  value: string,
  sequence: number,
): TopicMessage<Payload> {
  const envelope = parsed(value);
  if (envelope?.specversion !== '1.0' || typeof envelope.id !== 'string') {
    throw new NotARelayedMessage('a value that is no CloudEvent');
  }
  topic.check(envelope.data);
  return { key, position: sequence, envelope: envelope as CloudEvent<Payload> };
}

/** What a value says it is; empty where it says nothing. */
export function identityIn(value: string): { readonly eventId: string; readonly type: string } {
  const { id, type } = parsed(value) ?? {};
  return { eventId: typeof id === 'string' ? id : '', type: typeof type === 'string' ? type : '' };
}

function parsed(value: string): Partial<CloudEvent<unknown>> | undefined {
  try {
    const found: unknown = JSON.parse(value);
    return typeof found === 'object' && found !== null ? found : undefined;
  } catch {
    return undefined;
  }
}

function numberIn(headers: IHeaders | undefined, name: string): number {
  const number = Number(textIn(headers, name));
  if (!Number.isSafeInteger(number) || number < 0) throw new NotARelayedMessage(`a message without ${name}`);
  return number;
}

function textIn(headers: IHeaders | undefined, name: string): string | undefined {
  const found = headers?.[name];
  return (Array.isArray(found) ? found[0] : found)?.toString();
}
