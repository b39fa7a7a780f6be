import { randomUUID } from 'node:crypto';
import { CompressionTypes, type Message } from 'kafkajs';
import { pino } from 'pino';
import type { EventStore } from '#event-store/event-store.js';
import { healthFacts } from '#messaging/health-facts/health-facts-topic.js';
import { pseudonymsBy } from '#messaging/health-facts/pseudonyms.js';
import { kafkaClient } from '#messaging/kafka/kafka-client.js';
import { wireMessage } from '#messaging/kafka/kafka-message.js';
import { partitionOfKey } from '#messaging/kafka/key-partition.js';
import { postgresRelayPlaces } from '#messaging/kafka/relay-among-replicas.js';
import { runRelay } from '#messaging/kafka/relay.js';
import { ensureTopics, layoutsOf } from '#messaging/kafka/topic-layout.js';
import { referrals } from '#messaging/referrals/referrals-topic.js';
import type { Topic } from '#messaging/topic.js';
import type { ViewDatabase } from '#projections/postgres/view-database.js';
import { processesMs } from '../processor-time.js';
import type { EngineProcesses } from './engine-processes.js';

const partitions = 6;
const atOnce = 1_000;

export const relayedTopics: readonly Topic<unknown>[] = [
  healthFacts({ pseudonyms: pseudonymsBy(Buffer.alloc(32, 'bench')) }),
  referrals,
];

export interface RelayCost {
  /** On the broker; no other run has written to it. */
  readonly topicName: string;
  readonly messages: number;
  /** Messages per second once the first batch is acknowledged: connecting is done once, not for every message. */
  readonly perSecond: number;
  /** Events of the log passed by per second, in the same time. */
  readonly eventsPerSecond: number;
  /** Processor time of this process. */
  readonly relayMs: number;
  /** Processor time of the broker. */
  readonly brokerMs: number;
  /** Processor time of the log. */
  readonly logMs: number;
}

/** Sends a topic's messages of the whole log, from nothing, into a topic of its own; places are kept in the database. */
export async function relayAll(
  engines: EngineProcesses,
  database: ViewDatabase,
  events: EventStore,
  topic: Topic<unknown>,
  /** Events in the log. */
  count: number,
): Promise<RelayCost> {
  const kafka = kafkaClient({ brokers: [engines.brokers], clientId: 'bench' }, pino({ level: 'silent' }));
  const own = { ...topic, name: `${topic.name}-${randomUUID()}` };
  const admin = kafka.admin();
  await admin.connect();
  await ensureTopics(admin, layoutsOf(own.name, partitions, 1));
  await admin.disconnect();
  const head = await events.head();
  const stop = new AbortController();
  let messages = 0;
  let first: { readonly at: number; readonly messages: number } | undefined;
  const use = (): readonly number[] => {
    const { user, system } = process.cpuUsage();
    return [(user + system) / 1e3, processesMs(engines.pids.kafka), processesMs(engines.pids.log)];
  };
  const before = use();
  await runRelay({
    topic: own,
    partitions,
    events,
    kafka,
    signal: stop.signal,
    places: postgresRelayPlaces(database),
    onPublished: ({ position }, published) => {
      messages += published.messages;
      first ??= { at: performance.now(), messages };
      if (position >= head) stop.abort();
    },
    onFault: ({ reason }) => process.stderr.write(`  relay: ${reason}\n`),
  });
  const seconds = (performance.now() - (first?.at ?? 0)) / 1e3;
  const [relayMs = 0, brokerMs = 0, logMs = 0] = use().map((value, i) => value - (before[i] ?? 0));
  const perSecond = (messages - (first?.messages ?? 0)) / seconds;
  const eventsPerSecond = (perSecond / messages) * count;
  return { topicName: own.name, messages, perSecond, eventsPerSecond, relayMs, brokerMs, logMs };
}

/** Messages per second of a bare producer that has the topic's messages in memory, as the relay sends them and nothing else. */
export async function rawProducerRate(
  engines: EngineProcesses,
  events: EventStore,
  topic: Topic<unknown>,
): Promise<number> {
  const kafka = kafkaClient({ brokers: [engines.brokers], clientId: 'bench' }, pino({ level: 'silent' }));
  const name = `${topic.name}-${randomUUID()}`;
  const admin = kafka.admin();
  await admin.connect();
  await ensureTopics(admin, layoutsOf(name, partitions, 1));
  await admin.disconnect();
  const messages: Message[] = [];
  for await (const batch of events.readAll({ filter: topic.reads })) {
    for (const event of batch.events) {
      const message = topic.messageOf(event);
      if (message) messages.push(wireMessage(message, partitionOfKey(message.key, partitions), 0));
    }
  }
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner:
      () =>
      ({ message }) =>
        message.partition ?? 0,
  });
  await producer.connect();
  const began = performance.now();
  for (let from = 0; from < messages.length; from += atOnce) {
    const part = messages.slice(from, from + atOnce);
    await producer.send({ topic: name, acks: -1, compression: CompressionTypes.GZIP, messages: part });
  }
  const rate = (messages.length / (performance.now() - began)) * 1e3;
  await producer.disconnect();
  return rate;
}
