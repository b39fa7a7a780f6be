import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { PageTokens } from './page-token.js';

const refused = expect.objectContaining({ status: 400, code: 'value' });
const tokens = new PageTokens(new Uint8Array(32).fill(1));

describe('a page link', () => {
  it('carries the search and the place in it', () => {
    const token = tokens.write('name=B%C3%ACnh', ['binh', 42, 'c-I10']);
    expect(tokens.read(token)).toEqual({ query: 'name=B%C3%ACnh', after: ['binh', 42, 'c-I10'] });
  });

  it('shows nobody the row it ends at: it may be of a resident the caller may not read', () => {
    const token = tokens.write('given=binh', ['binh chau van', 42]);
    expect(`${token} ${Buffer.from(token, 'base64url').toString('latin1')}`).not.toContain('chau');
    expect(() => new PageTokens(new Uint8Array(32)).read(token)).toThrow(refused);
  });

  it('is refused when it is anything else, or changed', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => tokens.read(text)).toThrow(refused);
      }),
    );
    const token = tokens.write('given=binh', ['binh', 1]);
    for (const at of [0, 15, 30, token.length - 1]) {
      const other = `${token.slice(0, at)}${token[at] === 'A' ? 'Q' : 'A'}${token.slice(at + 1)}`;
      if (Buffer.from(other, 'base64url').equals(Buffer.from(token, 'base64url'))) continue;
      expect(() => tokens.read(other)).toThrow(refused);
    }
  });
});
