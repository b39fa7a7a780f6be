import { cloudEventSchema } from './cloud-event.js';
import { deadLetterSchema } from './kafka/dead-letter-schema.js';
import { messageHeadersSchema, progressHeadersSchema } from './kafka/kafka-message.js';
import { layoutsOf, type TopicLayout } from './kafka/topic-layout.js';
import type { JsonSchema } from './schema-check.js';
import type { Topic } from './topic.js';

/** A topic as those outside have to know it. */
export interface DescribedTopic {
  readonly topic: Pick<Topic<unknown>, 'name' | 'schema'>;
  /** What it carries and for whom; Vietnamese and English. */
  readonly description: string;
  /** What the key of a message is. */
  readonly key: string;
}

const draft07 = 'application/schema+json;version=draft-07';
const inDraft07 = (schema: JsonSchema): object => ({ schemaFormat: draft07, schema });

/**
 * The AsyncAPI 3.0 document of topics, from the same schemas that relay and readers check messages with.
 * @param version of the software
 * @param partitions of each topic, as the services make them where nothing else is set
 */
export function asyncApiDocument(topics: readonly DescribedTopic[], version: string, partitions: number): object {
  const layouts = new Map(
    topics.flatMap(({ topic }) => layoutsOf(topic.name, partitions, 3)).map((layout) => [layout.topic, layout]),
  );
  const channels = topics.flatMap((described) => channelsOf(described, layouts));
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Liên Tuyến: messages between the tiers',
      version,
      description:
        'Thông điệp trên Kafka giữa các tuyến. Mỗi thông điệp theo khóa đến đúng thứ tự, ít nhất một lần; người đọc dùng `lt-sequence` để bỏ bản lặp. / ' +
        'Messages on Kafka between the tiers, at least once and in the order of their key; readers drop repeats by `lt-sequence`.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/cloudevents+json',
    servers: {
      province: {
        host: 'kafka.example.vn:9092',
        protocol: 'kafka',
        description: 'The brokers of the province (KAFKA_BROKERS).',
      },
    },
    channels: Object.fromEntries(channels.map(({ id, channel }) => [id, channel])),
    operations: Object.fromEntries(
      channels.map(({ id, operation, channel }) => [
        operation,
        {
          action: 'send',
          channel: { $ref: `#/channels/${id}` },
          messages: Object.keys(channel.messages).map((message) => ({ $ref: `#/channels/${id}/messages/${message}` })),
        },
      ]),
    ),
  };
}

function channelsOf(
  { topic, description, key }: DescribedTopic,
  layouts: ReadonlyMap<string, TopicLayout>,
): readonly { readonly id: string; readonly operation: string; readonly channel: Channel }[] {
  const deadLetters = `${topic.name}.dead-letter`;
  const id = idOf(topic.name);
  return [
    {
      id,
      operation: `send-${id}`,
      channel: {
        address: topic.name,
        description,
        messages: {
          message: {
            title: topic.name,
            contentType: 'application/cloudevents+json',
            headers: inDraft07(messageHeadersSchema),
            payload: inDraft07(cloudEventSchema(topic.name, topic.schema)),
            bindings: { kafka: { key: { type: 'string', description: key }, bindingVersion: '0.5.0' } },
          },
          progress: {
            title: 'progress',
            summary: 'Nothing but how far the log is: everything of the partition up to `lt-sequence` was sent before.',
            headers: inDraft07(progressHeadersSchema),
            payload: inDraft07({ type: 'null' }),
          },
        },
        bindings: kafkaBinding(layouts.get(topic.name)),
      },
    },
    {
      id: idOf(deadLetters),
      operation: `send-${idOf(deadLetters)}`,
      channel: {
        address: deadLetters,
        description: `Điều không gửi được hoặc không áp dụng được của ${topic.name}, kèm lý do, cho người vận hành. / What could not be sent or applied of ${topic.name}, with the reason, for operators.`,
        messages: {
          deadLetter: { title: deadLetters, contentType: 'application/json', payload: inDraft07(deadLetterSchema) },
        },
        bindings: kafkaBinding(layouts.get(deadLetters)),
      },
    },
  ];
}

function kafkaBinding(layout: TopicLayout | undefined): object {
  if (!layout) return {};
  const { topic, partitions, replicas, retentionMs } = layout;
  return {
    kafka: {
      topic,
      partitions,
      replicas,
      topicConfiguration: { 'cleanup.policy': ['delete'], 'retention.ms': retentionMs },
      bindingVersion: '0.5.0',
    },
  };
}

interface Channel {
  readonly address: string;
  readonly description: string;
  readonly messages: object;
  readonly bindings: object;
}

/** Ids in the document have no dots: references by path would not find them. */
const idOf = (address: string): string => address.replaceAll('.', '-');
