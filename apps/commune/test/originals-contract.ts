import { createHash, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { receiveBody, type SenderDetails } from '../src/intake/receive-body.js';
import { mostHeld, wholeBody, type LargeOriginal, type Original, type Originals } from '../src/originals/originals.js';
import { station } from './intake-harness.js';

export interface OpenOriginals {
  readonly originals: Originals;
  /** Rows of `original`, `part`, `upload` or `unanswered`. */
  rowsOf(table: string): Promise<number>;
  /** As a process that starts again has them; what was open is closed. */
  again(): Promise<Originals>;
  close(): Promise<void>;
}

export const senderDetails: SenderDetails = {
  facility: station,
  contentType: 'application/xml',
  receivedAt: '2026-10-05T08:00:00.000Z',
  actor: `station:${station}`,
};
export const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
export const originalOf = (name: string): Original => ({
  ...senderDetails,
  digest: digestOf(Buffer.from(name)),
  body: Buffer.from(name),
});
const allRight = (): void => undefined;

async function* chunksOf(bytes: Buffer, failAt = Infinity): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 60_000) {
    if (at > failAt) throw new Error('the line is gone');
    yield bytes.subarray(at, at + 60_000);
  }
}

export async function bytesOf(original: Original | LargeOriginal | undefined): Promise<Buffer> {
  if (!original) throw new Error('not kept');
  return 'body' in original ? Buffer.from(original.body) : wholeBody(original);
}

/** What every engine that keeps originals must do. */
export function originalsContract(open: () => Promise<OpenOriginals>): void {
  let opened: OpenOriginals;
  let originals: Originals;
  beforeEach(async () => {
    opened = await open();
    ({ originals } = opened);
  });
  afterEach(() => opened.close());

  const rows = (...tables: readonly string[]): Promise<readonly number[]> =>
    Promise.all(tables.map((table) => opened.rowsOf(table)));

  describe('a body', () => {
    it('is held when it is small, and kept piece by piece when it is large', async () => {
      const small = randomBytes(mostHeld);
      const large = randomBytes(3 * mostHeld + 12_345);
      const held = await receiveBody(chunksOf(small), senderDetails, originals, () => {
        throw new Error('not large');
      });
      expect(held).toMatchObject({ digest: digestOf(small), body: small });
      let told = 0;
      const kept = await receiveBody(chunksOf(large), senderDetails, originals, () => (told += 1));
      expect(told).toBe(1);
      expect(kept).toMatchObject({ digest: digestOf(large), size: large.length });
      expect((await bytesOf(kept)).equals(large)).toBe(true);
      // From the beginning each time, after a restart too.
      expect((await bytesOf(kept)).equals(large)).toBe(true);
      originals = await opened.again();
      expect((await bytesOf(await originals.open(station, digestOf(large)))).equals(large)).toBe(true);
      expect((await originals.fetch(station, digestOf(large)))?.body.byteLength).toBe(large.length);
    });

    it('that comes twice is kept once', async () => {
      const large = randomBytes(2 * mostHeld);
      for (let turn = 0; turn < 2; turn += 1) {
        const received = await receiveBody(chunksOf(large), senderDetails, originals, allRight);
        expect((await bytesOf(received)).equals(large)).toBe(true);
      }
      expect(await rows('original', 'part', 'upload')).toEqual([1, 5, 0]);
    });

    it('that is cut off, or for which there is no room, leaves nothing behind', async () => {
      const large = randomBytes(4 * mostHeld);
      await expect(receiveBody(chunksOf(large, 3 * mostHeld), senderDetails, originals, allRight)).rejects.toThrow(
        'the line is gone',
      );
      const noRoom = (): void => {
        throw new Error('no room');
      };
      await expect(receiveBody(chunksOf(large), senderDetails, originals, noRoom)).rejects.toThrow('no room');
      expect(await rows('original', 'part', 'upload', 'unanswered')).toEqual([0, 0, 0, 0]);
    });
  });

  describe('an original', () => {
    it('is as it came, byte for byte; of two that are the same the first stays', async () => {
      const body = randomBytes(5_000);
      const first = { ...senderDetails, digest: digestOf(body), body };
      await originals.keep(first);
      await originals.keep({ ...first, receivedAt: '2026-10-06T08:00:00.000Z', contentType: 'text/xml' });
      const found = await originals.open(station, first.digest);
      expect(found).toMatchObject({ ...senderDetails, digest: first.digest });
      expect((await bytesOf(found)).equals(body)).toBe(true);
      expect(await originals.open(station, digestOf(Buffer.from('another')))).toBeUndefined();
    });

    it('may be empty, and is found under its facility alone', async () => {
      const empty = { ...originalOf(''), body: new Uint8Array() };
      await originals.keep(empty);
      expect((await bytesOf(await originals.open(station, empty.digest))).byteLength).toBe(0);
      expect(await originals.open('08Z12' as typeof station, empty.digest)).toBeUndefined();
    });
  });

  describe('a message without its answer', () => {
    it('is told of after a crash, oldest first, with its key, until it has its answer', async () => {
      const late = { ...originalOf('late'), receivedAt: '2026-10-05T09:00:00.000Z' };
      const early = { ...originalOf('early'), idempotencyKey: 'k1' };
      const answered = originalOf('answered');
      for (const one of [late, early, answered]) await originals.keep(one);
      originals.answered(station, answered.digest);
      originals = await opened.again();
      expect(await originals.unanswered()).toEqual([
        { facility: station, digest: early.digest },
        { facility: station, digest: late.digest },
      ]);
      expect(await originals.open(station, early.digest)).toMatchObject({ idempotencyKey: 'k1' });
      originals.answered(station, early.digest);
      originals.answered(station, late.digest);
      originals = await opened.again();
      expect(await originals.unanswered()).toEqual([]);
      expect(await originals.open(station, early.digest)).not.toHaveProperty('idempotencyKey');
    });

    it('is found by the beginning of its digest as long as it waits', async () => {
      const one = originalOf('one');
      await originals.keep(one);
      await originals.keep(originalOf('two'));
      const begin = one.digest.slice(0, 32);
      expect(await originals.waiting(station, begin)).toMatchObject({ digest: one.digest });
      expect(await originals.waiting('08Z12' as typeof station, begin)).toBeUndefined();
      expect(await originals.waiting(station, digestOf(Buffer.from('three')).slice(0, 32))).toBeUndefined();
      originals.answered(station, one.digest);
      originals = await opened.again();
      expect(await originals.waiting(station, begin)).toBeUndefined();
    });

    it('waits again when it is kept again right after its answer', async () => {
      const one = originalOf('one');
      await originals.keep(one);
      originals.answered(station, one.digest);
      await originals.keep({ ...one, idempotencyKey: 'k2' });
      originals = await opened.again();
      expect(await originals.unanswered()).toEqual([{ facility: station, digest: one.digest }]);
      expect(await originals.open(station, one.digest)).toMatchObject({ idempotencyKey: 'k2' });
    });
  });
}
