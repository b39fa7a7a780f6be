import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { testDatabase } from '#deploy/local/src/test-database.js';
import { isHere, run } from './deploy-files.js';

const server = await testDatabase('backup of PostgreSQL');
const tools = isHere('pg_dump', 'backup of PostgreSQL') && isHere('pg_restore', 'backup of PostgreSQL');

(server && tools ? describe : describe.skip)('the dump of what PostgreSQL alone has', () => {
  const folder = mkdtempSync(join(tmpdir(), 'postgres-backup-'));
  const names = [1, 2].map(() => `t${randomUUID().slice(0, 8)}`) as [string, string];
  const urlOf = (database: string): string => {
    const url = new URL(server?.url ?? '');
    url.pathname = `/${database}`;
    return url.href;
  };
  const environment = (database: string): NodeJS.ProcessEnv => {
    const { hostname, port, username, password } = new URL(server?.url ?? '');
    const connection = { PGHOST: hostname, PGPORT: port, PGUSER: username, PGPASSWORD: decodeURIComponent(password) };
    return { ...process.env, ...connection, PGDATABASE: database };
  };
  async function ask(database: string, sql: string): Promise<readonly Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: urlOf(database) });
    await client.connect();
    try {
      return (await client.query(sql)).rows as Record<string, unknown>[];
    } finally {
      await client.end();
    }
  }
  const main = new URL(server?.url ?? 'postgres:///').pathname.slice(1);

  beforeAll(async () => {
    for (const name of names) await ask(main, `create database ${name}`);
    await ask(
      names[0],
      `create schema intake; create table intake.original (id bigint primary key, body bytea);
       insert into intake.original select n, decode(md5(n::text), 'hex') from generate_series(1, 500) n;
       create schema view_receipts_v1; create table view_receipts_v1.receipt (id text);`,
    );
  });
  afterAll(async () => {
    for (const name of names) await ask(main, `drop database ${name} with (force)`);
    await server?.stop();
    rmSync(folder, { recursive: true });
  });

  it('comes back whole into an empty database, without the views, and over nothing', async () => {
    const dumped = run('bash', ['deploy/cluster-backup/postgres-backup.sh', folder], { env: environment(names[0]) });
    expect(dumped).toMatchObject({ status: 0 });
    const file = dumped.stdout.trim();
    expect(readdirSync(folder).toSorted()).toEqual(
      [file, `${file}.sha256`].map((path) => path.slice(folder.length + 1)),
    );

    const restore = (database: string) =>
      run('bash', ['deploy/cluster-backup/postgres-restore.sh', file], { env: environment(database) });
    const whole = readFileSync(file);
    const damaged = Buffer.from(whole);
    const at = Math.floor(damaged.length / 2);
    damaged[at] = (damaged[at] ?? 0) ^ 1;
    writeFileSync(file, damaged);
    expect(restore(names[1]).status).not.toBe(0);
    writeFileSync(file, whole);

    expect(restore(names[1])).toMatchObject({ status: 0 });
    const count =
      'select count(*)::int as count, md5(string_agg(body, null order by id)) as digest from intake.original';
    expect(await ask(names[1], count)).toEqual(await ask(names[0], count));
    expect(await ask(names[1], `select 1 from information_schema.schemata where schema_name like 'view\\_%'`)).toEqual(
      [],
    );
    expect(restore(names[0])).toMatchObject({ status: 1, said: expect.stringContaining('never overwrites') });
  }, 60_000);
});

describe('the copy of a node of the event store', () => {
  const folder = mkdtempSync(join(tmpdir(), 'event-store-backup-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const script = 'deploy/cluster-backup/event-store-backup.sh';

  it('holds the files that the server names, a checkpoint to restore from, and digests of all', () => {
    const data = join(folder, 'data');
    const backup = join(folder, 'backup');
    mkdirSync(join(data, 'index', 'stream-existence'), { recursive: true });
    const files = [
      'index/indexmap',
      'index/a1',
      'index/stream-existence/s.chk',
      'index/stream-existence/s.dat',
      'chaser.chk',
      'writer.chk',
      'epoch.chk',
      'chunk-000000.000000',
      'chunk-000001.000000',
    ];
    for (const file of files) writeFileSync(join(data, file), file);
    writeFileSync(join(data, 'something-else.tmp'), '');
    expect(run('bash', [script, data, backup])).toMatchObject({ status: 0 });
    const copied = readdirSync(backup, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const names = copied.map(({ parentPath, name }) => join(parentPath, name).slice(backup.length + 1));
    expect(names.toSorted()).toEqual([...files, 'truncate.chk', 'SHA256SUMS'].toSorted());
    expect(readFileSync(join(backup, 'truncate.chk'), 'utf8')).toBe('chaser.chk');
    expect(run('sha256sum', ['--check', '--quiet', 'SHA256SUMS'], { cwd: backup })).toMatchObject({ status: 0 });
    expect(run('bash', [script, data, backup])).toMatchObject({
      status: 1,
      said: expect.stringContaining('not empty'),
    });
    expect(run('bash', [script, folder, join(folder, 'another')])).toMatchObject({
      status: 1,
      said: expect.stringContaining('no data folder'),
    });
  });
});
