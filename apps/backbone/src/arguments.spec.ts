import { describe, expect, it } from '@jest/globals';
import { parseStartArguments } from './arguments.js';
import { WrongUse } from './cli/output.js';

describe('npm start', () => {
  it('loads the samples and prints tokens unless told otherwise', () => {
    expect(parseStartArguments([], '/here')).toEqual({ empty: false, tokens: true, help: false });
    expect(parseStartArguments(['--empty', '--no-tokens'], '/here')).toEqual({
      empty: true,
      tokens: false,
      help: false,
    });
  });

  it('finds the table from the folder it was called in', () => {
    expect(parseStartArguments(['--facilities', 'own.tsv'], '/here').facilities).toBe('/here/own.tsv');
    expect(parseStartArguments(['--facilities=/there/own.tsv'], '/here').facilities).toBe('/there/own.tsv');
  });

  it.each([[['--emtpy']], [['--facilities']], [['own.tsv']]])('refuses %j and shows how', (parameters) => {
    expect(() => parseStartArguments(parameters, '/here')).toThrow(WrongUse);
    expect(() => parseStartArguments(parameters, '/here')).toThrow('npm start -- ');
  });
});
