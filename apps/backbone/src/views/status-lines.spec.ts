import { describe, expect, it } from '@jest/globals';
import { buildLine, linesOf } from './status-lines.js';

const live = {
  name: 'receipts',
  version: 3,
  generation: 1,
  position: 40,
  logPosition: 40,
  delayMs: 0,
  setAside: 0,
  state: 'live',
} as const;
const build = {
  version: 3,
  reason: 'rebuild',
  position: 999,
  logPosition: 1_000,
  setAside: 0,
  failing: false,
} as const;

describe('what the command says of a view', () => {
  it('is one line for one that is up to date', () => {
    expect(linesOf(live)).toEqual(['receipts             v3  40/40  cập nhật / live']);
  });

  it('names the delay and what was set aside, and shows what is being built', () => {
    const [line, second] = linesOf({ ...live, state: 'catching-up', delayMs: 400_000, setAside: 2, build });
    expect(line).toContain('trễ / behind 7 min · để riêng / set aside 2');
    expect(second).toBe('  receipts → v3 · 999/1000 (99 %)');
  });

  it('says pace and time left once they are known, and that it cannot go on', () => {
    const known = { ...build, perSecond: 20_410.6, secondsLeft: 8_000, setAside: 1, failing: true };
    expect(buildLine('receipts', known)).toBe(
      'receipts → v3 · 999/1000 (99 %) · 20411/s · còn / left 2.2 h · để riêng / set aside 1 · đang lỗi, sẽ thử lại / failing, tried again',
    );
  });

  it('is whole for an empty log, never before the last event', () => {
    expect(buildLine('receipts', { ...build, position: 0, logPosition: 0 })).toContain('(100 %)');
    expect(buildLine('receipts', { ...build, position: 9_999, logPosition: 10_000 })).toContain('(99 %)');
  });
});
