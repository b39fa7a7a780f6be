// npm run engines: Kafka and PostgreSQL on this machine, without Docker. Prints what the services need to be told of them.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { EngineMissing } from './engine-process.js';
import { startKafkaBroker } from './kafka-broker.js';
import { startLogDouble } from './log-double/log-double.js';
import { startPostgresServer } from './postgres-server.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'log-double': { type: 'boolean', default: false } },
});
const withDouble = values['log-double'];
const say = (line: string): void => void process.stderr.write(`${line}\n`);
// Topics and views of a log that is gone would be another log's: with a double everything goes.
const folder = withDouble
  ? mkdtempSync(join(tmpdir(), 'lien-tuyen-engines-'))
  : resolve(positionals[0] ?? 'local-engines');
// PostgreSQL, which does not run as root, must be able to pass through.
if (withDouble) chmodSync(folder, 0o711);
const clear = (): void => {
  if (withDouble) rmSync(folder, { recursive: true, force: true });
};

try {
  say(`Đang khởi động Kafka và PostgreSQL trong ${folder} … / starting Kafka and PostgreSQL in ${folder} …`);
  const [kafka, postgres, log] = await Promise.all([
    startKafkaBroker(join(folder, 'kafka')),
    startPostgresServer(join(folder, 'postgres')),
    withDouble ? startLogDouble(join(folder, 'log-double')) : undefined,
  ]);
  process.stdout.write(`KAFKA_BROKERS=${kafka.brokers}\nDATABASE_URL=${postgres.url}\n`);
  if (log) {
    process.stdout.write(`EVENTSTORE_URL=${log.url}\n`);
    say(
      'EVENTSTORE_URL: KHÔNG phải EventStoreDB mà là bản đóng thế trong bộ nhớ, chỉ để phát triển; dừng là mất hết dữ liệu.',
    );
    say(
      'EVENTSTORE_URL: NOT EventStoreDB but a double in memory, for development only; all data is gone when it stops.',
    );
  }
  say('Ctrl-C để dừng. / Ctrl-C stops them.');
  const stop = async (): Promise<void> => {
    await Promise.all([kafka, postgres, ...(log ? [log] : [])].map((engine) => engine.process.stop()));
    clear();
  };
  process.once('SIGINT', () => void stop());
  process.once('SIGTERM', () => void stop());
} catch (error) {
  clear();
  if (!(error instanceof EngineMissing)) throw error;
  say(`Không khởi động được: ${error.message}. / Cannot start: ${error.message}.`);
  process.exitCode = 1;
}
