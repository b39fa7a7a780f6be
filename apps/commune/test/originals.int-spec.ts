import { describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedOriginals } from '../src/originals/embedded-originals.js';
import type { Original } from '../src/originals/originals.js';
import { message, station } from './intake-harness.js';

const original = (): Original => {
  const { facility, digest, contentType, receivedAt, actor, body } = message(station, 'a message');
  return { facility, digest, contentType, receivedAt, actor, body };
};

describe('originals whose file cannot be written', () => {
  it('refuse what is asked, before and after that is known, and still close', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lien-tuyen-originals-'));
    const originals = new EmbeddedOriginals(join(folder, 'not-there', 'originals.sqlite'));
    await expect(originals.keep(original())).rejects.toThrow('Originals');
    await expect(originals.keep(original())).rejects.toThrow('Originals');
    await originals.close();
    await rm(folder, { recursive: true });
  }, 5_000);
});
