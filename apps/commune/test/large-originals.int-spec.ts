import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { receiveBody, type SenderDetails } from '../src/intake/receive-body.js';
import { EmbeddedOriginals } from '../src/originals/embedded-originals.js';
import { mostHeld, wholeBody, type LargeOriginal, type Original } from '../src/originals/originals.js';
import { station } from './intake-harness.js';

let folder: string;
let file: string;
let originals: EmbeddedOriginals;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lien-tuyen-originals-'));
  file = join(folder, 'originals.sqlite');
  originals = new EmbeddedOriginals(file);
});
afterEach(async () => {
  await originals.close();
  await rm(folder, { recursive: true });
});

const details: SenderDetails = {
  facility: station,
  contentType: 'application/xml',
  receivedAt: '2026-10-05T08:00:00.000Z',
  actor: `station:${station}`,
};
const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const allRight = (): void => undefined;

async function* chunksOf(bytes: Buffer, failAt = Infinity): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 60_000) {
    if (at > failAt) throw new Error('the line is gone');
    yield bytes.subarray(at, at + 60_000);
  }
}

async function bytesOf(original: Original | LargeOriginal | undefined): Promise<Buffer> {
  if (!original) throw new Error('not kept');
  return 'body' in original ? Buffer.from(original.body) : wholeBody(original);
}

const rowsOf = (table: string): number => {
  const database = new DatabaseSync(file, { readOnly: true });
  const count = Number(database.prepare(`select count(*) as rows from ${table}`).get()?.['rows']);
  database.close();
  return count;
};

describe('a body', () => {
  it('is held when it is small, and kept piece by piece when it is large', async () => {
    const small = randomBytes(mostHeld);
    const large = randomBytes(3 * mostHeld + 12_345);
    const held = await receiveBody(chunksOf(small), details, originals, () => {
      throw new Error('not large');
    });
    expect(held).toMatchObject({ digest: digestOf(small), body: small });
    let told = 0;
    const kept = await receiveBody(chunksOf(large), details, originals, () => (told += 1));
    expect(told).toBe(1);
    expect(kept).toMatchObject({ digest: digestOf(large), size: large.length });
    expect((await bytesOf(kept)).equals(large)).toBe(true);
    // From the beginning each time, after a restart too.
    expect((await bytesOf(kept)).equals(large)).toBe(true);
    await originals.close();
    originals = new EmbeddedOriginals(file);
    expect((await bytesOf(await originals.open(station, digestOf(large)))).equals(large)).toBe(true);
    expect(await originals.unanswered()).toEqual([{ facility: station, digest: digestOf(large) }]);
    expect((await originals.fetch(station, digestOf(large)))?.body.byteLength).toBe(large.length);
  });

  it('that comes twice is kept once', async () => {
    const large = randomBytes(2 * mostHeld);
    for (let turn = 0; turn < 2; turn += 1) {
      expect((await bytesOf(await receiveBody(chunksOf(large), details, originals, allRight))).equals(large)).toBe(
        true,
      );
    }
    expect([rowsOf('original'), rowsOf('part'), rowsOf('upload')]).toEqual([1, 5, 0]);
  });

  it('that is cut off, or for which there is no room, leaves nothing behind', async () => {
    const large = randomBytes(4 * mostHeld);
    await expect(receiveBody(chunksOf(large, 3 * mostHeld), details, originals, allRight)).rejects.toThrow(
      'the line is gone',
    );
    const noRoom = (): void => {
      throw new Error('no room');
    };
    await expect(receiveBody(chunksOf(large), details, originals, noRoom)).rejects.toThrow('no room');
    expect([rowsOf('original'), rowsOf('part'), rowsOf('upload'), rowsOf('unanswered')]).toEqual([0, 0, 0, 0]);
  });

  it('that was still coming when the process ended is cleared away at the next start', async () => {
    const upload = await originals.upload();
    await upload.write(randomBytes(mostHeld));
    await originals.close();
    expect(rowsOf('part')).toBe(1);
    originals = new EmbeddedOriginals(file);
    await originals.unanswered();
    expect([rowsOf('part'), rowsOf('upload')]).toEqual([0, 0]);
  });
});

describe('the file of originals', () => {
  it('does what it can of a batch when one request fails', async () => {
    const one = (name: string): Original => ({
      ...details,
      digest: digestOf(Buffer.from(name)),
      body: Buffer.from(name),
    });
    const wrong = { ...one('wrong'), receivedAt: null as unknown as string };
    const kept = await Promise.allSettled(
      [one('first'), wrong, one('second'), one('third')].map((each) => originals.keep(each)),
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
      .run(station, 'd1', 'text/xml', details.receivedAt, details.actor, zstdCompressSync(body));
    old.prepare('insert into unanswered values (?, ?, ?)').run(station, 'd1', details.receivedAt);
    old.close();
    for (let start = 0; start < 2; start += 1) {
      originals = new EmbeddedOriginals(file);
      const found = await originals.open(station, 'd1');
      expect(found).toMatchObject({ facility: station, digest: 'd1', contentType: 'text/xml', actor: details.actor });
      expect((await bytesOf(found)).equals(body)).toBe(true);
      expect(await originals.unanswered()).toEqual([{ facility: station, digest: 'd1' }]);
      if (start === 0) await originals.close();
    }
  });
});
