import type { Kafka } from 'kafkajs';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { EventStore } from '#event-store/event-store.js';
import { runRelayAmongReplicas } from '#messaging/kafka/relay-among-replicas.js';
import type { Topic } from '#messaging/topic.js';
import { errorFields } from '#platform/logging.js';
import type { ViewDatabase } from '#projections/postgres/view-database.js';
import { observeRelays } from './relay-metrics.js';

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
  const observed = observeRelays(metrics, topics, engines);
  const running = topics.map((topic) =>
    runRelayAmongReplicas(engines.database, {
      ...engines,
      topic,
      signal,
      onPublished: (_place, sent) => observed.published(topic.name, sent),
      onFault: (fault) => {
        observed.fault(topic.name);
        logger.warn({ ...fault, topic: topic.name }, 'a relay tries again');
      },
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
