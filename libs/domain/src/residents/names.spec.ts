import { describe, expect, it } from '@jest/globals';
import { foldName, fullerSpelling, namesAgree } from './names.js';

describe('a name', () => {
  it('is the same in any writing', () => {
    expect(foldName('  Đặng  Thị HƯƠNG ')).toBe('dang thi huong');
    expect(foldName('Đặng Thị Hương'.normalize('NFD'))).toBe(foldName('Đặng Thị Hương'));
    expect(foldName('Y-Moan Ênuôl')).toBe('y moan enuol');
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
