import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ViewStatus } from '#projections/projection.js';
import { openSecrets } from '#security/secrets.js';
import { TokenIssuer } from '#security/token-issuer.js';
import { readFacilityTable } from '#service/facilities/facility-table.js';
import { Client } from '../src/verify/client.js';
import { type OwnServer, startServer } from '../src/verify/own-server.js';
import { postFolder, waitForViews } from '../src/verify/post-folder.js';

const program = fileURLToPath(new URL('../src/cli/views.js', import.meta.url));
const samples = fileURLToPath(new URL('../../../../samples/station-messages-1', import.meta.url));
const facilities = join(samples, 'facilities.tsv');
const names = ['health-record', 'province-figures', 'receipts', 'referral-worklists', 'resident-index'];

let folder: string;
let environment: Record<string, string>;
let server: OwnServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rebuilt-'));
  environment = { DATA_DIR: join(folder, 'data'), SECRETS_FILE: join(folder, 'keys', 'k.json'), OIDC_ISSUER: '' };
  await start();
  await postFolder(samples, client(), readFacilityTable(facilities));
  await waitForViews(client(), 60_000);
}, 120_000);
afterAll(async () => {
  await server.stop('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<void> {
  server = await startServer(environment, ['--empty', '--facilities', facilities]);
}
const client = (): Client => new Client(server.origin, new TokenIssuer(openSecrets(environment['SECRETS_FILE'] ?? '')));

/** Runs the command to its end. */
async function views(parameters: readonly string[], changes: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['--no-warnings', program, ...parameters], {
    // No server listens there: whoever names none has to start one.
    env: { ...process.env, NODE_OPTIONS: '', LOG_LEVEL: 'warn', PORT: '1', ...environment, ...changes },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  return { out, err, code };
}
const ofServer = (...parameters: string[]) => views([...parameters, '--server', server.origin]);

async function statuses(): Promise<ReadonlyMap<string, ViewStatus>> {
  const { views: all } = await client().get<{ views: readonly ViewStatus[] }>('/views', { kind: 'operator' });
  return new Map(all.map((status) => [status.name, status]));
}

const filesOf = (name: string, where: string): readonly string[] =>
  readdirSync(where).filter((file) => new RegExp(`^${name}-v\\d+(-g\\d+)?\\.sqlite$`).test(file));

/** A figure whose changes have cancelled each other: no row is made of them when they come in one batch. */
function isCountOfNothing(row: Readonly<Record<string, unknown>>): boolean {
  const values = ['numerator', 'denominator', 'insured', 'visits', 'residents']
    .filter((column) => column in row && !('encounter' in row))
    .map((column) => row[column]);
  return values.length > 0 && values.every((value) => value === 0);
}

/** How many rows each table of a view has, and the digest of all of them; without what the host keeps of it. */
function rowsIn(file: string): ReadonlyMap<string, { readonly count: number; readonly digest: string }> {
  const database = new DatabaseSync(file, { readOnly: true });
  const tables = database
    .prepare(`select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name`)
    .all()
    .map(({ name }) => String(name));
  const rows = tables
    .filter((table) => table !== 'checkpoint')
    .map((table) => {
      const found = database.prepare(`select * from ${table}`).all();
      const counting = found.filter((row) => !isCountOfNothing(row));
      const texts = counting.map((row) => JSON.stringify(row)).toSorted();
      const digest = createHash('sha256').update(texts.join('\n')).digest('hex');
      return [table, { count: texts.length, digest }] as const;
    });
  database.close();
  return new Map(rows);
}

describe('npm run views', () => {
  it('lists the views, and says which are unknown', async () => {
    const { out, code } = await ofServer();
    expect(code).toBe(0);
    for (const name of names) expect(out).toMatch(new RegExp(`^${name} +v\\d+ +\\d+/\\d+`, 'm'));
    const unknown = await ofServer('rebuild', 'nothing');
    expect([unknown.code, unknown.out]).toEqual([1, '']);
    expect(unknown.err).toContain('nothing');
    expect(unknown.err).toContain('health-record');
  });

  it('rebuilds one while it is read, and says that it has switched', async () => {
    const enough = new AbortController();
    const reading = (async () => {
      let least = 0;
      for (; !enough.signal.aborted; await pause(5)) {
        const found = await client().get<{ total: number }>('/fhir/Encounter?_summary=count', { kind: 'clinician' });
        expect(found.total).toBeGreaterThanOrEqual(least);
        least = found.total;
      }
      expect(least).toBeGreaterThan(0);
    })();
    const { out, err, code } = await ofServer('rebuild', 'health-record');
    enough.abort();
    await reading;
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('health-record: đã chuyển sang bản mới / switched');
    expect((await statuses()).get('health-record')).toMatchObject({ generation: 2, state: 'live' });
    const { code: cancelled, err: reason } = await ofServer('cancel', 'health-record');
    expect([cancelled, reason]).toEqual([1, expect.stringContaining('This view is not being rebuilt')]);
    expect(await ofServer('retry', 'health-record')).toMatchObject({ code: 0 });
  });

  it('is refused by the server of another installation', async () => {
    const { code, err } = await views(['list', '--server', server.origin], {
      SECRETS_FILE: join(folder, 'other', 'k.json'),
    });
    expect([code, err]).toEqual([1, expect.stringContaining("another installation's")]);
  });

  it('rebuilds all without a server, row by row the same, and leaves one generation', async () => {
    const { position } = await client().get<{ position: number }>('/views', { kind: 'operator' });
    await server.stop();
    // Every start lets papers expire whose time is over. Let it be now, not while the rows are compared.
    await start();
    while ((await client().get<{ position: number }>('/views', { kind: 'operator' })).position === position)
      await pause(20);
    await waitForViews(client(), 60_000);
    await server.stop();
    const before = join(folder, 'before');
    mkdirSync(before);
    const folderOfViews = join(folder, 'data', 'views');
    cpSync(folderOfViews, before, { recursive: true });
    const { out, err, code } = await views(['rebuild', '--all']);
    expect([code, err]).toEqual([0, '']);
    for (const name of names) expect(out).toContain(`${name}: đã chuyển sang bản mới / switched`);
    await start();
    const after = await statuses();
    for (const name of names) {
      expect(after.get(name)).toMatchObject({ state: 'live', setAside: 0 });
      const [old = ''] = filesOf(name, before).slice(-1);
      const files = filesOf(name, folderOfViews);
      expect([name, files.length]).toEqual([name, 1]);
      expect(files[0]).not.toBe(old);
      const rows = rowsIn(join(folderOfViews, files[0] ?? ''));
      expect([...rows.values()].some(({ count }) => count > 0)).toBe(true);
      expect(rows).toEqual(rowsIn(join(before, old)));
    }
  }, 120_000);

  it('has nothing to work on where there is neither a server nor a log', async () => {
    const { code, err } = await views(['list'], { DATA_DIR: join(folder, 'nowhere') });
    expect([code, err]).toEqual([1, expect.stringContaining('no log in DATA_DIR')]);
  });

  it('explains itself', async () => {
    expect(await views(['--help'])).toMatchObject({ code: 0, out: expect.stringContaining('rebuild VIEW') });
    expect(await views(['destroy'])).toMatchObject({ code: 2, err: expect.stringContaining('no command destroy') });
  });
});
