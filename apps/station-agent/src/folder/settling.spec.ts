import { describe, expect, it } from '@jest/globals';
import { look, type Settling, type Sighting } from './settling.js';

const times = { stillMs: 2_000, cutOffMs: 60_000 };
const file = (name: string, size: number, modified = 0): Sighting => ({ name, size, modified });

/** What is taken at each look; looks are a second apart. */
function looks(...seen: readonly (readonly Sighting[])[]): readonly (readonly string[])[] {
  let settling: Settling = new Map();
  return seen.map((sightings, index) => {
    const { settling: next, still } = look(settling, sightings, index * 1_000, times);
    settling = next;
    return still.map(({ name }) => name);
  });
}

describe('a file is taken', () => {
  it('when it has stood still for two seconds', () => {
    const a = [file('a.xml', 10)];
    expect(looks(a, a, a)).toEqual([[], [], ['a.xml']]);
  });

  it('only when it grows no more', () => {
    expect(
      looks([file('a.xml', 1)], [file('a.xml', 2)], [file('a.xml', 3)], [file('a.xml', 3)], [file('a.xml', 3)]),
    ).toEqual([[], [], [], [], ['a.xml']]);
  });

  it('only when it is written over no more, at the same size', () => {
    expect(looks([file('a.xml', 1, 1)], [file('a.xml', 1, 2)], [file('a.xml', 1, 3)], [file('a.xml', 1, 3)])).toEqual([
      [],
      [],
      [],
      [],
    ]);
  });

  it('as a new one when it was gone between', () => {
    const a = [file('a.xml', 10)];
    expect(looks(a, a, [], a, a, a)).toEqual([[], [], [], [], [], ['a.xml']]);
  });

  it('after those that were finished before it', () => {
    const seen = [file('b.xml', 1, 5), file('a.xml', 1, 5), file('c.xml', 1, 4)];
    expect(looks(seen, seen, seen)[2]).toEqual(['c.xml', 'a.xml', 'b.xml']);
  });
});
