import { randomUUIDv7 } from 'node:crypto';
import type { FacilityCode, ResidentId } from '#domain/ids.js';
import {
  decideJoin,
  decideMerge,
  decideSeparate,
  decideUnmerge,
  linkBetween,
  type MergeDecision,
  type MergePair,
  type MergeRefusal,
} from '#domain/residents/merge-residents.js';
import { evolveResident, initialResident, type ResidentState } from '#domain/residents/resident.js';
import type { ResidentEvent } from '#domain/residents/resident-events.js';
import { decideAndAppend } from '#event-store/decide-and-append.js';
import type { EventStore, NewEvent, Position } from '#event-store/event-store.js';
import { residentStreamName } from '../identity/resident-identity.js';

/** Somebody at a screen. */
export interface Reviewer {
  readonly actor: string;
  readonly facility?: FacilityCode;
  readonly correlationId: string;
}

export type MergeResult =
  /** Where the log stood after it; 0 when nothing had to be done. */
  | { readonly outcome: 'done'; readonly position: Position }
  | { readonly outcome: 'refused'; readonly reason: MergeRefusal };

interface Step {
  readonly decision: MergeDecision;
  readonly state: ResidentState;
  readonly position: Position;
}

/** Joins two records and takes it back. Every call can be repeated: it goes on where an earlier one was cut off. */
export class ResidentMerges {
  constructor(private readonly store: EventStore) {}

  async merge(asked: Omit<MergePair, 'link'>, by: Reviewer): Promise<MergeResult> {
    const begun = { ...asked, link: randomUUIDv7() };
    // Asked first, so that a record is not made to join one that cannot take it.
    const target = await this.#read(asked.resident);
    const possible = decideMerge(begun, target);
    if (possible.outcome === 'refused') return possible;
    const first = await this.#take(asked.joined, by, (state) => decideJoin(begun, state));
    if (first.decision.outcome === 'refused') return first.decision;
    const pair = { ...begun, link: linkBetween(asked.resident, first.state) ?? begun.link };
    const second = await this.#take(asked.resident, by, (state) => decideMerge(pair, state));
    if (second.decision.outcome === 'refused') {
      await this.#end(pair, by);
      return second.decision;
    }
    return { outcome: 'done', position: Math.max(first.position, second.position) };
  }

  async unmerge(asked: Omit<MergePair, 'link'>, by: Reviewer): Promise<MergeResult> {
    const link = linkBetween(asked.resident, await this.#read(asked.joined));
    if (link === undefined) return { outcome: 'refused', reason: 'not-merged' };
    return { outcome: 'done', position: await this.#end({ ...asked, link }, by) };
  }

  async #end(pair: MergePair, by: Reviewer): Promise<Position> {
    const first = await this.#take(pair.resident, by, (state) => decideUnmerge(pair, state));
    const second = await this.#take(pair.joined, by, (state) => decideSeparate(pair, state));
    return Math.max(first.position, second.position);
  }

  async #read(resident: ResidentId): Promise<ResidentState> {
    const events = await this.store.readStream(residentStreamName(resident));
    return events.reduce<ResidentState>((state, event) => evolveResident(state, event as never), initialResident);
  }

  async #take(resident: ResidentId, by: Reviewer, decide: (state: ResidentState) => MergeDecision): Promise<Step> {
    const { outcome, before, appended } = await decideAndAppend<ResidentState, MergeDecision>(this.store, {
      stream: residentStreamName(resident),
      initialState: initialResident,
      evolve: (state, event) => evolveResident(state, event as ResidentEvent),
      decide: ({ state }) => {
        const decision = decide(state);
        return { outcome: decision, events: decision.outcome === 'events' ? newEvents(decision.events, by) : [] };
      },
    });
    const made = outcome.outcome === 'events' ? outcome.events : [];
    return { decision: outcome, state: made.reduce(evolveResident, before.state), position: appended?.position ?? 0 };
  }
}

/** Steps asked for by people have ids of version 7. */
export function newEvents(
  events: readonly { readonly type: string; readonly data: unknown }[],
  { actor, facility, correlationId }: Reviewer,
): readonly NewEvent[] {
  const occurredAt = new Date().toISOString();
  return events.map(({ type, data }) => ({
    id: randomUUIDv7(),
    type,
    data,
    metadata: {
      occurredAt,
      actor,
      correlationId,
      ...(facility && { facility }),
      ...subjectOf(data),
    },
  }));
}

function subjectOf(data: unknown): { readonly subject?: string } {
  const resident = (data as { readonly resident?: unknown }).resident;
  return typeof resident === 'string' ? { subject: resident } : {};
}
