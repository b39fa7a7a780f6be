import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { foldName, fullerSpelling, namesAgree } from './names.js';

describe('a name', () => {
  it('is the same in any writing', () => {
    expect(foldName('  Đặng  Thị HƯƠNG ')).toBe('dang thi huong');
    expect(foldName('Đặng Thị Hương'.normalize('NFD'))).toBe(foldName('Đặng Thị Hương'));
    expect(foldName('Y-Moan Ênuôl')).toBe('y moan enuol');
  });

  it('is folded as Unicode says, whatever it is made of', () => {
    const folded = (name: string): string =>
      name
        .normalize('NFD')
        .replace(/\p{M}/gu, '')
        .replace(/[đĐ]/g, 'd')
        .toLowerCase()
        .replace(/[^\p{L}\p{N}]+/gu, ' ')
        .trim();
    const letters = [...'aAăẰâẬđĐêỆôỘơỢưỰýỸ ßİªﬁ²Ω\u0301\u0323·-\u00a0\u200b\0?9', ...'Nguyễn Thị'];
    const written = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...letters) }));
    fc.assert(
      fc.property(written, (name) => expect(foldName(name)).toBe(folded(name))),
      { numRuns: 1_000 },
    );
  });

  it('agrees with itself without diacritics, in other order, or with a slip of the pen', () => {
    expect(namesAgree('Đặng Thị Hương', 'DANG THI HUONG')).toBe(true);
    expect(namesAgree('Hương Đặng Thị', 'Đặng Thị Hương')).toBe(true);
    expect(namesAgree('Nguyễn Văn Thắng', 'Nguyen Van Thangg')).toBe(true);
  });

  it('does not agree with another name', () => {
    expect(namesAgree('Đặng Thị Hương', 'Đặng Văn Bình')).toBe(false);
    expect(namesAgree('Lê An', 'Lê Anh')).toBe(false);
  });
});

describe('of two spellings', () => {
  it('the one with diacritics says more, then the one in mixed case, then the known one', () => {
    expect(fullerSpelling('DANG THI HUONG', 'Đặng Thị Hương')).toBe('Đặng Thị Hương');
    expect(fullerSpelling('Đặng Thị Hương', 'DANG THI HUONG')).toBe('Đặng Thị Hương');
    expect(fullerSpelling('ĐẶNG THỊ HƯƠNG', 'Đặng Thị Hương')).toBe('Đặng Thị Hương');
    expect(fullerSpelling('Đặng Thị Hương', 'ĐẶNG THỊ HƯƠNG')).toBe('Đặng Thị Hương');
  });
});
