import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Admin, ConfigResourceTypes } from 'kafkajs';
import { pino } from 'pino';
import { describeOn } from '#deploy/local/src/describe-on.js';
import { everyTestBroker } from '#deploy/local/src/test-broker.js';
import { kafkaClient } from '../../src/kafka/kafka-client.js';
import { ensureTopics, layoutsOf, TopicLaidOutOtherwise } from '../../src/kafka/topic-layout.js';

const day = 86_400_000;

describeOn(await everyTestBroker('layout of topics'), (engine, broker) => {
  describe(`delivery through a broker: ${engine}`, () => {
    let admin: Admin;
    beforeAll(async () => {
      admin = kafkaClient({ brokers: broker().brokers, clientId: 'test' }, pino({ level: 'silent' })).admin();
      await admin.connect();
    });
    afterAll(() => admin?.disconnect());

    async function settingsOf(topic: string): Promise<Readonly<Record<string, string>>> {
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: ConfigResourceTypes.TOPIC, name: topic }],
      });
      return Object.fromEntries(
        resources.flatMap(({ configEntries }) =>
          configEntries.map(({ configName, configValue }) => [configName, configValue]),
        ),
      );
    }

    it('makes a topic and its dead letters with the partitions, retention and order of keys that are stated, once', async () => {
      const topic = `layout-${randomUUID()}.v1`;
      for (let time = 0; time < 2; time++) await ensureTopics(admin, layoutsOf(topic, 6, 1));
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic, `${topic}.dead-letter`] });
      expect(new Map(topics.map(({ name, partitions }) => [name, partitions.length]))).toEqual(
        new Map([
          [topic, 6],
          [`${topic}.dead-letter`, 1],
        ]),
      );
      expect(await settingsOf(topic)).toMatchObject({
        'retention.ms': String(14 * day),
        'cleanup.policy': 'delete',
        'min.insync.replicas': '1',
        'message.timestamp.type': 'CreateTime',
      });
      expect(await settingsOf(`${topic}.dead-letter`)).toMatchObject({ 'retention.ms': String(90 * day) });
    });

    it('refuses a topic that is there with other partitions: its keys would move', async () => {
      const topic = `layout-${randomUUID()}.v1`;
      await ensureTopics(admin, layoutsOf(topic, 2, 1));
      const error = await ensureTopics(admin, layoutsOf(topic, 3, 1)).catch((fault: unknown) => fault);
      expect(error).toBeInstanceOf(TopicLaidOutOtherwise);
      expect(error).toMatchObject({ topic, wanted: 3, found: 2 });
    });
  });
});
