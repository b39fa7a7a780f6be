import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { statusWords, stepWords } from '../src/referral-words.js';

const folder = new URL('../public/', import.meta.url);
const sources = readdirSync(folder)
  .filter((name) => /\.(js|html)$/.test(name) && name !== 'words.js')
  .map((name) => readFileSync(new URL(name, folder), 'utf8'))
  .join('\n');

/** The page's words are a plain list in a module for browsers: its entries are read off its text. */
const keys = new Set(
  [...readFileSync(new URL('words.js', folder), 'utf8').matchAll(/^ {2}'?([\w-]+)'?: \[/gm)].map(([, key]) => key),
);

describe('words of the inbox', () => {
  it('has every state and every step a person may take, in the words of the service', () => {
    const text = readFileSync(new URL('words.js', folder), 'utf8');
    for (const [status, { vi, en }] of Object.entries(statusWords)) {
      if (status !== 'unknown') expect(text).toContain(`'state-${status}': ['${vi}', '${en}']`);
    }
    for (const [step, { vi, en }] of Object.entries(stepWords)) {
      if (step === 'issue' || step === 'expire') continue;
      expect(text).toContain(`'step-${step}': ['${vi}', '${en}']`);
      expect(keys).toContain(`guide-${step}`);
    }
  });

  it('has every text the page asks for', () => {
    const asked = [...sources.matchAll(/\bt\('([\w-]+)'|data-t="([\w-]+)"|(?:label|empty): '([\w-]+)'/g)].map(
      ([, call, mark, field]) => call ?? mark ?? field,
    );
    expect(asked.length).toBeGreaterThan(50);
    expect(asked.filter((key) => !keys.has(key))).toEqual([]);
  });
});
