import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { referralStatuses } from '#fhir/referrals/referral-content.js';

const folder = new URL('../../public/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8');
const files = readdirSync(folder).filter((name) => /\.(js|html)$/.test(name) && name !== 'words.js');
const sources = files.map(read).join('\n');
const css = read('record.css');

/** The pages' words are a plain list in a module for browsers: its entries are read off its text. */
const keys = new Set([...read('words.js').matchAll(/^ {2}'?([\w-]+)'?: \[/gm)].map(([, key]) => key));

describe('words of the record pages', () => {
  it('has every text the pages ask for', () => {
    const asked = [...sources.matchAll(/\bt\('([\w-]+)'|data-t(?:-label)?="([\w-]+)"/g)].map(
      ([, call, mark]) => call ?? mark,
    );
    expect(asked.length).toBeGreaterThan(100);
    expect(asked.filter((key) => !keys.has(key))).toEqual([]);
  });

  it('has no text that nobody asks for', () => {
    // Those of codes are asked for by their prefix.
    const prefixes = [...sources.matchAll(/\bt\(`([\w-]+-)\$\{/g), ...sources.matchAll(/`([\w-]+-)\$\{/g)].map(
      ([, one]) => one ?? '',
    );
    const unused = [...keys].filter(
      (key) =>
        key &&
        !sources.includes(`'${key}'`) &&
        !sources.includes(`"${key}"`) &&
        !prefixes.some((one) => key.startsWith(one)),
    );
    expect(unused).toEqual([]);
  });

  it('has a name for every kind of event that the record is made of', () => {
    const evolve = readFileSync(new URL('../../src/projection/evolve.js', import.meta.url), 'utf8');
    const types = new Set([...evolve.matchAll(/case '([A-Z]\w+)'/g)].map(([, type]) => type ?? ''));
    expect(types.size).toBeGreaterThan(30);
    const named = [...types].filter((type) => !type.startsWith('Facility'));
    expect(named.filter((type) => !keys.has(`event-${type}`))).toEqual([]);
    const told = [...keys].filter((key) => key?.startsWith('event-')).map((key) => key?.slice('event-'.length) ?? '');
    expect(told.filter((type) => !types.has(type))).toEqual([]);
  });

  it('colours no state of a referral that there is not', () => {
    const states = [...css.matchAll(/state-([\w-]+)/g)].map(([, state]) => state ?? '');
    expect(states.filter((state) => !Object.hasOwn(referralStatuses, state))).toEqual([]);
  });
});
