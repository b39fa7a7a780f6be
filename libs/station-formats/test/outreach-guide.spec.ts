import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { columnGuide, outreachExample } from '../src/outreach/write-sheet.js';

const docs = new URL('../../../../docs/', import.meta.url);
const plain = (table: string): readonly string[] =>
  table.split('\n').map((line) => line.replaceAll(/\s*\|\s*/g, '|').replaceAll(/-+/g, '-'));

describe('the guide to screening days', () => {
  it.each([
    ['outreach.vi.md', 'vi'],
    ['outreach.md', 'en'],
  ] as const)('%s lists every column as the table has it', (name, language) => {
    const guide = plain(readFileSync(new URL(name, docs), 'utf8'));
    const table = plain(columnGuide(language));
    const start = guide.indexOf(table[0] ?? '');
    expect(guide.slice(start, start + table.length)).toEqual(table);
  });

  it('has an example among those for integrators', () => {
    const example = readFileSync(new URL('integrators/examples/screening-day.csv', docs), 'utf8');
    expect(example).toBe(outreachExample());
  });
});
