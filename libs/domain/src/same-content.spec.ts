import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sameContent } from './same-content.js';

describe('same content', () => {
  it('outlives writing and reading as JSON, whatever the order of the fields', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(sameContent(value, JSON.parse(JSON.stringify(value)))).toBe(true);
      }),
    );
    expect(sameContent({ a: 1, b: [1, { c: 2 }] }, { b: [1, { c: 2 }], a: 1 })).toBe(true);
    expect(sameContent({ a: 1, b: undefined }, { a: 1 })).toBe(true);
  });

  it.each([
    [{ a: 1 }, { a: 2 }],
    [{ a: 1 }, {}],
    [
      [1, 2],
      [2, 1],
    ],
    [[1], { 0: 1 }],
    [null, {}],
    ['1', 1],
  ])('%j is not %j', (a, b) => {
    expect(sameContent(a, b)).toBe(false);
    expect(sameContent(b, a)).toBe(false);
  });
});
