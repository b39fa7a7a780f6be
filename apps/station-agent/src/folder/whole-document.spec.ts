import { describe, expect, it } from '@jest/globals';
import { WholeDocumentCheck } from './whole-document.js';

function isWhole(...parts: readonly (string | Buffer)[]): boolean {
  const check = new WholeDocumentCheck();
  for (const part of parts) check.push(Buffer.from(part as string));
  return check.isWhole();
}

const xml = `\uFEFF<?xml version="1.0"?>\r\n<!-- <B> -->\n<A x="1">${'<B>1</B><C/>'.repeat(2_000)}</A>`;
const json = JSON.stringify({ a: [{ b: '}]"\\' }, { c: [1, 2, {}] }], d: 'ế' });

describe('a whole document', () => {
  it.each([
    ['with its root closed', xml],
    ['with white space behind', `${xml}\r\n\t `],
    ['with zeros behind', `${xml}\0\0`],
    ['with a space in its last tag', '<A><B></B></A >'],
    ['of one empty element', '<A b="c"/>\n'],
    ['in UTF-16', Buffer.from(`${xml}\r\n`, 'utf16le')],
    ['in UTF-16 without a mark', Buffer.from('<A></A>', 'utf16le')],
    ['of JSON', `${json}\n`],
    ['of a JSON list', '[{}]'],
  ])('%s', (_, content) => {
    expect(isWhole(content)).toBe(true);
  });

  it.each(['', '   ', '<', '<A', '<A>', '<?xml version="1.0"?>', '{', 'text', 'A}', '<A></AB>', '<A><B/>'])(
    'is not %j',
    (content) => {
      expect(isWhole(content)).toBe(false);
    },
  );

  it.each([
    ['XML', Buffer.from(xml)],
    ['UTF-16', Buffer.from(xml, 'utf16le')],
    ['JSON', Buffer.from(json)],
  ])('is no part of %s, wherever the writer rests', (_, bytes) => {
    const whole: number[] = [];
    const step = bytes.byteLength > 5_000 ? 97 : 1;
    for (let length = 0; length < bytes.byteLength; length += step) {
      if (isWhole(bytes.subarray(0, length))) whole.push(length);
    }
    expect(whole).toEqual([]);
    for (let middle = 1; middle < bytes.byteLength; middle += step) {
      expect(isWhole(bytes.subarray(0, middle), bytes.subarray(middle))).toBe(true);
    }
  });
});
