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
      secretsFile: '/srv/lien-tuyen/secrets/lien-tuyen.json',
      engines: 'embedded',
      oidcAudience: 'lien-tuyen',
      logLevel: 'info',
      bodyLimit: 50 * 1024 * 1024,
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
    ['KAFKA_BROKERS', 'a:9092, b:9092', { kafkaBrokers: ['a:9092', 'b:9092'] }],
    ['DATABASE_URL', 'postgres://u:p@db/x', { databaseUrl: 'postgres://u:p@db/x' }],
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
    ['KAFKA_BROKERS', 'a,b', 'host:port'],
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

  it('says clearly that the distributed engines are not here yet', () => {
    expect(faultOf({ ENGINES: 'distributed' }).en).toMatch(/ENGINES.*allowed: embedded/);
  });

  it('never repeats a password, neither in a fault nor in the summary', () => {
    expect(JSON.stringify(faultOf({ DATABASE_URL: 'mysql://u:hunter2@db/x' }))).not.toContain('hunter2');
    const summary = summaryOf(read({ DATABASE_URL: 'postgres://u:hunter2@db/x' }));
    expect(summary).toContain('DATABASE_URL');
    expect(summary).not.toContain('hunter2');
  });
});
