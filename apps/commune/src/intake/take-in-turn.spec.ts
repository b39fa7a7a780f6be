import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { takeInTurn } from './take-in-turn.js';

interface Task {
  readonly lanes: readonly string[];
  /** Turns of the event loop it takes. */
  readonly turns: number;
}

const task: fc.Arbitrary<Task> = fc.record({
  lanes: fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 2 }),
  turns: fc.nat(4),
});

describe('what is taken in turn', () => {
  it('keeps the order of those that share a lane, and of the results, and is bounded', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(task, { maxLength: 60 }), async (tasks) => {
        const begun = new Map<string, number[]>();
        const busy = new Set<string>();
        let underWay = 0;
        let asked = 0;
        let done = 0;
        let most = 0;
        function* items(): Generator<Task> {
          for (const one of tasks) {
            asked += 1;
            most = Math.max(most, asked - done);
            yield one;
          }
        }
        const results = await takeInTurn(items(), {
          lanesOf: ({ lanes }) => lanes,
          take: async ({ lanes, turns }, index) => {
            underWay += 1;
            for (const lane of new Set(lanes)) {
              expect(busy.has(lane)).toBe(false);
              busy.add(lane);
              begun.set(lane, [...(begun.get(lane) ?? []), index]);
            }
            for (let turn = 0; turn < turns; turn += 1) await nextTurn();
            for (const lane of lanes) busy.delete(lane);
            underWay -= 1;
            done += 1;
            return index;
          },
        });
        expect(results).toEqual(tasks.map((_, index) => index));
        for (const order of begun.values()) expect(order).toEqual(order.toSorted((a, b) => a - b));
        expect(underWay).toBe(0);
        expect(most).toBeLessThanOrEqual(17);
      }),
      { numRuns: 50 },
    );
  });

  it('works on several at once where it may', async () => {
    let underWay = 0;
    let most = 0;
    await takeInTurn(['a', 'b', 'c', 'd'], {
      lanesOf: (item) => [item],
      take: async () => {
        most = Math.max(most, ++underWay);
        await nextTurn();
        underWay -= 1;
      },
    });
    expect(most).toBe(4);
  });

  it('begins no other once one has failed, and says why when those under way have ended', async () => {
    const ended: number[] = [];
    const taking = takeInTurn(
      Array.from({ length: 100 }, (_, index) => index),
      {
        lanesOf: () => [],
        take: async (item) => {
          await nextTurn();
          if (item === 3) throw new Error('three');
          await nextTurn();
          ended.push(item);
        },
      },
    );
    await expect(taking).rejects.toThrow('three');
    const then = ended.length;
    await nextTurn();
    await nextTurn();
    expect(ended).toHaveLength(then);
    expect(then).toBeLessThan(40);
  });
});
