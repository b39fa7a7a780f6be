import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { testDatabase } from '#deploy/local/src/test-database.js';
import { DatabaseUnavailable, LeadershipLost } from '../src/postgres/faults.js';
import { MadeByNewerVersion } from '../src/postgres/migrations.js';
import { type OpenedView, ViewDatabase } from '../src/postgres/view-database.js';
import { leaderLock } from '../src/postgres/view-schema.js';
import type { Step, ViewStore } from '../src/postgres/view-store.js';
import { BulkInsert, KeyedStatement } from '../src/bulk-statements.js';
import type { ReadDatabase } from '../src/projection.js';

const server = await testDatabase('views in PostgreSQL');
afterAll(() => server?.stop());
const url = server?.url ?? '';

const projection = {
  name: 'words',
  version: 1,
  schema: ['create table word (position bigint primary key, word text, size double precision)'],
};
const step = (term: number, from: number, through: number): Step => ({
  term,
  from,
  through,
  changes: true,
  settled: false,
});

(server === undefined ? describe.skip : describe)('a view in PostgreSQL', () => {
  let schemaPrefix: string;
  const databases: ViewDatabase[] = [];

  beforeEach(() => {
    schemaPrefix = `t${randomUUID().slice(0, 8)}`;
  });
  afterEach(async () => {
    await Promise.all(databases.splice(0).map((database) => database.close()));
    await server?.dropSchemas(schemaPrefix);
  });

  async function opened(more: { url?: string; log?: string; readTimeoutMs?: number } = {}): Promise<OpenedView> {
    const { log = 'log', ...options } = more;
    const database = await ViewDatabase.open({ url, schemaPrefix, takeOverAfterMs: 2_000, ...options });
    databases.push(database);
    return database.openView(projection, log);
  }

  const write = (store: ViewStore, at: Step, words: readonly string[]): Promise<void> =>
    store.advance(at, async (view) => {
      for (const [index, word] of words.entries()) {
        await view.execute('insert into word (position, word) values (?, ?)', [at.from + index + 1, word]);
      }
    });

  const wordsIn = async (database: ReadDatabase): Promise<readonly string[]> =>
    (await database.query<{ word: string }>('select word from word order by position')).map(({ word }) => word);

  async function ask(statement: string): Promise<void> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(statement);
    await client.end();
  }

  describe('that changes hands', () => {
    it('takes nothing more from a replica of an earlier term', async () => {
      const [first, second] = [await opened(), await opened()];
      const { term } = await first.store.takeOver();
      await write(first.store, step(term, 0, 2), ['an', 'bình']);
      const later = await second.store.takeOver();
      expect(later).toMatchObject({ position: 2, term: term + 1 });
      await expect(write(first.store, step(term, 2, 3), ['lost'])).rejects.toThrow(LeadershipLost);
      await write(second.store, step(later.term, 2, 3), ['châu']);
      await expect(write(first.store, step(term, 3, 4), ['lost'])).rejects.toThrow(LeadershipLost);
      expect(await wordsIn(second.database)).toEqual(['an', 'bình', 'châu']);
    });

    it('waits for what the earlier replica has open, and goes on behind it', async () => {
      const [first, second] = [await opened(), await opened()];
      const { term } = await first.store.takeOver();
      const order: string[] = [];
      let taken: Promise<unknown> = Promise.resolve();
      await first.store.advance(step(term, 0, 1), async (view) => {
        taken = second.store.takeOver().then((begun) => {
          order.push('taken over');
          expect(begun.position).toBe(1);
        });
        await new Promise((resolve) => setTimeout(resolve, 200));
        await view.execute('insert into word (position) values (1)');
        order.push('written');
      });
      await taken;
      expect(order).toEqual(['written', 'taken over']);
    });

    it('gives up a transaction that is held up for too long', async () => {
      const { store, database } = await opened();
      const { term } = await store.takeOver();
      const heldUp = store.advance(step(term, 0, 1), async (view) => {
        await view.execute('insert into word (position) values (1)');
        await new Promise((resolve) => setTimeout(resolve, 3_000));
      });
      await expect(heldUp).rejects.toThrow(DatabaseUnavailable);
      expect((await store.takeOver()).position).toBe(0);
      expect(await wordsIn(database)).toEqual([]);
    });
  });

  it('keeps nothing of a transaction in which a statement failed, though it was sent ahead of its answer', async () => {
    const { store, database } = await opened();
    const { term } = await store.takeOver();
    const failing = store.advance(step(term, 0, 3), async (view) => {
      for (const position of [1, 2, 1, 3]) await view.execute('insert into word (position) values (?)', [position]);
    });
    await expect(failing).rejects.toMatchObject({ code: '23505' });
    expect(await wordsIn(database)).toEqual([]);
    await write(store, step(term, 0, 1), ['an']);
    expect(await store.progress()).toEqual({ position: 1, setAside: 0, settled: false });
  });

  it('gives values as the port has them', async () => {
    const { database } = await opened();
    const [row] = await database.query(
      `select 9007199254740991::bigint as safe, 9007199254740993::bigint as large, 2.5::numeric as part, 3::numeric as whole,
       1 = 1 as yes, 1 = 2 as no, ?::bytea as bytes, ? || '' as text, null as nothing, '2026-10-01'::date as day`,
      [new Uint8Array([0, 92, 255]), 'a?\'"\\'],
    );
    expect(row).toEqual({
      safe: 9007199254740991,
      large: 9007199254740993n,
      part: 2.5,
      whole: 3,
      yes: 1,
      no: 0,
      bytes: Buffer.from([0, 92, 255]),
      text: 'a?\'"\\',
      nothing: null,
      day: '2026-10-01',
    });
  });

  it('writes many rows as it writes one', async () => {
    const { store, database } = await opened();
    const { term } = await store.takeOver();
    const rows = Array.from({ length: 9_000 }, (_, index) => [
      2 ** 40 + index,
      [null, '', 'NULL', 'a"b\\c', `{"tên":"Nguyễn, Văn\\nA"}`, 'có\0gì'][index % 6] ?? null,
      index % 7 === 0 ? null : index / 8,
    ]);
    const insert = new BulkInsert({ name: 'word', columns: ['position', 'word', 'size'] });
    const find = new KeyedStatement('select position, word, size from word where position in');
    const remove = new KeyedStatement('delete from word where position in');
    await store.advance(step(term, 0, 1), async (view) => {
      await insert.run(view, rows);
      const found = await find.query<{ position: number }>(view, [2 ** 40 + 4, 2 ** 40 + 8_999, 7]);
      expect(new Set(found.map(({ position }) => position - 2 ** 40))).toEqual(new Set([4, 8_999]));
      await remove.execute(view, [2 ** 40]);
    });
    const stored = await database.query<Record<string, unknown>>(
      'select position, word, size from word order by position',
    );
    expect(stored.map((row) => Object.values(row))).toEqual(
      rows
        .slice(1)
        .map(([position, word, size]) => [
          position,
          typeof word === 'string' ? word.replace('\0', '\uFFFD') : word,
          size,
        ]),
    );
  });

  it('orders texts by code point, whatever the collation of the database', async () => {
    if (!server?.process) return;
    const name = `${schemaPrefix}_vi`;
    await ask(`create database ${name} template template0 locale_provider icu icu_locale 'vi'`);
    try {
      const other = new URL(url);
      other.pathname = name;
      const { store, database } = await opened({ url: other.href });
      const { term } = await store.takeOver();
      const words = ['ă', 'a', 'B', 'b', 'đ', 'd', 'ấ', 'Z', 'z', '_'];
      await write(store, step(term, 0, 10), words);
      const found = await database.query<{ word: string }>(
        'select word from word where word >= ? and word < ? order by word',
        ['Z', 'đ'],
      );
      const byCodePoint = words.filter((word) => word >= 'Z' && word < 'đ').toSorted();
      expect(found.map(({ word }) => word)).toEqual(byCodePoint);
    } finally {
      await Promise.all(databases.splice(0).map((database) => database.close()));
      await ask(`drop database ${name}`);
    }
  });

  it('lets readers read, for a while', async () => {
    const { database } = await opened({ readTimeoutMs: 200 });
    await expect(database.query('insert into word (position) values (1)')).rejects.toMatchObject({ code: '25006' });
    await expect(database.query('select pg_sleep(5)')).rejects.toMatchObject({ code: '57014' });
    expect(await database.query('select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('is not built anew from another log while a replica projects it', async () => {
    const { store, schema } = await opened();
    const { term } = await store.takeOver();
    await write(store, step(term, 0, 1), ['an']);
    const stop = new AbortController();
    let release = (): void => {};
    const [holder] = databases;
    const held = new Promise<void>((resolve) => (release = resolve));
    let holding: Promise<boolean> | undefined;
    for (let tries = 0; tries < 50 && holding === undefined; tries++) {
      const attempt = holder?.whileHolding(leaderLock(schema), stop.signal, () => held);
      const refused = await Promise.race([attempt, new Promise((resolve) => setTimeout(resolve, 100, 'held'))]);
      if (refused === 'held') holding = attempt;
    }
    await expect(opened({ log: 'another' })).rejects.toThrow(/projected from another log/);
    release();
    expect(await holding).toBe(true);
    const anew = await opened({ log: 'another' });
    expect(await wordsIn(anew.database)).toEqual([]);
    await expect(write(store, step(term, 1, 2), ['lost'])).rejects.toThrow(LeadershipLost);
  });

  it('is left alone when a newer version has changed the tables of the host', async () => {
    await opened();
    await ask(`insert into ${schemaPrefix}_host.migration (version) values (999)`);
    await expect(opened()).rejects.toThrow(MadeByNewerVersion);
  });

  it('says that the server is not there, without its password', async () => {
    const nowhere = new URL(url);
    nowhere.port = '1';
    const refused = ViewDatabase.open({ url: nowhere.href, schemaPrefix });
    await expect(refused).rejects.toThrow(DatabaseUnavailable);
    await expect(refused).rejects.toThrow('PostgreSQL is unavailable (ECONNREFUSED)');
  });
});
