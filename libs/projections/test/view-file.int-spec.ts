import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { IndexMaking } from '../src/embedded/late-indexes.js';
import { finishedViewFile, ViewFile } from '../src/embedded/view-file.js';

const projection = { name: 'words', version: 1, schema: ['create table word (position bigint primary key)'] };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'view-file-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = (): ViewFile => ViewFile.open(folder, projection, 'log');

async function write(file: ViewFile, position: number): Promise<void> {
  await file.transaction(position, (view) => view.execute('insert into word (position) values (?)', [position]));
}

/** The mark of a view that was being built when the machine was started another time. */
function machineHasStartedAgain(file: string): void {
  const database = new DatabaseSync(file);
  if (database.prepare('pragma user_version').get()?.['user_version'] !== 0) database.exec('pragma user_version = 2');
  database.close();
}

function wordsIn(file: string): number {
  const database = new DatabaseSync(file, { readOnly: true });
  const count = Number(database.prepare('select count(*) as count from word').get()?.['count']);
  database.close();
  return count;
}

function indexesIn(file: string): readonly string[] {
  const database = new DatabaseSync(file, { readOnly: true });
  const rows = database.prepare(`select name from sqlite_schema where type = 'index' and sql is not null`).all();
  database.close();
  return rows.map(({ name }) => String(name)).toSorted();
}

describe('the file of a view', () => {
  it('that is being built goes on where a process has left it', async () => {
    const first = open();
    await write(first, 7);
    first.close();
    const again = open();
    expect(again.position).toBe(7);
    await write(again, 8);
    again.close();
    expect(wordsIn(again.path)).toBe(2);
  });

  it('that was being built when the machine stopped is begun anew: it was never synced', async () => {
    const first = open();
    await write(first, 7);
    first.close();
    machineHasStartedAgain(first.path);
    const again = open();
    expect(again.position).toBe(0);
    again.close();
    expect(wordsIn(again.path)).toBe(0);
  });

  it('that has come to the end of the log stays, whatever starts again', async () => {
    const first = open();
    await write(first, 7);
    first.settle();
    await write(first, 8);
    first.close();
    machineHasStartedAgain(first.path);
    const again = open();
    expect(again.position).toBe(8);
    again.close();
    expect(wordsIn(again.path)).toBe(2);
  });

  it('has the indexes that only readers need when it has come to the end of the log, whoever began to make them', async () => {
    const indexed = {
      ...projection,
      schema: [
        ...projection.schema,
        'create index word_up on word (position)',
        'create index word_down on word (position desc)',
        'create index word_applied on word (position, position)',
      ],
      appliesBy: ['word_applied'],
    };
    const first = ViewFile.open(folder, indexed, 'log');
    await write(first, 7);
    expect(first.missingIndexes.map(({ name }) => name)).toEqual(['word_up', 'word_down']);
    const half = new IndexMaking(first.path, first.missingIndexes.slice(0, 1));
    await half.ended;
    first.close();
    const again = ViewFile.open(folder, indexed, 'log');
    expect(again.missingIndexes.map(({ name }) => name)).toEqual(['word_down']);
    again.settle();
    expect(again.settled).toBe(true);
    await write(again, 8);
    again.close();
    expect(indexesIn(again.path)).toEqual(['word_applied', 'word_down', 'word_up']);
    expect(wordsIn(again.path)).toBe(2);
  });

  it('tells when an index could not be made', async () => {
    const file = open();
    const making = new IndexMaking(file.path, [
      { name: 'word_none', statement: 'create index word_none on word (none)' },
    ]);
    await expect(making.ended).rejects.toThrow('none');
    file.close();
  });

  it('that was left in the middle of a transaction is not finished, and goes on from the one before', async () => {
    const first = open();
    await write(first, 7);
    first.close();
    const database = new DatabaseSync(first.path);
    database.exec('pragma cache_size = 1; begin; update checkpoint set position = 99');
    database.exec(`with recursive n (n) as (select 100 union all select n + 1 from n where n < 5000)
      insert into word select n from n`);
    const left = mkdtempSync(join(tmpdir(), 'view-file-left-'));
    for (const suffix of ['', '-journal']) copyFileSync(first.path + suffix, join(left, basename(first.path) + suffix));
    database.close();
    expect(finishedViewFile(join(left, basename(first.path)), 'log')).toBeUndefined();
    const again = ViewFile.open(left, projection, 'log');
    expect(again.position).toBe(7);
    again.close();
    expect(wordsIn(again.path)).toBe(1);
    rmSync(left, { recursive: true });
  });

  it('that is no database any more is made anew', async () => {
    const first = open();
    await write(first, 7);
    first.settle();
    first.close();
    writeFileSync(first.path, Buffer.alloc(8192, 'torn'));
    const again = open();
    expect(again.position).toBe(0);
    again.close();
  });
});
