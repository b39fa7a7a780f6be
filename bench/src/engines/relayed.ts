import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import type { EventStore } from '#event-store/event-store.js';
import { healthFacts } from '#messaging/health-facts/health-facts-topic.js';
import { pseudonymsBy } from '#messaging/health-facts/pseudonyms.js';
import { kafkaClient } from '#messaging/kafka/kafka-client.js';
import { postgresRelayPlaces } from '#messaging/kafka/relay-among-replicas.js';
import { runRelay } from '#messaging/kafka/relay.js';
import { ensureTopics, layoutsOf } from '#messaging/kafka/topic-layout.js';
import { referrals } from '#messaging/referrals/referrals-topic.js';
import type { Topic } from '#messaging/topic.js';
import type { ViewDatabase } from '#projections/postgres/view-database.js';
import { processesMs } from '../processor-time.js';
import type { EngineProcesses } from './engine-processes.js';

const partitions = 6;

export const relayedTopics: readonly Topic<unknown>[] = [
  healthFacts({ pseudonyms: pseudonymsBy(Buffer.alloc(32, 'bench')) }),
  referrals,
];

export interface RelayCost {
  /** On the broker; no other run has written to it. */
  readonly topicName: string;
  readonly messages: number;
  readonly wallMs: number;
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
  const use = (): readonly number[] => {
    const { user, system } = process.cpuUsage();
    return [(user + system) / 1e3, processesMs(engines.pids.kafka), processesMs(engines.pids.log), performance.now()];
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
      if (position >= head) stop.abort();
    },
    onFault: ({ reason }) => process.stderr.write(`  relay: ${reason}\n`),
  });
  const [relayMs = 0, brokerMs = 0, logMs = 0, wallMs = 0] = use().map((value, i) => value - (before[i] ?? 0));
  return { topicName: own.name, messages, wallMs, relayMs, brokerMs, logMs };
}
