import { describe, expect, it } from '@jest/globals';
import { arrayText } from './many-rows.js';

describe('values as an array', () => {
  it.each([
    [[], '{}'],
    [[1, -2.5, 9007199254740993n, null], '{1,-2.5,9007199254740993,NULL}'],
    [['', 'a', 'NULL', 'a,b', '{}', ' '], '{"","a","NULL","a,b","{}"," "}'],
    [['say "no"', 'C:\\', '{"a":"\\n"}'], '{"say \\"no\\"","C:\\\\","{\\"a\\":\\"\\\\n\\"}"}'],
    [[new Uint8Array([0, 255])], '{"\\\\x00ff"}'],
  ])('%j', (values, text) => {
    expect(arrayText(values)).toBe(text);
  });
});
