import { setTimeout as pause } from 'node:timers/promises';
import type { Kafka, KafkaJSError, KafkaJSProtocolError } from 'kafkajs';
import { EventStoreUnavailable } from '#event-store/errors.js';
import type { EventStore } from '#event-store/event-store.js';
import { openEventStoreDb } from '#event-store/eventstoredb/eventstoredb-event-store.js';
import { kafkaClient } from '#messaging/kafka/kafka-client.js';
import { ensureTopics, layoutsOf, TopicLaidOutOtherwise } from '#messaging/kafka/topic-layout.js';
import { TopicViewHost } from '#messaging/kafka/topic-view-host.js';
import type { Topic } from '#messaging/topic.js';
import type { DistributedEngines } from '#platform/configuration.js';
import { errorFields } from '#platform/logging.js';
import { SetupError } from '#platform/setup-error.js';
import { DatabaseUnavailable } from '#projections/postgres/faults.js';
import { MadeByNewerVersion } from '#projections/postgres/migrations.js';
import { postgresViewHostOn } from '#projections/postgres/postgres-view-host.js';
import { ServerTooOld, ViewDatabase } from '#projections/postgres/view-database.js';
import { sealKeyOf } from '#security/audit/audit-rows.js';
import { AuditTrail } from '#security/audit/audit-trail.js';
import { openPostgresAuditStore } from '#security/audit/postgres-audit-store.js';
import { bindDatabase } from './database-binding.js';
import type { Engines, EnginesOptions } from './engines.js';
import { runRelays } from './relays.js';

/** Servers that any number of processes share: EventStoreDB, Kafka, PostgreSQL. */
export async function openDistributedEngines(
  { eventStoreUrl, databaseUrl, kafka: settings }: DistributedEngines,
  { name, secrets, topics, logger, metrics }: EnginesOptions,
  opened: AsyncDisposableStack,
): Promise<Engines> {
  const events = await openLog(eventStoreUrl);
  opened.defer(() => events.close());
  const database = await openDatabase(databaseUrl);
  opened.defer(() => database.close());
  await bindDatabase(database, secrets);
  const audit = new AuditTrail(
    await openPostgresAuditStore({ url: databaseUrl, key: sealKeyOf(secrets.sealingKey) }),
    (error) => logger.error(errorFields(error), 'the audit trail cannot be written'),
  );
  opened.defer(() => audit.close());
  const kafka = kafkaClient({ ...settings, clientId: `lien-tuyen-${name}` }, logger);
  const { partitions } = settings;
  await prepareTopics(kafka, topics, partitions);
  const others = postgresViewHostOn(database, {
    events,
    onFault: (fault) => logger.error(fault, 'a view has failed'),
  });
  const views = new TopicViewHost({
    kafka,
    database,
    events,
    partitions,
    others,
    onFault: (fault) => logger.warn(fault, 'a view of a topic tries again'),
  });
  opened.defer(() => views.close());
  const relays = runRelays({ topics, partitions, events, kafka, database, logger, metrics });
  opened.defer(() => relays.stop());
  return { events, views, audit };
}

async function openLog(url: string): Promise<EventStore> {
  try {
    return await openEventStoreDb({ url });
  } catch (error) {
    if (!(error instanceof EventStoreUnavailable)) throw error;
    // The address is not repeated: it may hold a password.
    throw new SetupError(
      {
        vi: `Không mở được kho sự kiện theo EVENTSTORE_URL: ${error.message}`,
        en: `Cannot open the event store of EVENTSTORE_URL: ${error.message}`,
      },
      { cause: error },
    );
  }
}

async function openDatabase(url: string): Promise<ViewDatabase> {
  try {
    return await ViewDatabase.open({ url });
  } catch (error) {
    const known = [DatabaseUnavailable, ServerTooOld, MadeByNewerVersion].some((kind) => error instanceof kind);
    if (!(error instanceof Error) || !known) throw error;
    throw new SetupError(
      {
        vi: `Không dùng được cơ sở dữ liệu theo DATABASE_URL: ${error.message}`,
        en: `Cannot use the database of DATABASE_URL: ${error.message}`,
      },
      { cause: error },
    );
  }
}

const topicAttempts = 20;
const topicRetryMs = 500;

/** Three copies of each message where there are brokers for it. */
async function prepareTopics(kafka: Kafka, topics: readonly Topic<unknown>[], partitions: number): Promise<void> {
  if (topics.length === 0) return;
  const admin = kafka.admin();
  try {
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    const replicas = brokers.length >= 3 ? 3 : 1;
    const layouts = topics.flatMap((topic) => layoutsOf(topic.name, partitions, replicas));
    for (let left = topicAttempts; ; left -= 1) {
      try {
        await ensureTopics(admin, layouts);
        break;
      } catch (error) {
        // A topic made a moment ago, here or by another replica, has no leader yet.
        if ((error as Partial<KafkaJSError>).retriable !== true || left <= 1) throw error;
        await pause(topicRetryMs);
      }
    }
  } catch (error) {
    const { name, type = name, message } = error as Partial<KafkaJSProtocolError>;
    // The name of what was tried too often says nothing; its text names the broker and the fault of its line.
    const says = error instanceof TopicLaidOutOtherwise || name === 'KafkaJSNumberOfRetriesExceeded';
    const reason = says ? message : type;
    throw new SetupError(
      {
        vi: `Không dùng được Kafka theo KAFKA_BROKERS: ${reason}`,
        en: `Cannot use Kafka of KAFKA_BROKERS: ${reason}`,
      },
      { cause: error },
    );
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
