import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { makeFolder } from './make-folder.js';

let place: string;
beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'make-folder-'));
});
afterAll(() => rmSync(place, { recursive: true }));

it('makes what is missing, private, and minds nothing that is there', () => {
  const folder = join(place, 'a', 'b');
  makeFolder(folder, 0o700);
  makeFolder(folder, 0o700);
  expect([folder, join(place, 'a')].map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o700]);
});

it('says why a folder cannot be made, and comes back', () => {
  writeFileSync(join(place, 'file'), '');
  expect(() => makeFolder(join(place, 'file', 'below'), 0o700)).toThrow(/ENOTDIR/);
  expect(() => makeFolder('/proc/nowhere/data', 0o700)).toThrow(/E[A-Z]+/);
});
