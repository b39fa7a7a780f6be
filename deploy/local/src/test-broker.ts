import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineMissing, type EngineProcess } from './engine-process.js';
import { startKafkaBroker } from './kafka-broker.js';

export interface TestBroker {
  readonly brokers: readonly string[];
  /** Where the broker is the suite's own: it may be killed and started again. */
  readonly process?: EngineProcess;
  stop(): Promise<void>;
}

/**
 * A Kafka broker for a test suite: those of KAFKA_BROKERS, else one of its own. What is used, or why there is none, is printed.
 */
export async function testBroker(suite: string): Promise<TestBroker | undefined> {
  const given = process.env['KAFKA_BROKERS'];
  const say = (line: string): void => void process.stderr.write(`${suite}: ${line}\n`);
  if (given !== undefined && given !== '') {
    say('Kafka of KAFKA_BROKERS');
    return { brokers: given.split(','), stop: () => Promise.resolve() };
  }
  const folder = mkdtempSync(join(tmpdir(), 'lien-tuyen-kafka-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const broker = await startKafkaBroker(folder);
    say('Kafka, a broker of its own');
    return {
      brokers: [broker.brokers],
      process: broker.process,
      stop: async () => {
        await broker.process.stop();
        remove();
      },
    };
  } catch (error) {
    remove();
    if (!(error instanceof EngineMissing)) throw error;
    say(`SKIPPED: ${error.message}`);
    return undefined;
  }
}
