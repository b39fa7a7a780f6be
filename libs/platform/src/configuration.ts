import { readFileSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import type { Bilingual } from '#domain/bilingual.js';
import { SetupError } from './setup-error.js';
import {
  type Settings,
  byteSize,
  hostName,
  listOfBrokers,
  NotASetting,
  oneOf,
  path,
  port,
  readSettings,
  secureUrl,
  url,
  word,
} from './settings.js';

export const engines = ['embedded', 'distributed'] as const;
export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** Everything that can be set from outside, validated. Paths are absolute, sizes in bytes. */
export interface Configuration {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  /** Never inside `dataDir`: a copy of the data must not carry the keys that open it. */
  readonly secretsFile: string;
  readonly engines: (typeof engines)[number];
  readonly eventStoreUrl?: string;
  readonly kafkaBrokers?: readonly string[];
  readonly databaseUrl?: string;
  /** When set, tokens of this OpenID Connect issuer are accepted beside those of the local issuer. */
  readonly oidcIssuer?: string;
  readonly oidcAudience: string;
  readonly logLevel: (typeof logLevels)[number];
  /** Largest request body, bytes. */
  readonly bodyLimit: number;
}

const settings = {
  PORT: { parse: port, default: '3000' },
  HOST: { parse: hostName, default: '127.0.0.1' },
  DATA_DIR: { parse: path, default: './data' },
  SECRETS_FILE: { parse: path, default: './secrets/lien-tuyen.json' },
  ENGINES: { parse: oneOf(engines), default: 'embedded' },
  EVENTSTORE_URL: { parse: url('esdb:', 'esdb+discover:', 'kurrentdb:', 'kurrentdb+discover:') },
  KAFKA_BROKERS: { parse: listOfBrokers },
  DATABASE_URL: { parse: url('postgres:', 'postgresql:') },
  OIDC_ISSUER: { parse: secureUrl },
  OIDC_AUDIENCE: { parse: word, default: 'lien-tuyen' },
  LOG_LEVEL: { parse: oneOf(logLevels), default: 'info' },
  BODY_LIMIT: { parse: byteSize(1024, 512 * 1024 ** 2), default: '50MiB' },
} satisfies Settings;

/**
 * Reads the settings, each from the environment, else from the text of a `.env` file, else its default. An empty value counts as not set.
 * @param folder what relative paths start from
 * @throws SetupError naming every wrong setting, what is wrong with it and what is allowed
 */
export function readConfiguration(
  environment: Readonly<Record<string, string | undefined>>,
  envFile = '',
  folder: string = process.cwd(),
): Configuration {
  const { values, faults } = readSettings(settings, { ...parseEnv(envFile), ...withoutEmpty(environment) });
  if (!values) throw wrongSettings(faults);
  const dataDir = resolve(folder, values.DATA_DIR);
  const secretsFile = resolve(folder, values.SECRETS_FILE);
  if (isInside(secretsFile, dataDir)) {
    throw wrongSettings([
      new NotASetting({
        vi: `SECRETS_FILE: tệp khóa không được nằm trong thư mục dữ liệu DATA_DIR (${dataDir}), vì bản sao dữ liệu sẽ mang theo khóa`,
        en: `SECRETS_FILE: the key file must not be inside the data folder DATA_DIR (${dataDir}): a copy of the data would carry its keys`,
      }),
    ]);
  }
  if (values.ENGINES === 'distributed') {
    throw wrongSettings([
      new NotASetting({
        vi: 'ENGINES: "distributed" cần các bộ máy Kafka và PostgreSQL chưa có trong bản này; cho phép: embedded',
        en: 'ENGINES: "distributed" needs the Kafka and PostgreSQL engines, which this release does not have; allowed: embedded',
      }),
    ]);
  }
  return {
    port: values.PORT,
    host: values.HOST,
    dataDir,
    secretsFile,
    engines: values.ENGINES,
    ...(values.EVENTSTORE_URL !== undefined && { eventStoreUrl: values.EVENTSTORE_URL }),
    ...(values.KAFKA_BROKERS && { kafkaBrokers: values.KAFKA_BROKERS }),
    ...(values.DATABASE_URL !== undefined && { databaseUrl: values.DATABASE_URL }),
    ...(values.OIDC_ISSUER !== undefined && { oidcIssuer: values.OIDC_ISSUER }),
    oidcAudience: values.OIDC_AUDIENCE,
    logLevel: values.LOG_LEVEL,
    bodyLimit: values.BODY_LIMIT,
  };
}

/** {@link readConfiguration} of this process, with the `.env` file of a folder where there is one. */
export function loadConfiguration(folder: string = process.cwd()): Configuration {
  return readConfiguration(process.env, readIfThere(resolve(folder, '.env')), folder);
}

/** What is set, for people to read: one line each. Passwords inside URLs are left out. */
export function summaryOf(configuration: Configuration): string {
  const rows: [string, string][] = [
    ['ENGINES', configuration.engines],
    ['HOST, PORT', `${configuration.host}:${configuration.port}`],
    ['DATA_DIR', configuration.dataDir],
    ['SECRETS_FILE', configuration.secretsFile],
    ['OIDC_ISSUER', configuration.oidcIssuer ?? '– (chỉ mã nội bộ / local tokens only)'],
    ['LOG_LEVEL', configuration.logLevel],
    ['BODY_LIMIT', `${Math.round(configuration.bodyLimit / 1024).toLocaleString('en')} KiB`],
  ];
  const unused = (['eventStoreUrl', 'kafkaBrokers', 'databaseUrl'] as const).filter(
    (key) => configuration[key] !== undefined,
  );
  if (unused.length > 0)
    rows.push(['!', 'EVENTSTORE_URL, KAFKA_BROKERS, DATABASE_URL: không dùng với / not used by ENGINES=embedded']);
  return rows.map(([name, value]) => `  ${name.padEnd(13)} ${value}`).join('\n');
}

function wrongSettings(faults: readonly NotASetting[]): SetupError {
  const list = (language: keyof Bilingual): string => faults.map((fault) => `  ${fault.text[language]}`).join('\n');
  return new SetupError({ vi: `Cấu hình sai:\n${list('vi')}`, en: `Wrong configuration:\n${list('en')}` });
}

function withoutEmpty(environment: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''));
}

function isInside(file: string, folder: string): boolean {
  const way = relative(folder, file);
  return !way.startsWith('..') && !isAbsolute(way);
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new SetupError({ vi: `Không đọc được tệp ${file}`, en: `Cannot read the file ${file}` }, { cause: error });
  }
}
