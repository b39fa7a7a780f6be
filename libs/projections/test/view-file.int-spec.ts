import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ViewFile } from '../src/embedded/view-file.js';

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
