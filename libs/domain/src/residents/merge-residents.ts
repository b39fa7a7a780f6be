/**
 * Two records of one person become one, and two again. A transaction covers one stream, so each is two steps, and each step is
 * decided on its own stream:
 *
 * - merge: the record that joins says so (`ResidentJoined`), it can be joined to one other at a time; then the record that goes on
 *   takes it (`ResidentsMerged`), unless it is itself joined to another, or about to be;
 * - unmerge: the record that went on ends the merge (`ResidentsUnmerged`), for good, even one that was never finished; then the
 *   other stands by itself again (`ResidentSeparated`).
 *
 * No ring can arise, not even by steps of many at the same moment: a record takes others only while it has not joined, so in a ring
 * each would have joined before the next; and it is free to join again only when its merge has ended. What was cut off between the
 * steps is finished by asking again; where the second step of a merge is refused, it is unmerged.
 */
import type { ResidentId } from '../ids.js';
import type { ResidentState } from './resident.js';
import type { ResidentEvent } from './resident-events.js';

export interface MergePair {
  /** The record that goes on. */
  readonly resident: ResidentId;
  /** The record that is, or is to be, a part of it. */
  readonly joined: ResidentId;
  /** Names this merge; chosen when it is begun, then what the joined record says: see {@link linkBetween}. */
  readonly link: string;
  readonly reason: string;
}

export type MergeRefusal =
  | 'same-record'
  | 'unknown-resident'
  /** The record that should join belongs to another already. */
  | 'joined-to-another'
  /** The record that should go on belongs to another: merge with that one. */
  | 'not-the-surviving-record'
  | 'not-merged';

export type MergeDecision =
  | { readonly outcome: 'events'; readonly events: readonly ResidentEvent[] }
  | { readonly outcome: 'unchanged' }
  | { readonly outcome: 'refused'; readonly reason: MergeRefusal };

/** Step 1 of a merge, on the record that joins. */
export function decideJoin({ resident, joined, link, reason }: MergePair, state: ResidentState): MergeDecision {
  if (resident === joined) return refused('same-record');
  if (state.status === 'unknown') return refused('unknown-resident');
  if (state.joinedInto?.resident === resident) return { outcome: 'unchanged' };
  if (state.joinedInto !== undefined) return refused('joined-to-another');
  return made({ type: 'ResidentJoined', data: { resident: joined, into: resident, link, reason } });
}

/** The link by which the joined record is, or is about to be, part of the other. */
export function linkBetween(resident: ResidentId, joined: ResidentState): string | undefined {
  if (joined.status === 'unknown' || joined.joinedInto?.resident !== resident) return undefined;
  return joined.joinedInto.link;
}

/** Step 2 of a merge, on the record that goes on. */
export function decideMerge({ resident, joined, link, reason }: MergePair, state: ResidentState): MergeDecision {
  if (state.status === 'unknown') return refused('unknown-resident');
  if (state.joined?.[link] !== undefined) return { outcome: 'unchanged' };
  if (state.endedLinks?.includes(link)) return refused('not-merged');
  if (state.joinedInto !== undefined) return refused('not-the-surviving-record');
  return made({ type: 'ResidentsMerged', data: { resident, joined, link, reason } });
}

/** Step 1 of taking a merge back, on the record that went on. */
export function decideUnmerge({ resident, joined, link, reason }: MergePair, state: ResidentState): MergeDecision {
  if (state.status === 'unknown') return refused('unknown-resident');
  if (state.endedLinks?.includes(link)) return { outcome: 'unchanged' };
  return made({ type: 'ResidentsUnmerged', data: { resident, separated: joined, link, reason } });
}

/** Step 2 of taking a merge back, on the record that had joined. */
export function decideSeparate({ resident, joined, link, reason }: MergePair, state: ResidentState): MergeDecision {
  if (linkBetween(resident, state) !== link) return { outcome: 'unchanged' };
  return made({ type: 'ResidentSeparated', data: { resident: joined, from: resident, link, reason } });
}

const refused = (reason: MergeRefusal): MergeDecision => ({ outcome: 'refused', reason });
const made = (event: ResidentEvent): MergeDecision => ({ outcome: 'events', events: [event] });
