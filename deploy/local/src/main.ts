// npm run engines: Kafka and PostgreSQL on this machine, without Docker. Prints what the services need to be told of them.
import { join, resolve } from 'node:path';
import { EngineMissing } from './engine-process.js';
import { startKafkaBroker } from './kafka-broker.js';
import { startPostgresServer } from './postgres-server.js';

const folder = resolve(process.argv[2] ?? 'local-engines');
const say = (line: string): void => void process.stderr.write(`${line}\n`);

try {
  say(`Đang khởi động Kafka và PostgreSQL trong ${folder} … / starting Kafka and PostgreSQL in ${folder} …`);
  const [kafka, postgres] = await Promise.all([
    startKafkaBroker(join(folder, 'kafka')),
    startPostgresServer(join(folder, 'postgres')),
  ]);
  process.stdout.write(`KAFKA_BROKERS=${kafka.brokers}\nDATABASE_URL=${postgres.url}\n`);
  say('Ctrl-C để dừng. / Ctrl-C stops them.');
  const stop = async (): Promise<void> => {
    await Promise.all([kafka.process.stop(), postgres.process.stop()]);
  };
  process.once('SIGINT', () => void stop());
  process.once('SIGTERM', () => void stop());
} catch (error) {
  if (!(error instanceof EngineMissing)) throw error;
  say(`Không khởi động được: ${error.message}. / Cannot start: ${error.message}.`);
  process.exitCode = 1;
}
