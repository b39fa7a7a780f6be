import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FacilityCode } from '#domain/ids.js';
import type { ViewStatus } from '#projections/projection.js';
import { openSecrets } from '#security/secrets.js';
import { TokenIssuer } from '#security/token-issuer.js';
import { readFacilityTable } from '#service/facilities/facility-table.js';
import { Client } from '../src/verify/client.js';
import { type OwnServer, startServer } from '../src/verify/own-server.js';
import { postFolder, waitForViews } from '../src/verify/post-folder.js';

const program = (name: string): string => fileURLToPath(new URL(`../src/cli/${name}.js`, import.meta.url));
const samples = fileURLToPath(new URL('../../../../samples/station-messages-1', import.meta.url));
const passphrase = 'lá lành đùm lá rách';
const stations = ['08Z11', '08Z12', '08Z20'].map((code) => code as FacilityCode);

const folder = mkdtempSync(join(tmpdir(), 'backup-drill-'));
const place = (...names: readonly string[]): string => join(folder, ...names);
const original = { DATA_DIR: place('data'), SECRETS_FILE: place('keys', 'k.json'), OIDC_ISSUER: '' };

interface Acknowledged {
  readonly id: string;
  readonly facility: FacilityCode;
  readonly digest: string;
}

const acknowledged: Acknowledged[] = [];
const servers: OwnServer[] = [];
/** How many of those acknowledged were so before the backup was asked for. */
let before = 0;
let duringBackup = 0;
/** Names in the data folder, as the server left it. */
let dataFolder: readonly string[] = [];
let backup: Awaited<ReturnType<typeof run>>;
let issuer: TokenIssuer;

async function start(environment: Record<string, string>): Promise<OwnServer> {
  const server = await startServer(environment, ['--empty', '--no-tokens']);
  servers.push(server);
  return server;
}

async function run(name: string, parameters: readonly string[], environment: Record<string, string> = original) {
  const child = spawn(process.execPath, ['--no-warnings', program(name), ...parameters], {
    cwd: folder,
    // Where npm was called from: under `npm test` it would be the product's own folder.
    env: { ...process.env, INIT_CWD: folder, NODE_OPTIONS: '', BACKUP_PASSPHRASE: '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  return { out, err, code };
}

/** Sends visits one after the other until told to stop, or until the server is gone. */
async function sendVisits(server: OwnServer, sender: number, going: () => boolean): Promise<void> {
  const facility = stations[sender % stations.length] as FacilityCode;
  const authorization = `Bearer ${await issuer.issue({ kind: 'station', facility, hours: 1 })}`;
  for (let n = 0; going(); n += 1) {
    const person = {
      name: `Người Thử Nghiệm Số ${sender} ${n % 7}`,
      sex: 'female',
      birthDate: '1961-05-11',
      identifiers: [{ system: 'national-id', value: `0081${String(sender * 100 + (n % 7)).padStart(8, '0')}` }],
    };
    const visit = {
      episode: `DRILL.${sender}.${n}`,
      start: '2026-10-05T08:30:00+07:00',
      diagnoses: [{ code: n % 2 === 0 ? 'I10' : 'E11', role: 'main' }],
    };
    const body = JSON.stringify({ command: 'record-visit', person, visit });
    const answer = await fetch(`${server.origin}/intake/messages`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body,
    }).catch(() => undefined);
    if (answer?.status !== 201) {
      if (going()) throw new Error(`a visit was answered ${answer?.status}`);
      return;
    }
    const { id } = (await answer.json()) as { id: string };
    acknowledged.push({ id, facility, digest: createHash('sha256').update(body).digest('hex') });
  }
}

async function untilAcknowledged(count: number): Promise<void> {
  while (acknowledged.length < count) await new Promise((resolve) => setTimeout(resolve, 10));
}

beforeAll(async () => {
  const server = await start(original);
  issuer = new TokenIssuer(openSecrets(original.SECRETS_FILE));
  await postFolder(samples, new Client(server.origin, issuer), readFacilityTable(join(samples, 'facilities.tsv')));
  let going = true;
  const senders = Promise.all(Array.from({ length: 6 }, async (_, n) => sendVisits(server, n, () => going)));
  await untilAcknowledged(200);
  before = acknowledged.length;
  backup = await run('backup', ['--to', 'backup', '--keys', 'safe/keys.json'], {
    ...original,
    BACKUP_PASSPHRASE: passphrase,
  });
  duringBackup = acknowledged.length - before;
  await untilAcknowledged(acknowledged.length + 50);
  going = false;
  await server.stop('SIGKILL');
  await senders;
  dataFolder = readdirSync(original.DATA_DIR);
  rmSync(place('data'), { recursive: true });
  rmSync(place('keys'), { recursive: true });
}, 120_000);

afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop('SIGKILL')));
  rmSync(folder, { recursive: true, force: true });
});

describe('a backup taken under load, after the machine with its data and keys is lost', () => {
  it('was made while the server went on', () => {
    expect(backup).toMatchObject({ code: 0, err: '' });
    expect(duringBackup).toBeGreaterThan(0);
  });

  it('leaves out of the data folder only what can be made again', () => {
    const transient = /^views$|\.sqlite(-wal|-shm|\.lock.*)$/;
    const facts = dataFolder.filter((name) => !transient.test(name));
    expect(readdirSync(place('backup')).toSorted()).toEqual([...facts, 'backup.json'].toSorted());
  });

  it('is for its owner alone and holds neither keys nor views', () => {
    expect(readdirSync(place('backup')).toSorted()).toEqual([
      'audit.sqlite',
      'backup.json',
      'events.sqlite',
      'keys.fingerprint',
      'originals.sqlite',
      'samples.state',
    ]);
    for (const name of ['', ...readdirSync(place('backup'))]) {
      expect([name, statSync(place('backup', name)).mode & 0o077]).toEqual([name, 0]);
    }
    expect(readFileSync(place('safe', 'keys.json'), 'utf8')).not.toContain('PRIVATE KEY');
  });

  it.each(['audit.sqlite', 'backup.json', 'events.sqlite', 'keys.fingerprint', 'originals.sqlite', 'samples.state'])(
    'is refused when one byte of %s is another, and nothing is restored',
    async (name) => {
      const damaged = place(`damaged-${name}`);
      cpSync(place('backup'), damaged, { recursive: true });
      const bytes = readFileSync(join(damaged, name));
      const at = Math.floor(Math.random() * bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(Math.random() * 8));
      writeFileSync(join(damaged, name), bytes);
      const { code, err } = await run('restore', ['--from', damaged]);
      expect({ at, code, err }).toMatchObject({
        code: 1,
        err: expect.stringContaining('The backup is damaged'),
      });
      expect(existsSync(original.DATA_DIR)).toBe(false);
      rmSync(damaged, { recursive: true });
    },
  );

  it('is refused without its keys, with other keys and with a wrong passphrase, in words', async () => {
    const without = await run('restore', ['--from', 'backup']);
    expect(without).toMatchObject({ code: 1, err: expect.stringContaining('Keys are not in a backup') });

    const wrong = { ...original, BACKUP_PASSPHRASE: 'not the passphrase' };
    const guessed = await run('restore', ['--from', 'backup', '--keys', 'safe/keys.json'], wrong);
    expect(guessed).toMatchObject({ code: 1, err: expect.stringContaining('the passphrase is wrong') });

    const others = { ...original, SECRETS_FILE: place('others', 'k.json') };
    openSecrets(others.SECRETS_FILE);
    const withOthers = await run('restore', ['--from', 'backup'], others);
    expect(withOthers).toMatchObject({ code: 1, err: expect.stringContaining('holds other keys') });
    expect(existsSync(original.DATA_DIR)).toBe(false);
  });

  it('a folder without a finished backup is refused, and so is a start on a restore that was cut off', async () => {
    const unfinished = place('unfinished');
    cpSync(place('backup'), unfinished, { recursive: true });
    rmSync(join(unfinished, 'backup.json'));
    const { code, err } = await run('restore', ['--from', unfinished]);
    expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('no finished backup') });

    const cutOff = { ...original, DATA_DIR: place('cut-off'), SECRETS_FILE: place('others', 'k.json') };
    cpSync(place('backup'), place('cut-off', '.restoring'), { recursive: true });
    await expect(start(cutOff)).rejects.toThrow('was cut off');
  });

  it('is restored: what was acknowledged is there, originals are read, views are built again and agree with a recount', async () => {
    const withPassphrase = { ...original, BACKUP_PASSPHRASE: passphrase };
    const restored = await run('restore', ['--from', 'backup', '--keys', 'safe/keys.json'], withPassphrase);
    expect(restored).toMatchObject({ code: 0, err: '' });
    expect(readdirSync(original.DATA_DIR)).not.toContain('views');

    const server = await start(original);
    const client = new Client(server.origin, issuer);
    await waitForViews(client, 60_000);
    const { views } = await client.get<{ views: ViewStatus[] }>('/views', { kind: 'operator' });
    expect(views.filter(({ setAside, state }) => setAside > 0 || state === 'failed')).toEqual([]);

    const lost: string[] = [];
    for (const { id, facility, digest } of acknowledged.slice(0, before)) {
      const authorization = `Bearer ${await issuer.issue({ kind: 'station', facility, hours: 1 })}`;
      const receipt = await fetch(`${server.origin}/intake/receipts/${id}`, { headers: { authorization } });
      const body = await fetch(`${server.origin}/intake/receipts/${id}/original`, { headers: { authorization } });
      const found = createHash('sha256')
        .update(Buffer.from(await body.arrayBuffer()))
        .digest('hex');
      if (!receipt.ok || found !== digest) lost.push(id);
      await receipt.body?.cancel();
    }
    expect({ before, lost }).toEqual({ before, lost: [] });

    const { figures } = await client.get<{
      figures: readonly { indicator: string; recount: number; difference: number }[];
    }>('/statistics/reconciliation?place=08&period=all', { kind: 'province' });
    expect(figures.filter(({ difference }) => difference !== 0)).toEqual([]);
    expect(figures.find(({ indicator }) => indicator === 'visits')?.recount).toBeGreaterThanOrEqual(before);
  }, 120_000);

  it('is never restored over data, and no backup is made over another', async () => {
    const again = await run('restore', ['--from', 'backup']);
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining('A restore never overwrites') });
    const second = await run('backup', ['--to', 'backup']);
    expect(second).toMatchObject({ code: 1, err: expect.stringContaining('is not empty') });
    const inside = await run('backup', ['--to', 'data/backup']);
    expect(inside).toMatchObject({ code: 1, err: expect.stringContaining('inside DATA_DIR') });
    const together = await run('backup', ['--to', 'another', '--keys', 'another/keys.json']);
    expect(together).toMatchObject({ code: 2, err: expect.stringContaining('must not be in the folder') });
    const open = await run('backup', ['--to', 'another', '--keys', 'safe/more.json']);
    expect(open).toMatchObject({ code: 1, err: expect.stringContaining('needs a passphrase') });
    const file = await run('backup', ['--to', 'backup/backup.json/here']);
    expect(file).toMatchObject({ code: 1, err: expect.stringContaining('cannot be made or written to (ENOTDIR)') });
    const saved = await run('backup', ['--to', 'another', '--keys', 'safe/keys.json'], {
      ...original,
      BACKUP_PASSPHRASE: passphrase,
    });
    expect(saved).toMatchObject({ code: 1, err: expect.stringContaining('is not overwritten') });
    expect(existsSync(place('another'))).toBe(false);
  });
});
