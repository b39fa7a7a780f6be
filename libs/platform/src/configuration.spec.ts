import { describe, expect, it } from '@jest/globals';
import { type Configuration, readConfiguration, summaryOf } from './configuration.js';
import { SetupError } from './setup-error.js';

const read = (environment: Record<string, string>, envFile = ''): Configuration =>
  readConfiguration(environment, envFile, '/srv/lien-tuyen');

function faultOf(environment: Record<string, string>): { vi: string; en: string } {
  try {
    read(environment);
  } catch (error) {
    if (error instanceof SetupError) return error.text;
    throw error;
  }
  throw new Error('was not refused');
}

describe('configuration', () => {
  it('has defaults that serve this machine alone, with the keys outside the data', () => {
    expect(read({})).toEqual({
      port: 3000,
      host: '127.0.0.1',
      dataDir: '/srv/lien-tuyen/data',
      exportKeepHours: 24,
      secretsFile: '/srv/lien-tuyen/secrets/lien-tuyen.json',
      engines: 'embedded',
      oidcAudience: 'lien-tuyen',
      logLevel: 'info',
      bodyLimit: 50 * 1024 * 1024,
      subscriptions: { networks: [], http: false },
    });
  });

  it('takes the environment before the .env file, and the file before the default', () => {
    const envFile = 'PORT=4000\nHOST="0.0.0.0" # all\nLOG_LEVEL=warn\n';
    expect(read({ PORT: '5000', HOST: '' }, envFile)).toMatchObject({ port: 5000, host: '0.0.0.0', logLevel: 'warn' });
  });

  it.each([
    ['BODY_LIMIT', '2048', { bodyLimit: 2048 }],
    ['BODY_LIMIT', '1.5 MiB', { bodyLimit: 1_572_864 }],
    ['PORT', '0', { port: 0 }],
    ['OIDC_ISSUER', 'https://id.example.vn/realms/tinh', { oidcIssuer: 'https://id.example.vn/realms/tinh' }],
    ['OIDC_ISSUER', 'http://localhost:8080/realms/tinh', { oidcIssuer: 'http://localhost:8080/realms/tinh' }],
    ['INTAKE_URL', 'http://commune:3000', { intakeUrl: 'http://commune:3000' }],
    ['KAFKA_BROKERS', 'a:9092, b:9092', { engines: 'embedded', unused: ['KAFKA_BROKERS'] }],
  ])('understands %s=%s', (name, value, expected) => {
    expect(read({ [name]: value })).toMatchObject(expected);
  });

  it.each([
    ['PORT', 'abc', '0–65535'],
    ['PORT', '65536', '0–65535'],
    ['PORT', '-1', '0–65535'],
    ['PORT', '80.5', '0–65535'],
    ['HOST', 'a b', 'host name'],
    ['ENGINES', 'mongodb', 'embedded | distributed'],
    ['LOG_LEVEL', 'loud', 'silent'],
    ['BODY_LIMIT', '50GB', 'MiB'],
    ['BODY_LIMIT', '1', '1KiB'],
    ['EVENTSTORE_URL', 'http://x', 'esdb://'],
    ['INTAKE_URL', 'commune:3000', 'http://'],
    ['KAFKA_BROKERS', 'a,b', 'host:port'],
    ['KAFKA_PARTITIONS', '0', '1–200'],
    ['KAFKA_TLS', 'perhaps', 'on | off'],
    ['KAFKA_SASL', 'oauth', 'scram-sha-512'],
    ['OIDC_ISSUER', 'http://id.example.vn', 'https://'],
    ['OIDC_AUDIENCE', 'two words', 'one word'],
  ])('refuses %s=%s and says what is allowed', (name, value, allowed) => {
    const fault = faultOf({ [name]: value });
    expect(fault.en).toContain(`${name}: `);
    expect(fault.en).toContain(allowed);
    expect(fault.vi).toContain(`${name}: `);
    expect(fault.vi).toContain('cho phép');
  });

  it('names every wrong value at once', () => {
    const { en } = faultOf({ PORT: 'x', LOG_LEVEL: 'y', HOST: 'ok' });
    expect(en.match(/^ {2}[A-Z_]+: /gm)).toEqual(['  PORT: ', '  LOG_LEVEL: ']);
  });

  it('refuses keys inside the data folder', () => {
    expect(faultOf({ DATA_DIR: '/d', SECRETS_FILE: '/d/keys/k.json' }).en).toContain('SECRETS_FILE');
    expect(read({ DATA_DIR: '/d', SECRETS_FILE: '/d2/k.json' }).secretsFile).toBe('/d2/k.json');
  });

  const distributed = {
    ENGINES: 'distributed',
    EVENTSTORE_URL: 'esdb://u:hunter1@es1:2113,es2:2113?tls=true',
    KAFKA_BROKERS: 'a:9092, b:9092',
    DATABASE_URL: 'postgres://u:hunter2@db/x?password=hunter3',
  };

  it('has servers for everything with the distributed engines', () => {
    expect(read(distributed)).toMatchObject({
      engines: 'distributed',
      eventStoreUrl: distributed.EVENTSTORE_URL,
      databaseUrl: distributed.DATABASE_URL,
      kafka: { brokers: ['a:9092', 'b:9092'], partitions: 6, tls: false },
    });
    expect(
      read({ ...distributed, KAFKA_TLS: 'on', KAFKA_SASL: 'scram-sha-512', KAFKA_USER: 'k', KAFKA_PASSWORD: 'p w' }),
    ).toMatchObject({
      kafka: { tls: true, credentials: { mechanism: 'scram-sha-512', username: 'k', password: 'p w' } },
    });
  });

  it('names every server that is missing', () => {
    const fault = faultOf({ ENGINES: 'distributed', KAFKA_BROKERS: 'a:9092' });
    for (const text of [fault.en, fault.vi]) {
      expect(text.match(/^ {2}[A-Z_]+: /gm)).toEqual(['  EVENTSTORE_URL: ', '  DATABASE_URL: ']);
    }
  });

  it('refuses half of the credentials for the brokers', () => {
    expect(faultOf({ ...distributed, KAFKA_USER: 'k' }).en).toContain('all three are set, or none');
  });

  it('lets notifications go to networks that are named as networks alone', () => {
    expect(read({}).subscriptions).toEqual({ networks: [], http: false });
    expect(read({ SUBSCRIPTION_NETWORKS: '10.20.0.0/16, fd00:1::/32', SUBSCRIPTION_HTTP: 'on' }).subscriptions).toEqual(
      {
        networks: ['10.20.0.0/16', 'fd00:1::/32'],
        http: true,
      },
    );
    for (const wrong of ['10.20.0.0', '10.20.0.0/33', 'hospital/8', '10.0.0.0/8,', '10.0.0.0/8/8'])
      expect(faultOf({ SUBSCRIPTION_NETWORKS: wrong }).en).toContain('SUBSCRIPTION_NETWORKS: ');
  });

  it('has a usual port for each program', () => {
    expect(readConfiguration({}, '', '/', 3001).port).toBe(3001);
    expect(readConfiguration({ PORT: '0' }, '', '/', 3001).port).toBe(0);
  });

  it('never repeats a password, neither in a fault nor in the summary', () => {
    expect(JSON.stringify(faultOf({ DATABASE_URL: 'mysql://u:hunter2@db/x' }))).not.toContain('hunter2');
    for (const settings of [{ DATABASE_URL: distributed.DATABASE_URL }, distributed]) {
      const summary = summaryOf(read(settings));
      expect(summary).toContain('DATABASE_URL');
      expect(summary).not.toContain('hunter');
    }
    expect(summaryOf(read(distributed))).toContain('esdb://es1:2113,es2:2113');
  });
});
