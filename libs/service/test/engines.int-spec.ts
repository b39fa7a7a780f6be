import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { readConfiguration } from '#platform/configuration.js';
import { createLogger } from '#platform/logging.js';
import { openSecrets } from '#security/secrets.js';
import { openEngines } from '../src/engines/engines.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'engines-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function faultOf(settings: Readonly<Record<string, string>>): Promise<unknown> {
  const configuration = readConfiguration(settings, '', folder);
  const opened = new AsyncDisposableStack();
  const secrets = openSecrets(configuration.secretsFile);
  const logger = createLogger({ logLevel: 'silent' });
  const options = { name: 'test', secrets, topics: [], logger, metrics: new Registry() };
  const fault = await openEngines(configuration, options, opened).catch((error: unknown) => error);
  await opened.disposeAsync();
  return fault;
}

describe('the engines of ENGINES=distributed', () => {
  it('say what is wrong with the address of the log in both languages, and never its password', async () => {
    const fault = await faultOf({
      ENGINES: 'distributed',
      EVENTSTORE_URL: 'esdb://backbone:hunter2@es1:no-port',
      KAFKA_BROKERS: '127.0.0.1:1',
      DATABASE_URL: 'postgres://127.0.0.1:1/x',
    });
    expect(fault).toMatchObject({
      name: 'SetupError',
      text: { vi: expect.stringContaining('EVENTSTORE_URL'), en: expect.stringContaining('EVENTSTORE_URL') },
    });
    expect(String(fault)).not.toContain('hunter2');
  });
});
