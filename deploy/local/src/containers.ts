/** Servers in containers, where a Docker engine is reached. Images are pinned. */
import type { GenericContainer, StartedTestContainer } from 'testcontainers';
import { EngineMissing } from './engine-process.js';
import { freePort } from './free-port.js';
import { kafkaVersion } from './kafka-jars.js';

export const containerImages = {
  eventStoreDb: 'eventstore/eventstore:24.10.4-jammy',
  kafka: `apache/kafka:${kafkaVersion}`,
  postgres: 'postgres:17.6',
} as const;

const startWithinMs = 180_000;
const kafkaPort = 9092;
const controllerPort = 9093;

/** @returns `esdb://…`, as EVENTSTORE_URL takes it @throws EngineMissing */
export async function startEventStoreDbContainer(): Promise<{ readonly url: string } & RunningContainer> {
  const { GenericContainer, Wait } = await dockerEngine();
  const container = new GenericContainer(containerImages.eventStoreDb)
    .withEnvironment({ EVENTSTORE_CLUSTER_SIZE: '1', EVENTSTORE_INSECURE: 'true', EVENTSTORE_RUN_PROJECTIONS: 'None' })
    .withExposedPorts(2113)
    .withWaitStrategy(Wait.forHttp('/health/live', 2113).forStatusCodeMatching((status) => status < 300));
  const started = await start(container);
  return { url: `esdb://${started.getHost()}:${started.getMappedPort(2113)}?tls=false`, ...running(started) };
}

/** @returns `host:port`, as KAFKA_BROKERS takes it @throws EngineMissing */
export async function startKafkaContainer(): Promise<{ readonly brokers: string } & RunningContainer> {
  const { GenericContainer, Wait, host } = await dockerEngine();
  // The broker tells its clients where it is reached before the port is known that would be given to it.
  const port = await freePort();
  const container = new GenericContainer(containerImages.kafka)
    .withEnvironment({
      KAFKA_NODE_ID: '1',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_LISTENERS: `PLAINTEXT://0.0.0.0:${kafkaPort},CONTROLLER://0.0.0.0:${controllerPort}`,
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://${host}:${port}`,
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
      KAFKA_CONTROLLER_QUORUM_VOTERS: `1@localhost:${controllerPort}`,
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
    })
    .withExposedPorts({ container: kafkaPort, host: port })
    .withWaitStrategy(Wait.forLogMessage('Kafka Server started'));
  return { brokers: `${host}:${port}`, ...running(await start(container)) };
}

/** @returns `postgres://…`, as DATABASE_URL takes it @throws EngineMissing */
export async function startPostgresContainer(): Promise<{ readonly url: string } & RunningContainer> {
  const { GenericContainer, Wait } = await dockerEngine();
  const container = new GenericContainer(containerImages.postgres)
    .withEnvironment({ POSTGRES_USER: 'lien_tuyen', POSTGRES_PASSWORD: 'container', POSTGRES_DB: 'postgres' })
    .withExposedPorts(5432)
    // The first time is the server that only makes the database.
    .withWaitStrategy(Wait.forLogMessage('database system is ready to accept connections', 2));
  const started = await start(container);
  const place = `${started.getHost()}:${started.getMappedPort(5432)}`;
  return { url: `postgres://lien_tuyen:container@${place}/postgres`, ...running(started) };
}

interface RunningContainer {
  stop: () => Promise<void>;
}

const running = (container: StartedTestContainer): RunningContainer => ({
  stop: async () => void (await container.stop()),
});

const start = (container: GenericContainer): Promise<StartedTestContainer> =>
  container.withStartupTimeout(startWithinMs).start();

/** Loaded only where it is asked for: nothing but tests needs it. @throws EngineMissing when no Docker engine is reached */
async function dockerEngine() {
  const { GenericContainer, Wait, getContainerRuntimeClient } = await import('testcontainers');
  const client = await getContainerRuntimeClient().catch((cause: unknown) => {
    throw new EngineMissing('no Docker engine', { cause });
  });
  return { GenericContainer, Wait, host: client.info.containerRuntime.host };
}
