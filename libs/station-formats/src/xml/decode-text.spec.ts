import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeBase64, decodeUtf8 } from './decode-text.js';

const encodingFault = expect.objectContaining({ code: 'wrong-encoding' });
const caught = (bytes: Uint8Array): unknown => {
  try {
    return decodeUtf8(bytes);
  } catch (fault) {
    return fault;
  }
};

describe('decodeUtf8', () => {
  it('reads UTF-8 with and without byte-order mark', () => {
    expect(decodeUtf8(Buffer.from('<A>Hà Giang</A>'))).toBe('<A>Hà Giang</A>');
    expect(decodeUtf8(Buffer.from('\uFEFF<A>Hà Giang</A>'))).toBe('<A>Hà Giang</A>');
  });

  it('reads a view into a larger buffer', () => {
    expect(decodeUtf8(new Uint8Array(Buffer.from('xx<A/>xx')).subarray(2, 6))).toBe('<A/>');
  });

  it('refuses UTF-16 in either order, with or without mark, and what is not UTF-8', () => {
    const utf16 = Buffer.from('<A>Hà</A>', 'utf16le');
    expect(caught(utf16)).toEqual(encodingFault);
    expect(caught(Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]))).toEqual(encodingFault);
    expect(caught(Buffer.from(utf16).swap16())).toEqual(encodingFault);
    expect(caught(Buffer.from([0x3c, 0x41, 0xe0, 0x3e]))).toEqual(encodingFault);
    expect(caught(Buffer.from('Hà', 'latin1'))).toEqual(encodingFault);
  });
});

describe('decodeBase64', () => {
  it('reads what was encoded, whatever blanks stand in it, padded or not', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom('', '\n', '\r\n', ' ', '\t'),
        fc.boolean(),
        (bytes, blank, padded) => {
          const encoded = Buffer.from(bytes).toString('base64');
          const text = (padded ? encoded : encoded.replaceAll('=', '')).replaceAll(/.{20}/g, (part) => part + blank);
          expect(decodeBase64(text)?.equals(bytes)).toBe(true);
        },
      ),
    );
  });

  it('refuses everything else', () => {
    for (const text of ['<A/>', 'QUJD*', 'QUJDR', 'QQ==QQ==', 'QUJ\u0001', 'Hà=', 'QUJD\u00A0'])
      expect(decodeBase64(text)).toBeUndefined();
  });
});
