import { randomUUID } from 'node:crypto';
import { afterAll } from '@jest/globals';
import { pino } from 'pino';
import { describeOn } from '#deploy/local/src/describe-on.js';
import { everyTestBroker, type TestBroker } from '#deploy/local/src/test-broker.js';
import { testDatabase } from '#deploy/local/src/test-database.js';
import type { ServerOffer } from '#deploy/local/src/server-offers.js';
import { postgresViewHostOn } from '#projections/postgres/postgres-view-host.js';
import { ViewDatabase } from '#projections/postgres/view-database.js';
import { kafkaClient } from '../../src/kafka/kafka-client.js';
import { runRelayAmongReplicas } from '../../src/kafka/relay-among-replicas.js';
import { ensureTopics, layoutsOf } from '../../src/kafka/topic-layout.js';
import { TopicViewHost } from '../../src/kafka/topic-view-host.js';
import { describeTopicContract } from '../topic-contract.js';

const partitions = 3;
const database = await testDatabase('topic contract');
afterAll(() => database?.stop());
const brokers = database ? await everyTestBroker('topic contract') : [noDatabase()];

/** Views of topics on a broker are in PostgreSQL. */
function noDatabase(): ServerOffer<TestBroker> {
  return { engine: 'Kafka', missing: 'no PostgreSQL' };
}

describeOn(brokers, (engine, broker) =>
  describeTopicContract(engine, async (topic) => {
    const kafka = kafkaClient({ brokers: broker().brokers, clientId: 'test' }, pino({ level: 'silent' }));
    const admin = kafka.admin();
    await admin.connect();
    await ensureTopics(admin, layoutsOf(topic.name, partitions, 1));
    await admin.disconnect();
    const schemaPrefix = `t${randomUUID().slice(0, 8)}`;
    return {
      async open({ events }) {
        const views = await ViewDatabase.open({ url: database?.url ?? '', schemaPrefix, takeOverAfterMs: 2_000 });
        const others = postgresViewHostOn(views, { events });
        const host = new TopicViewHost({ kafka, database: views, events, partitions, others });
        const stop = new AbortController();
        const { signal } = stop;
        const relaying = runRelayAmongReplicas(views, { topic, partitions, events, kafka, signal });
        return {
          add: (source) => host.add(source),
          find: (name) => host.find(name),
          statuses: () => host.statuses(),
          whileAlone: (name, signal, work) => host.whileAlone(name, signal, work),
          async close() {
            stop.abort();
            await relaying;
            await host.close();
            await views.close();
          },
        };
      },
      clear: async () => database?.dropSchemas(schemaPrefix),
    };
  }),
);
