import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from './cache-folder.js';
import { EngineProcess } from './engine-process.js';
import { freePort } from './free-port.js';
import { findJava } from './find-java.js';
import { kafkaJars, kafkaVersion } from './kafka-jars.js';
import { fetchJars } from './maven-jars.js';

const run = promisify(execFile);
/** Warnings and errors, into `broker.log`. */
const logging = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-Dorg.slf4j.simpleLogger.showDateTime=true'];

export interface KafkaBroker {
  /** `127.0.0.1:19092`, as KAFKA_BROKERS takes it. */
  readonly brokers: string;
  readonly process: EngineProcess;
}

/**
 * Starts Apache Kafka as one process in KRaft mode on the loopback interface: broker and controller in one, every replication
 * factor 1, no topics made by themselves. For development and tests.
 * @param folder of the broker's settings and its own log, `broker.log`
 * @param data of its topics; what is there already is gone on with
 * @throws EngineMissing when there is no Java of version 17 or newer, or Kafka cannot be fetched
 */
export async function startKafkaBroker(folder: string, data = join(folder, 'log')): Promise<KafkaBroker> {
  const java = await findJava(`Apache Kafka ${kafkaVersion}`);
  const jars = join(cacheFolder(), `kafka-${kafkaVersion}`);
  await fetchJars(kafkaJars, jars);
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const settings = join(folder, 'server.properties');
  writeFileSync(settings, propertiesOf({ port, controllerPort: await freePort(), data }));
  // Small enough for a developer's machine; a province's broker is sized in docs/scaling.md.
  const machine = [
    '-Xms128m',
    '-Xmx384m',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    ...logging,
    '-cp',
    `${jars}/*`,
  ];
  if (!existsSync(join(data, 'meta.properties'))) {
    // One that begins with a dash would be taken for another option.
    const clusterId = randomBytes(16).toString('base64url').replace(/^-/, 'A');
    await run(java, [...machine, 'kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', settings]);
  }
  const process = new EngineProcess({
    program: java,
    parameters: [...machine, 'kafka.Kafka', settings],
    port,
    logFile: join(folder, 'broker.log'),
  });
  await process.start();
  return { brokers: `127.0.0.1:${port}`, process };
}

function propertiesOf({ port, controllerPort, data }: { port: number; controllerPort: number; data: string }): string {
  return `${[
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@127.0.0.1:${controllerPort}`,
    `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    `advertised.listeners=PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names=CONTROLLER',
    'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    `log.dirs=${data}`,
    'auto.create.topics.enable=false',
    'offsets.topic.replication.factor=1',
    'offsets.topic.num.partitions=4',
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.num.partitions=4',
    'transaction.state.log.min.isr=1',
    'group.initial.rebalance.delay.ms=0',
  ].join('\n')}\n`;
}
