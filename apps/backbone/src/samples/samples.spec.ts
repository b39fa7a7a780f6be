import { describe, expect, it } from '@jest/globals';
import { Progress } from './progress.js';

function drawn(isTTY: boolean, total: number): string {
  let text = '';
  const progress = new Progress('Mẫu', total, { isTTY, write: (part: string | Uint8Array) => ((text += String(part)), true) });
  for (let n = 0; n < total; n += 1) progress.advance();
  return text;
}

describe('progress', () => {
  it('redraws one line on a terminal and ends it', () => {
    const lines = drawn(true, 10).split('\r');
    expect(lines).toHaveLength(12);
    expect(lines[6]).toBe(`Mẫu [${'█'.repeat(15)}${'░'.repeat(15)}] 5/10`);
    expect(lines.at(-1)).toBe(`Mẫu [${'█'.repeat(30)}] 10/10\n`);
  });

  it('writes a line for each quarter where there is no terminal', () => {
    expect(drawn(false, 100).match(/\d+\/100/g)).toEqual(['0/100', '25/100', '50/100', '75/100', '100/100']);
  });

  it('of nothing is done at once', () => {
    expect(drawn(true, 0)).toContain('0/0\n');
  });
});
