import { describe, expect, it } from '@jest/globals';
import { sensitiveClassesIn, sensitiveClassOf } from './sensitive-classes.js';

describe('the sensitive class of a code', () => {
  it.each(['B20', 'B20.1', 'B24', 'b23', 'R75', 'Z21', 'F02.4', 'F024', 'O98.7', 'Z11.4', ' Z21 '])(
    '%s is HIV',
    (code) => expect(sensitiveClassOf(code)).toBe('hiv'),
  );
  it.each(['F20', 'F32.1', 'F10.2', 'F99', 'F04', 'F06.3', 'F70', 'X60', 'X84', 'Z91.5', 'F16', 'F18'])(
    '%s is mental health',
    (code) => expect(sensitiveClassOf(code)).toBe('mental-health'),
  );
  it.each(['B19', 'B25', 'I10', 'F00.1', 'F03', 'F05', 'F17.2', 'Z20', 'Z11', 'R74', 'X59', 'X85', 'E11', '', 'F'])(
    '%s is of none',
    (code) => expect(sensitiveClassOf(code)).toBeUndefined(),
  );
});

describe('the sensitive classes words tell of', () => {
  it.each([
    ['Xét nghiệm HIV Ab test nhanh: âm tính', ['hiv']],
    ['Đang điều trị ARV phác đồ TLD', ['hiv']],
    ['Giai đoạn trầm cảm nặng', ['mental-health']],
    ['TRẦM CẢM, HIV', ['hiv', 'mental-health']],
    ['Trầm cảm'.normalize('NFD'), ['mental-health']],
    ['Nghiện thuốc lá', []],
    ['Tăng huyết áp, chivas, arvelle', []],
    ['', []],
  ])('%s', (words, classes) => expect(sensitiveClassesIn(words)).toEqual(classes));
});
