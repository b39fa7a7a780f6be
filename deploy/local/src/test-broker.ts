import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafkaContainer } from './containers.js';
import type { EngineProcess } from './engine-process.js';
import { startKafkaBroker } from './kafka-broker.js';
import { everyServer, firstServer, type ServerOffer, type ServerSource, settingOf } from './server-offers.js';

export interface TestBroker {
  readonly brokers: readonly string[];
  /** Where the broker is the suite's own: it may be killed and started again. */
  readonly process?: EngineProcess;
  stop: () => Promise<void>;
}

const sources: readonly ServerSource<TestBroker>[] = [
  {
    engine: 'Kafka of KAFKA_BROKERS',
    start: async () => ({ brokers: settingOf('KAFKA_BROKERS').split(','), stop: () => Promise.resolve() }),
  },
  { engine: 'Kafka, a process of its own', start: startOwn },
  {
    engine: 'Kafka in a container',
    start: async () => {
      const { brokers, stop } = await startKafkaContainer();
      return { brokers: [brokers], stop };
    },
  },
];

/** A Kafka broker for a suite: those of KAFKA_BROKERS, else one of its own, else one in a container. */
export const testBroker = (suite: string): Promise<TestBroker | undefined> => firstServer(suite, sources);

/** A broker of each of these kinds. */
export const everyTestBroker = (suite: string): Promise<readonly ServerOffer<TestBroker>[]> =>
  everyServer(suite, sources);

async function startOwn(): Promise<TestBroker> {
  const folder = mkdtempSync(join(tmpdir(), 'lien-tuyen-kafka-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const { brokers, process } = await startKafkaBroker(folder);
    return {
      brokers: [brokers],
      process,
      stop: async () => {
        await process.stop();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}
