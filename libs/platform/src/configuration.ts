import { readFileSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import type { Bilingual } from '#domain/bilingual.js';
import { SetupError } from './setup-error.js';
import {
  type Settings,
  type SettingValues,
  addressOfHosts,
  byteSize,
  hostName,
  listOfBrokers,
  listOfNetworks,
  NotASetting,
  oneOf,
  path,
  port,
  readSettings,
  secretText,
  secureUrl,
  url,
  wholeNumber,
  word,
} from './settings.js';

export const engines = ['embedded', 'distributed'] as const;
export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

export const saslMechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

/** Everything that can be set from outside, validated. Paths are absolute, sizes in bytes. */
export type Configuration = CommonSettings & (EmbeddedEngines | DistributedEngines);

export interface EmbeddedEngines {
  readonly engines: 'embedded';
  /** Settings of other engines that are set all the same. */
  readonly unused?: readonly string[];
}

export interface DistributedEngines {
  readonly engines: 'distributed';
  readonly eventStoreUrl: string;
  readonly databaseUrl: string;
  readonly kafka: {
    readonly brokers: readonly string[];
    /** Of each topic. */
    readonly partitions: number;
    readonly tls: boolean;
    readonly credentials?: {
      readonly mechanism: (typeof saslMechanisms)[number];
      readonly username: string;
      readonly password: string;
    };
  };
}

export interface CommonSettings {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  /** Never inside `dataDir`: a copy of the data must not carry the keys that open it. */
  readonly secretsFile: string;
  /** When set, tokens of this OpenID Connect issuer are accepted beside those of the local issuer. */
  readonly oidcIssuer?: string;
  readonly oidcAudience: string;
  readonly logLevel: (typeof logLevels)[number];
  /** Largest request body, bytes. */
  readonly bodyLimit: number;
  /** How long the files of a finished export stay. */
  readonly exportKeepHours: number;
  /** Where intake answers, for a service in whose process it is not. */
  readonly intakeUrl?: string;
  readonly subscriptions: SubscriptionSettings;
}

/** Where notifications of subscriptions may be sent, beside `https:` addresses of the public Internet. */
export interface SubscriptionSettings {
  /** Networks that are not public and may be sent to nevertheless, as `10.20.0.0/16`. */
  readonly networks: readonly string[];
  /** Whether `http:` will do. */
  readonly http: boolean;
}

const settings = {
  PORT: { parse: port },
  HOST: { parse: hostName, default: '127.0.0.1' },
  DATA_DIR: { parse: path, default: './data' },
  SECRETS_FILE: { parse: path, default: './secrets/lien-tuyen.json' },
  ENGINES: { parse: oneOf(engines), default: 'embedded' },
  EVENTSTORE_URL: { parse: addressOfHosts('esdb:', 'esdb+discover:', 'kurrentdb:', 'kurrentdb+discover:') },
  KAFKA_BROKERS: { parse: listOfBrokers },
  KAFKA_PARTITIONS: { parse: wholeNumber(1, 200), default: '6' },
  KAFKA_TLS: { parse: oneOf(['on', 'off']), default: 'off' },
  KAFKA_SASL: { parse: oneOf(saslMechanisms) },
  KAFKA_USER: { parse: word },
  KAFKA_PASSWORD: { parse: secretText },
  DATABASE_URL: { parse: url('postgres:', 'postgresql:') },
  OIDC_ISSUER: { parse: secureUrl },
  OIDC_AUDIENCE: { parse: word, default: 'lien-tuyen' },
  LOG_LEVEL: { parse: oneOf(logLevels), default: 'info' },
  EXPORT_KEEP_HOURS: { parse: wholeNumber(1, 24 * 30), default: '24' },
  BODY_LIMIT: { parse: byteSize(1024, 512 * 1024 ** 2), default: '50MiB' },
  INTAKE_URL: { parse: url('http:', 'https:') },
  SUBSCRIPTION_NETWORKS: { parse: listOfNetworks },
  SUBSCRIPTION_HTTP: { parse: oneOf(['on', 'off']), default: 'off' },
} satisfies Settings;

type Values = SettingValues<typeof settings>;

/**
 * Reads the settings, each from the environment, else from the text of a `.env` file, else its default. An empty value counts as not set.
 * @param folder what relative paths start from
 * @param usualPort where PORT is not set
 * @throws SetupError naming every wrong setting, what is wrong with it and what is allowed
 */
export function readConfiguration(
  environment: Readonly<Record<string, string | undefined>>,
  envFile = '',
  folder: string = process.cwd(),
  usualPort = 3000,
): Configuration {
  const given = { ...parseEnv(envFile), ...withoutEmpty(environment) };
  const { values, faults } = readSettings(settings, given);
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
  return {
    ...(values.ENGINES === 'distributed' ? distributedEngines(values) : embeddedEngines(given)),
    port: values.PORT ?? usualPort,
    host: values.HOST,
    dataDir,
    secretsFile,
    ...(values.OIDC_ISSUER !== undefined && { oidcIssuer: values.OIDC_ISSUER }),
    oidcAudience: values.OIDC_AUDIENCE,
    logLevel: values.LOG_LEVEL,
    bodyLimit: values.BODY_LIMIT,
    exportKeepHours: values.EXPORT_KEEP_HOURS,
    ...(values.INTAKE_URL !== undefined && { intakeUrl: values.INTAKE_URL }),
    subscriptions: { networks: values.SUBSCRIPTION_NETWORKS ?? [], http: values.SUBSCRIPTION_HTTP === 'on' },
  };
}

const ofOtherEngines = [
  'EVENTSTORE_URL',
  'KAFKA_BROKERS',
  'DATABASE_URL',
] as const satisfies readonly (keyof typeof settings)[];

function embeddedEngines(given: Readonly<Record<string, string | undefined>>): EmbeddedEngines {
  const unused = ofOtherEngines.filter((name) => given[name] !== undefined);
  return { engines: 'embedded', ...(unused.length > 0 && { unused }) };
}

/** @throws SetupError naming all that is missing */
function distributedEngines(values: Values): DistributedEngines {
  const { EVENTSTORE_URL, KAFKA_BROKERS, DATABASE_URL, KAFKA_SASL, KAFKA_USER, KAFKA_PASSWORD } = values;
  const missing = [
    ...(EVENTSTORE_URL === undefined ? [needed('EVENTSTORE_URL', 'esdb://es1:2113,es2:2113,es3:2113')] : []),
    ...(KAFKA_BROKERS === undefined ? [needed('KAFKA_BROKERS', 'kafka1:9092,kafka2:9092')] : []),
    ...(DATABASE_URL === undefined ? [needed('DATABASE_URL', 'postgres://user:password@host:5432/lien_tuyen')] : []),
  ];
  if (EVENTSTORE_URL === undefined || KAFKA_BROKERS === undefined || DATABASE_URL === undefined) {
    throw wrongSettings(missing);
  }
  const ofCredentials = [KAFKA_SASL, KAFKA_USER, KAFKA_PASSWORD];
  if (ofCredentials.some((value) => value !== undefined) && ofCredentials.includes(undefined)) {
    throw wrongSettings([
      new NotASetting({
        vi: 'KAFKA_SASL, KAFKA_USER, KAFKA_PASSWORD: phải đặt cả ba, hoặc không đặt cái nào',
        en: 'KAFKA_SASL, KAFKA_USER, KAFKA_PASSWORD: all three are set, or none',
      }),
    ]);
  }
  return {
    engines: 'distributed',
    eventStoreUrl: EVENTSTORE_URL,
    databaseUrl: DATABASE_URL,
    kafka: {
      brokers: KAFKA_BROKERS,
      partitions: values.KAFKA_PARTITIONS,
      tls: values.KAFKA_TLS === 'on',
      ...(KAFKA_SASL !== undefined &&
        KAFKA_USER !== undefined &&
        KAFKA_PASSWORD !== undefined && {
          credentials: { mechanism: KAFKA_SASL, username: KAFKA_USER, password: KAFKA_PASSWORD },
        }),
    },
  };
}

function needed(name: string, example: string): NotASetting {
  return new NotASetting({
    vi: `${name}: ENGINES=distributed cần giá trị này, ví dụ ${example}`,
    en: `${name}: ENGINES=distributed needs it, for example ${example}`,
  });
}

/** {@link readConfiguration} of this process, with the `.env` file of a folder where there is one. */
export function loadConfiguration(folder: string = process.cwd(), usualPort?: number): Configuration {
  return readConfiguration(process.env, readIfThere(resolve(folder, '.env')), folder, usualPort);
}

/** What is set, for people to read: one line each. Passwords inside URLs are left out. */
export function summaryOf(configuration: Configuration): string {
  const rows: [string, string][] = [
    ['ENGINES', configuration.engines],
    ['HOST, PORT', `${configuration.host}:${configuration.port}`],
    ...enginesRows(configuration),
    ['SECRETS_FILE', configuration.secretsFile],
    ['OIDC_ISSUER', configuration.oidcIssuer ?? '– (chỉ mã nội bộ / local tokens only)'],
    ...(configuration.intakeUrl === undefined
      ? []
      : [['INTAKE_URL', withoutCredentials(configuration.intakeUrl)] as [string, string]]),
    ['LOG_LEVEL', configuration.logLevel],
    ['BODY_LIMIT', `${Math.round(configuration.bodyLimit / 1024).toLocaleString('en')} KiB`],
  ];
  const widest = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(widest + 1)} ${value}`).join('\n');
}

function enginesRows(configuration: Configuration): [string, string][] {
  if (configuration.engines === 'embedded') {
    const { dataDir, unused } = configuration;
    return [
      ['DATA_DIR', dataDir],
      ...(unused
        ? [['!', `${unused.join(', ')}: không dùng với / not used by ENGINES=embedded`] as [string, string]]
        : []),
    ];
  }
  const { eventStoreUrl, kafka, databaseUrl } = configuration;
  return [
    ['EVENTSTORE_URL', withoutCredentials(eventStoreUrl)],
    ['KAFKA_BROKERS', kafka.brokers.join(', ')],
    ['DATABASE_URL', withoutCredentials(databaseUrl)],
  ];
}

/** What is before an `@` may hold a password, what is behind a `?` too. */
function withoutCredentials(address: string): string {
  return address.replace(/\/\/[^/]*@/, '//').replace(/\?.*$/s, '');
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
