import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LocalDate } from '../dates.js';
import type { FacilityCode, ResidentId } from '../ids.js';
import {
  decideJoin,
  decideMerge,
  decideSeparate,
  decideUnmerge,
  linkBetween,
  type MergeDecision,
  type MergePair,
} from './merge-residents.js';
import { MergedResidents } from './merged-residents.js';
import { decideResident, evolveResident, initialResident, type ResidentState } from './resident.js';

const [a, b, c] = ['a', 'b', 'c'] as unknown as readonly [ResidentId, ResidentId, ResidentId];
const registered = (resident: ResidentId): ResidentState =>
  decideResident(
    {
      type: 'ObserveResident',
      resident,
      by: '08Z11' as FacilityCode,
      details: { name: 'Người Thử Nghiệm', sex: 'female' },
      identifiers: [],
      cards: [],
      observedOn: '2026-09-02' as LocalDate,
    },
    initialResident,
  ).reduce(evolveResident, initialResident);

/** Streams in memory; each step reads and appends at its own moment. */
class Streams {
  readonly #states = new Map<ResidentId, ResidentState>();
  #links = 0;
  readonly merged = new MergedResidents<ResidentId>();

  step(on: ResidentId, decide: (state: ResidentState) => MergeDecision): MergeDecision {
    const state = this.#states.get(on) ?? registered(on);
    const decision = decide(state);
    if (decision.outcome === 'events') {
      this.#states.set(on, decision.events.reduce(evolveResident, state));
      for (const { type, data } of decision.events) {
        if (type === 'ResidentsMerged') this.merged.merge(data.resident, data.joined);
        if (type === 'ResidentsUnmerged') this.merged.unmerge(data.resident, data.separated);
      }
    }
    return decision;
  }

  /** The steps of a merge, one at a time, so that others can come between. */
  *merge(resident: ResidentId, joined: ResidentId): Generator<MergeDecision> {
    const begun = { resident, joined, link: `link ${(this.#links += 1)}`, reason: '' };
    const first = this.step(joined, (state) => decideJoin(begun, state));
    yield first;
    const link = linkBetween(resident, this.#states.get(joined) ?? initialResident);
    if (first.outcome === 'refused' || link === undefined) return;
    const pair = { ...begun, link };
    const second = this.step(resident, (state) => decideMerge(pair, state));
    yield second;
    if (second.outcome === 'refused') yield* this.#end(pair);
  }

  *unmerge(resident: ResidentId, joined: ResidentId): Generator<MergeDecision> {
    const link = linkBetween(resident, this.#states.get(joined) ?? initialResident);
    if (link !== undefined) yield* this.#end({ resident, joined, link, reason: '' });
  }

  *#end(pair: MergePair): Generator<MergeDecision> {
    yield this.step(pair.resident, (state) => decideUnmerge(pair, state));
    yield this.step(pair.joined, (state) => decideSeparate(pair, state));
  }
}
const outcomes = (steps: Iterable<MergeDecision>) =>
  [...steps].map((step) => (step.outcome === 'refused' ? step.reason : step.outcome));

describe('merging', () => {
  it('follows a chain, and takes back one link of it', () => {
    const streams = new Streams();
    expect(outcomes(streams.merge(b, a))).toEqual(['events', 'events']);
    expect(outcomes(streams.merge(c, b))).toEqual(['events', 'events']);
    expect(streams.merged.survivorOf(a)).toBe(c);
    expect(streams.merged.membersOf(c)).toEqual([c, b, a]);
    expect(outcomes(streams.unmerge(c, b))).toEqual(['events', 'events']);
    expect([streams.merged.survivorOf(a), streams.merged.survivorOf(c)]).toEqual([b, c]);
  });

  it('is refused into itself, into a record that is part of another, and of one that is', () => {
    const streams = new Streams();
    expect(outcomes(streams.merge(a, a))).toEqual(['same-record']);
    void outcomes(streams.merge(b, a));
    expect(outcomes(streams.merge(c, a))).toEqual(['joined-to-another']);
    expect(outcomes(streams.merge(a, c))).toEqual(['events', 'not-the-surviving-record', 'events', 'events']);
    expect(outcomes(streams.merge(a, b))).toEqual(['events', 'not-the-surviving-record', 'events', 'events']);
    expect(outcomes(streams.merge(c, b))).toEqual(['events', 'events']);
  });

  it('cut off between its steps is finished by asking again, or taken back', () => {
    const streams = new Streams();
    streams.merge(b, a).next();
    expect(streams.merged.isEmpty).toBe(true);
    expect(outcomes(streams.merge(c, a))).toEqual(['joined-to-another']);
    expect(outcomes(streams.merge(b, a))).toEqual(['unchanged', 'events']);
    expect(outcomes(streams.merge(b, a))).toEqual(['unchanged', 'unchanged']);
    streams.merge(c, b).next();
    expect(outcomes(streams.unmerge(c, b))).toEqual(['events', 'events']);
    expect(streams.merged.survivorOf(b)).toBe(b);
  });

  it('never makes a ring, however the steps of many come between each other', () => {
    const residents = ['a', 'b', 'c', 'd'] as readonly string[] as readonly ResidentId[];
    const one = fc.constantFrom(...residents);
    const action = fc.record({ kind: fc.constantFrom('merge', 'merge', 'unmerge'), resident: one, joined: one });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 12 }), fc.infiniteStream(fc.nat(11)), (actions, order) => {
        const streams = new Streams();
        const running = actions.map(({ kind, resident, joined }) =>
          kind === 'merge' ? streams.merge(resident, joined) : streams.unmerge(resident, joined),
        );
        while (running.length > 0) {
          const index = (order.next().value ?? 0) % running.length;
          if (running[index]?.next().done) running.splice(index, 1);
          for (const resident of residents) {
            const seen = new Set<ResidentId>();
            const members = streams.merged.membersOf(streams.merged.survivorOf(resident));
            for (const member of members) expect(seen.has(member) || !seen.add(member)).toBe(false);
            expect(members).toContain(resident);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
