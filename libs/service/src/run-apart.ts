import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { loadConfiguration, summaryOf } from '#platform/configuration.js';
import { createLogger } from '#platform/logging.js';
import { liveUntilStopped } from '#platform/process-life.js';
import { reasonOf, runAsProgram, WrongUse } from '#platform/program.js';
import { SetupError } from '#platform/setup-error.js';
import type { Service } from './service.js';

export interface ServiceApart {
  readonly name: string;
  /** Where PORT is not set: the services have different ones, so that they can stand beside each other on one machine. */
  readonly port: number;
  /** Whether it writes a table of facilities into the log (`--facilities FILE.tsv`). */
  readonly takesFacilities?: boolean;
  /** Loaded only when it is about to start: whoever asked for help, or set a wrong value, need not wait for all of it. */
  readonly load: () => Promise<Service>;
}

/** `npm run start:commune` …: one service as a process of its own, on the distributed engines. */
export function runApart(service: ServiceApart): void {
  runAsProgram(async () => {
    const wanted = parseParameters(process.argv.slice(2), service);
    if (wanted.help) {
      say(usageOf(service));
      return;
    }
    // Whatever is written from here on is for the owner of the process alone.
    process.umask(0o077);
    const configuration = loadConfiguration(process.cwd(), service.port);
    if (configuration.engines === 'embedded') throw needsDistributedEngines(service.name);
    const logger = createLogger(configuration, undefined, service.name);
    say(`Liên Tuyến · ${service.name}\n\nCấu hình / configuration\n${summaryOf(configuration)}\n`);

    const [{ openServices }, { secretsOf }, loaded] = await Promise.all([
      import('./open-services.js'),
      import('./secrets-of.js'),
      service.load(),
    ]);
    const opened = new AsyncDisposableStack();
    liveUntilStopped(() => opened.disposeAsync(), logger);
    try {
      const secrets = secretsOf(configuration);
      const tables = wanted.facilities === undefined ? {} : { given: wanted.facilities };
      const { name } = service;
      const options = { name, services: [loaded], configuration, secrets, logger, tables };
      const { origin } = await openServices(options, opened);
      say(`ready ${origin}`);
      logger.info({ origin }, 'ready');
    } catch (error) {
      await opened.disposeAsync();
      throw error;
    }
  });
}

function parseParameters(
  parameters: readonly string[],
  service: ServiceApart,
): { readonly help: boolean; readonly facilities?: string } {
  try {
    const { values } = parseArgs({
      args: [...parameters],
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        ...(service.takesFacilities && { facilities: { type: 'string' as const } }),
      },
    });
    const { facilities } = values as { readonly facilities?: string };
    const folder = process.env['INIT_CWD'] ?? process.cwd();
    return { help: values.help, ...(facilities !== undefined && { facilities: resolve(folder, facilities) }) };
  } catch (error) {
    const reason = reasonOf(error);
    throw new WrongUse({
      vi: `Tham số không đúng: ${reason}`,
      en: `Wrong parameters: ${reason}\n\n${usageOf(service)}`,
    });
  }
}

function usageOf({ name, port, takesFacilities }: ServiceApart): string {
  const table = takesFacilities
    ? '\n  --facilities FILE   bảng cơ sở khám chữa bệnh (cột như samples/*/facilities.tsv) / table of facilities'
    : '';
  return `npm run start:${name}${takesFacilities ? ' -- [--facilities FILE.tsv]' : ''}
${table}
  --help              trang này / this page

Cấu hình bằng biến môi trường hoặc tệp .env / settings by environment or .env:
  ENGINES distributed · EVENTSTORE_URL · KAFKA_BROKERS · DATABASE_URL · PORT ${port} · HOST 127.0.0.1
  SECRETS_FILE ./secrets/lien-tuyen.json · OIDC_ISSUER · OIDC_AUDIENCE lien-tuyen · LOG_LEVEL info · BODY_LIMIT 50MiB
  record: INTAKE_URL (nơi commune trả lời / where commune answers) · EXPORT_KEEP_HOURS 24 · SUBSCRIPTION_NETWORKS · SUBSCRIPTION_HTTP off
  KAFKA_PARTITIONS 6 · KAFKA_TLS off · KAFKA_SASL, KAFKA_USER, KAFKA_PASSWORD`;
}

function needsDistributedEngines(name: string): SetupError {
  return new SetupError({
    vi: `Dịch vụ ${name} chạy riêng cần ENGINES=distributed: nhật ký nhúng (embedded) thuộc về một tiến trình duy nhất. Để chạy tất cả trong một tiến trình: npm start.`,
    en: `The service ${name} apart needs ENGINES=distributed: the embedded log belongs to one process alone. To run all services in one process: npm start.`,
  });
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
