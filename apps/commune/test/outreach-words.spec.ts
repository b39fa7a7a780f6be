import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const folder = new URL('../public/outreach/', import.meta.url);
const text = (name: string): string => readFileSync(new URL(name, folder), 'utf8');
const sources = readdirSync(folder)
  .filter((name) => /\.(js|html)$/.test(name) && name !== 'words.js')
  .map(text)
  .join('\n');
/** The page's words are a plain list in a module for browsers: its entries are read off its text. */
const keys = new Set([...text('words.js').matchAll(/^ {2}'?([\w-]+)'?: \[/gm)].map(([, key]) => key));

describe('words of the page for screening days', () => {
  it('has every text the page asks for', () => {
    const asked = [...sources.matchAll(/\bt\('([\w-]+)'|data-t="([\w-]+)"/g)].map(([, call, mark]) => call ?? mark);
    expect(asked.length).toBeGreaterThan(20);
    expect(asked.filter((key) => !keys.has(key))).toEqual([]);
  });
});
