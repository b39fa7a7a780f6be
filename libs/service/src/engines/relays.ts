import type { Kafka } from 'kafkajs';
import type { Logger } from 'pino';
import { Gauge, type Registry } from 'prom-client';
import type { EventStore } from '#event-store/event-store.js';
import { runRelayAmongReplicas } from '#messaging/kafka/relay-among-replicas.js';
import type { Topic } from '#messaging/topic.js';
import { errorFields } from '#platform/logging.js';
import type { ViewDatabase } from '#projections/postgres/view-database.js';

export interface RelaysOptions {
  readonly topics: readonly Topic<unknown>[];
  readonly partitions: number;
  readonly events: EventStore;
  readonly kafka: Kafka;
  readonly database: ViewDatabase;
  readonly logger: Logger;
  readonly metrics: Registry;
}

/** Keeps topics filled from the log, each by one replica at a time. */
export function runRelays({ topics, logger, metrics, ...engines }: RelaysOptions): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const position = new Gauge({
    name: 'relay_position',
    help: 'Position of the log up to which this process has sent a topic',
    labelNames: ['topic'] as const,
    registers: [metrics],
  });
  const running = topics.map((topic) =>
    runRelayAmongReplicas(engines.database, {
      ...engines,
      topic,
      signal,
      onPublished: (place) => position.set({ topic: topic.name }, place.position),
      onFault: (fault) => logger.warn({ ...fault, topic: topic.name }, 'a relay tries again'),
    }).catch((error: unknown) => {
      logger.fatal({ ...errorFields(error), topic: topic.name }, 'a relay has stopped');
    }),
  );
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(running);
    },
  };
}
