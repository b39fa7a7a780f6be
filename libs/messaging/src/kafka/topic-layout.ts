import type { Admin } from 'kafkajs';

/** How a topic is kept by the brokers. */
export interface TopicLayout {
  readonly topic: string;
  /** Never changed once the topic is there: keys would move between partitions. More need a new version of the topic. */
  readonly partitions: number;
  readonly replicas: number;
  readonly retentionMs: number;
}

const day = 86_400_000;

/**
 * Layout of a topic and of its dead letters. Messages are kept for two weeks: a reader that was away for longer, or is new,
 * is brought up from the log, which keeps everything.
 * @param replicas 3 in a cluster of three or more brokers, 1 on a developer's machine
 */
export function layoutsOf(topic: string, partitions: number, replicas: number): readonly TopicLayout[] {
  return [
    { topic, partitions, replicas, retentionMs: 14 * day },
    { topic: deadLetterTopic(topic), partitions: 1, replicas, retentionMs: 90 * day },
  ];
}

export const deadLetterTopic = (topic: string): string => `${topic}.dead-letter`;

/** A topic is there, but not as it has to be. */
export class TopicLaidOutOtherwise extends Error {
  override readonly name = 'TopicLaidOutOtherwise';
  constructor(
    readonly topic: string,
    readonly wanted: number,
    readonly found: number,
  ) {
    super(`Topic ${topic} has ${found} partitions instead of ${wanted}`);
  }
}

/**
 * Makes the topics that are not there.
 * @throws TopicLaidOutOtherwise when one is there with another number of partitions
 */
export async function ensureTopics(admin: Admin, layouts: readonly TopicLayout[]): Promise<void> {
  await admin.createTopics({
    waitForLeaders: true,
    topics: layouts.map(({ topic, partitions, replicas, retentionMs }) => ({
      topic,
      numPartitions: partitions,
      replicationFactor: replicas,
      configEntries: [
        { name: 'retention.ms', value: String(retentionMs) },
        { name: 'cleanup.policy', value: 'delete' },
        { name: 'min.insync.replicas', value: String(Math.max(1, replicas - 1)) },
        { name: 'message.timestamp.type', value: 'CreateTime' },
      ],
    })),
  });
  const { topics } = await admin.fetchTopicMetadata({ topics: layouts.map(({ topic }) => topic) });
  for (const { topic, partitions } of layouts) {
    const found = topics.find(({ name }) => name === topic)?.partitions.length ?? 0;
    if (found !== partitions) throw new TopicLaidOutOtherwise(topic, partitions, found);
  }
}
