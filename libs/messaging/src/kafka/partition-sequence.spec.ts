import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { type PartitionPlace, placeMessages, type Sequenced } from './partition-sequence.js';

/** What a relay sends: positions of the log, each naming the one before. */
function chain(sequences: readonly number[]): readonly Omit<Sequenced, 'offset'>[] {
  return sequences.map((sequence, i) => ({ sequence, previous: sequences[i - 1] ?? 0 }));
}

const start: PartitionPlace = { sequence: 0, nextOffset: 0n };

describe('placeMessages', () => {
  it('applies what follows, drops repeats, holds back what came too early', () => {
    const sent = chain([3, 8, 9]).map((message, offset) => ({ ...message, offset: BigInt(offset) }));
    const [three, eight, nine] = sent as [Sequenced, Sequenced, Sequenced];
    const first = placeMessages(start, [], [three, { ...nine, offset: 1n }], 2n);
    expect(first.due).toEqual([three]);
    expect(first.waiting).toEqual([{ ...nine, offset: 1n }]);
    expect(first.place).toEqual({ sequence: 3, nextOffset: 1n });
    const second = placeMessages(
      first.place,
      first.waiting,
      [
        { ...eight, offset: 2n },
        { ...three, offset: 3n },
      ],
      4n,
    );
    expect(second.due.map(({ sequence }) => sequence)).toEqual([8, 9]);
    expect(second.waiting).toEqual([]);
    expect(second.place).toEqual({ sequence: 9, nextOffset: 4n });
  });

  it('takes a message whose predecessor was a repeat sent under another name', () => {
    const { due } = placeMessages(
      { sequence: 20, nextOffset: 4n },
      [],
      [{ sequence: 25, previous: 17, offset: 4n }],
      5n,
    );
    expect(due).toHaveLength(1);
  });

  it('gives every message once and in order, however it was shuffled, repeated, cut into batches or begun again', () => {
    const scenario = fc
      .uniqueArray(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 40 })
      .map((numbers) => chain(numbers.toSorted((a, b) => a - b)))
      .chain((sent) =>
        fc.record({
          sent: fc.constant(sent),
          repeats: fc.array(fc.nat({ max: sent.length - 1 }), { maxLength: 20 }),
          order: fc.array(fc.nat(), { minLength: sent.length + 20, maxLength: sent.length + 20 }),
          batch: fc.integer({ min: 1, max: 7 }),
          crashes: fc.array(fc.boolean(), { maxLength: 30 }),
        }),
      );
    fc.assert(
      fc.property(scenario, ({ sent, repeats, order, batch, crashes }) => {
        const all = [...sent, ...repeats.flatMap((i) => sent[i] ?? [])];
        const log = all
          .map((message, i) => ({ message, key: order[i] ?? 0 }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ message }, offset) => ({ ...message, offset: BigInt(offset) }));
        const applied: number[] = [];
        let place = start;
        let waiting: readonly Sequenced[] = [];
        let offset = 0n;
        for (let turn = 0; offset < BigInt(log.length); turn += 1) {
          // A crash loses what waited in memory; reading goes on from the stored place.
          if (crashes[turn]) [waiting, offset] = [[], place.nextOffset];
          const arrived = log.slice(Number(offset), Number(offset) + batch);
          const placed = placeMessages(place, waiting, arrived, offset + BigInt(arrived.length));
          applied.push(...placed.due.map(({ sequence }) => sequence));
          ({ place, waiting } = placed);
          offset += BigInt(arrived.length);
        }
        expect(applied).toEqual(sent.map(({ sequence }) => sequence));
        expect(waiting).toEqual([]);
        expect(place.nextOffset).toBe(BigInt(log.length));
      }),
    );
  });
});
