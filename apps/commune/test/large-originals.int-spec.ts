import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EmbeddedOriginals } from '../src/originals/embedded-originals.js';
import { mostHeld } from '../src/originals/originals.js';
import { station } from './intake-harness.js';
import { bytesOf, originalOf, originalsContract, senderDetails } from './originals-contract.js';

let folder: string;
let file: string;
let originals: EmbeddedOriginals;

async function open(): Promise<EmbeddedOriginals> {
  folder = await mkdtemp(join(tmpdir(), 'lien-tuyen-originals-'));
  file = join(folder, 'originals.sqlite');
  originals = new EmbeddedOriginals(file);
  return originals;
}

async function close(): Promise<void> {
  await originals.close();
  await rm(folder, { recursive: true });
}

const rowsOf = (table: string): number => {
  const database = new DatabaseSync(file, { readOnly: true });
  const count = Number(database.prepare(`select count(*) as rows from ${table}`).get()?.['rows']);
  database.close();
  return count;
};

describe('originals in a file', () => {
  originalsContract(async () => ({
    originals: await open(),
    rowsOf: async (table) => rowsOf(table),
    again: async () => {
      await originals.close();
      originals = new EmbeddedOriginals(file);
      return originals;
    },
    close,
  }));
});

describe('the file of originals', () => {
  beforeEach(open);
  afterEach(close);

  it('has nothing more of a body that was still coming when the process ended', async () => {
    const upload = await originals.upload();
    await upload.write(randomBytes(mostHeld));
    await originals.close();
    expect(rowsOf('part')).toBe(1);
    originals = new EmbeddedOriginals(file);
    await originals.unanswered();
    expect([rowsOf('part'), rowsOf('upload')]).toEqual([0, 0]);
  });

  it('does what it can of a batch when one request fails', async () => {
    const wrong = { ...originalOf('wrong'), receivedAt: null as unknown as string };
    const kept = await Promise.allSettled(
      [originalOf('first'), wrong, originalOf('second'), originalOf('third')].map((each) => originals.keep(each)),
    );
    expect(kept.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect(rowsOf('original')).toBe(3);
  });

  it('of the first release is taken over with all that is in it', async () => {
    await originals.close();
    await rm(file);
    const old = new DatabaseSync(file);
    old.exec(`
      create table original (
        facility text not null, digest text not null, content_type text not null, received_at text not null, actor text not null,
        body blob not null, primary key (facility, digest)
      ) without rowid;
      create table unanswered (
        facility text not null, digest text not null, received_at text not null, primary key (facility, digest)
      ) without rowid;
    `);
    const body = Buffer.from('<GIAMDINHHS/>');
    old
      .prepare('insert into original values (?, ?, ?, ?, ?, ?)')
      .run(station, 'd1', 'text/xml', senderDetails.receivedAt, senderDetails.actor, zstdCompressSync(body));
    old.prepare('insert into unanswered values (?, ?, ?)').run(station, 'd1', senderDetails.receivedAt);
    old.close();
    for (let start = 0; start < 2; start += 1) {
      originals = new EmbeddedOriginals(file);
      const found = await originals.open(station, 'd1');
      expect(found).toMatchObject({
        facility: station,
        digest: 'd1',
        contentType: 'text/xml',
        actor: senderDetails.actor,
      });
      expect((await bytesOf(found)).equals(body)).toBe(true);
      expect(await originals.unanswered()).toEqual([{ facility: station, digest: 'd1' }]);
      if (start === 0) await originals.close();
    }
  });
});
