import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { ViewStatus } from '#projections/projection.js';
import { openSecrets } from '#security/secrets.js';
import { TokenIssuer } from '#security/token-issuer.js';
import { readFacilityTable } from '#service/facilities/facility-table.js';
import { Client } from '../../src/verify/client.js';
import { type OwnServer, startServer } from '../../src/verify/own-server.js';
import { postFolder, waitForViews } from '../../src/verify/post-folder.js';
import { type EmptyEngines, engineServers } from './engine-servers.js';

const program = fileURLToPath(new URL('../../src/cli/views.js', import.meta.url));
const samples = fileURLToPath(new URL('../../../../../samples/station-messages-1', import.meta.url));
const facilities = join(samples, 'facilities.tsv');
const servers = await engineServers('npm run views on Kafka and PostgreSQL');
afterAll(() => servers?.stop(), 60_000);

(servers ? describe : describe.skip)('npm run views, with two replicas on Kafka and PostgreSQL', () => {
  let folder: string;
  let engines: EmptyEngines;
  let environment: Readonly<Record<string, string>>;
  const replicas: OwnServer[] = [];

  beforeAll(async () => {
    if (!servers) throw new Error('there are servers');
    folder = mkdtempSync(join(tmpdir(), 'rebuilt-apart-'));
    engines = await servers.empty();
    const secretsFile = join(folder, 'k.json');
    openSecrets(secretsFile);
    environment = { ...engines.settings, SECRETS_FILE: secretsFile, OIDC_ISSUER: '' };
    for (let i = 0; i < 2; i++) {
      replicas.push(await startServer(environment, ['--empty', '--no-tokens', '--facilities', facilities]));
    }
    const [first = missing()] = clients();
    await postFolder(samples, first, readFacilityTable(facilities));
    for (const client of clients()) await waitForViews(client, 120_000);
  }, 300_000);
  afterAll(async () => {
    for (const replica of replicas) await replica.stop();
    await engines.clear();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  const missing = (): never => {
    throw new Error('two replicas were started');
  };
  const clients = (): readonly Client[] =>
    replicas.map(({ origin }) => new Client(origin, new TokenIssuer(openSecrets(environment['SECRETS_FILE'] ?? ''))));
  const statusesAt = async (client: Client): Promise<readonly ViewStatus[]> =>
    (await client.get<{ views: readonly ViewStatus[] }>('/views', { kind: 'operator' })).views;

  /** Runs the command to its end. */
  async function views(...parameters: string[]) {
    const child = spawn(process.execPath, ['--no-warnings', program, ...parameters], {
      env: { ...process.env, NODE_OPTIONS: '', LOG_LEVEL: 'warn', PORT: '1', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 120_000,
    });
    const [out, err, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit') as Promise<[number | null]>,
    ]);
    return { out, err, code };
  }

  async function onDatabase<Result>(work: (client: pg.Client) => Promise<Result>): Promise<Result> {
    const client = new pg.Client({ connectionString: environment['DATABASE_URL'] });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }

  const generations = (): Promise<readonly string[]> =>
    onDatabase(async (client) => {
      const { rows } = await client.query<{ schema: string }>(
        'select schema_name as schema from view_host.view_checkpoint order by 1',
      );
      return rows.map(({ schema }) => schema);
    });

  /**
   * How many rows each table of a view has, and the digest of them all; without the places in the topic, and which message came
   * last: that is another when partitions are read side by side.
   */
  const rowsIn = (schema: string): Promise<ReadonlyMap<string, unknown>> =>
    onDatabase(async (client) => {
      const { rows: tables } = await client.query<{ name: string }>(
        `select tablename as name from pg_tables
         where schemaname = $1 and tablename not in ('topic_place', 'applied') order by 1`,
        [schema],
      );
      const found = new Map<string, unknown>();
      for (const { name } of tables) {
        const { rows } = await client.query<Readonly<Record<string, unknown>>>(`select * from ${schema}.${name}`);
        const counting = rows.filter((row) => !isCountOfNothing(row));
        const texts = counting.map((row) => JSON.stringify(row)).toSorted();
        found.set(name, { count: texts.length, digest: createHash('sha256').update(texts.join('\n')).digest('hex') });
      }
      return found;
    });

  it('rebuilds all: the same rows, both replicas go over, the old schemas go', async () => {
    const before = new Map<string, ReadonlyMap<string, unknown>>();
    for (const schema of await generations()) before.set(schema, await rowsIn(schema));
    const [first = missing(), second = missing()] = replicas;
    const enough = new AbortController();
    const reading = clients().map(async (client) => {
      let least = 0;
      for (; !enough.signal.aborted; await pause(20)) {
        const found = await client.get<{ total: number }>('/fhir/Encounter?_summary=count', { kind: 'clinician' });
        expect(found.total).toBeGreaterThanOrEqual(least);
        least = found.total;
      }
      expect(least).toBeGreaterThan(0);
    });
    const { out, err, code } = await views('rebuild', '--all', '--server', first.origin);
    expect([code, err]).toEqual([0, '']);
    const names = (await statusesAt(clients()[0] ?? missing())).map(({ name }) => name);
    expect(names.length).toBeGreaterThanOrEqual(5);
    for (const name of names) expect(out).toContain(`${name}: đã chuyển sang bản mới / switched`);
    for (const client of clients()) {
      for (;;) {
        const statuses = await statusesAt(client);
        if (statuses.every(({ generation, build }) => generation === 2 && build === undefined)) break;
        await pause(50);
      }
    }
    enough.abort();
    await Promise.all(reading);

    while ((await generations()).length > before.size) await pause(200);
    expect(await generations()).toEqual([...before.keys()].map((schema) => `${schema}_g2`));
    for (const [schema, rows] of before) expect([schema, await rowsIn(`${schema}_g2`)]).toEqual([schema, rows]);
    // Kafka's client calls it an error when a group takes a replica in.
    const faults = [first, second]
      .flatMap((replica) => replica.errors().split('\n'))
      .filter((line) => line !== '' && !/"msg":"kafka: |"msg":"a view of a topic tries again"/.test(line));
    expect(faults).toEqual([]);
  }, 180_000);

  it('rebuilds one without a server: it is a replica itself for as long as it takes', async () => {
    for (const replica of replicas) await replica.stop();
    const { out, err, code } = await views('rebuild', 'health-record');
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('health-record: đã chuyển sang bản mới / switched');
    replicas.splice(0, 2, await startServer(environment, ['--empty', '--no-tokens']));
    const [client = missing()] = clients();
    const record = (await statusesAt(client)).find(({ name }) => name === 'health-record');
    expect(record).toMatchObject({ generation: 3, setAside: 0 });
  }, 180_000);
});

/** A figure whose changes have cancelled each other: no row is made of them when they come in one batch. */
function isCountOfNothing(row: Readonly<Record<string, unknown>>): boolean {
  const values = ['numerator', 'denominator', 'insured', 'visits', 'residents']
    .filter((column) => column in row && !('encounter' in row))
    .map((column) => Number(row[column]));
  return values.length > 0 && values.every((value) => value === 0);
}
