import { describe, expect, it } from '@jest/globals';
import type { RecordDocument } from '../documents.js';
import { classesIn, mayBeSensitive } from './sensitive-content.js';

const noted = (text: string): RecordDocument =>
  ({ kind: 'visit', visit: { notes: [{ text }] } }) as unknown as RecordDocument;

describe('what may tell of a sensitive class', () => {
  it.each([
    'HIV dương tính',
    'Tiền sử:\nHIV dương tính',
    'Xét nghiệm\r\n\tCD4 350',
    'uống "Efavirenz" buổi tối',
    'Kết quả: "HIV"',
    'rối loạn lo âu',
    'TRẦM CẢM',
    'Trầm cảm'.normalize('NFD'),
    'B20',
    'f32.1',
  ])('%j', (text) => {
    expect(mayBeSensitive(noted(text))).toBe(true);
    // Asked again, of what is remembered.
    expect(mayBeSensitive(noted(text))).toBe(true);
  });

  it.each(['Tăng huyết áp', 'nhival', 'I10', 'Khám lại\nsau 10 ngày', ''])('not %j', (text) => {
    expect(mayBeSensitive(noted(text))).toBe(false);
    expect(classesIn({ text }).size).toBe(0);
  });
});
