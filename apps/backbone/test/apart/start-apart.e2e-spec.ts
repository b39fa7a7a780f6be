import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { serviceNames, type ServiceName } from '#deploy/local/src/gateway/public-paths.js';
import { openSecrets } from '#security/secrets.js';
import { type OwnServer, startServer } from '../../src/verify/own-server.js';
import { engineServers } from './engine-servers.js';

const servers = await engineServers('starts apart');
afterAll(() => servers?.stop(), 60_000);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'starts-apart-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const programOf = (service: ServiceName): string =>
  fileURLToPath(new URL(`../../../${service}/src/main.js`, import.meta.url));
const start = (
  service: ServiceName,
  settings: Readonly<Record<string, string>>,
  parameters: readonly string[] = [],
): Promise<OwnServer> =>
  startServer(
    {
      ENGINES: '',
      EVENTSTORE_URL: '',
      KAFKA_BROKERS: '',
      DATABASE_URL: '',
      DATA_DIR: join(folder, 'data'),
      ...settings,
    },
    parameters,
    programOf(service),
  );
/** What it said when it ended before it was ready. */
const refusalOf = (...which: Parameters<typeof start>): Promise<string> =>
  start(...which).then(
    async (server) => {
      await server.stop('SIGKILL');
      return 'was started';
    },
    (error: unknown) => String(error),
  );
const somewhere = {
  ENGINES: 'distributed',
  EVENTSTORE_URL: 'esdb://127.0.0.1:1?tls=false',
  KAFKA_BROKERS: '127.0.0.1:1',
  DATABASE_URL: 'postgres://127.0.0.1:1/x',
};

describe('a service apart', () => {
  it.each(serviceNames)('%s is refused on the embedded log, which belongs to one process', async (service) => {
    const said = await refusalOf(service, { ENGINES: 'embedded' });
    expect(said).toContain('ended with 1 ');
    expect(said).toContain(`The service ${service} apart needs ENGINES=distributed`);
    expect(said).toContain(`Dịch vụ ${service} chạy riêng cần ENGINES=distributed`);
  });

  it('names the servers it needs and is not told of', async () => {
    const said = await refusalOf('record', { ENGINES: 'distributed', KAFKA_BROKERS: '127.0.0.1:1' });
    expect(said).toMatch(/EVENTSTORE_URL: ENGINES=distributed needs it.*DATABASE_URL: ENGINES=distributed needs it/s);
  });

  it('never makes keys of its own', async () => {
    const said = await refusalOf('district', { ...somewhere, SECRETS_FILE: join(folder, 'keys.json') });
    expect(said).toContain('npm run -s secrets');
  });

  it('shows how it is called, when asked and when called wrongly', async () => {
    expect(await refusalOf('commune', {}, ['--help'])).toMatch(/ended with 0 .*start:commune -- \[--facilities/s);
    expect(await refusalOf('province', {}, ['--facilities', 'x.tsv'])).toMatch(/ended with 2 /);
  });
});

(servers ? describe : describe.skip)('a database of other keys', () => {
  it('is refused', async () => {
    await using opened = new AsyncDisposableStack();
    const engines = await servers?.empty();
    opened.defer(() => engines?.clear());
    const running = async (service: ServiceName, secretsFile: string): Promise<OwnServer> => {
      const server = await start(service, { ...engines?.settings, SECRETS_FILE: secretsFile });
      opened.defer(async () => void (await server.stop()));
      return server;
    };
    const [own, other] = ['own.json', 'other.json'].map((name) => join(folder, name)) as [string, string];
    for (const file of [own, other]) openSecrets(file);
    const first = await running('record', own);
    const isReady = async (): Promise<boolean> => (await fetch(`${first.origin}/health/ready`)).ok;
    // Its view is built first.
    while (!(await isReady())) await pause(100);
    const said = await refusalOf('district', { ...engines?.settings, SECRETS_FILE: other });
    expect(said).toMatch(/DATABASE_URL was made with other keys.*SECRETS_FILE/s);
    expect((await fetch((await running('district', own)).origin)).status).toBe(404);
    expect(await isReady()).toBe(true);
  }, 60_000);
});
