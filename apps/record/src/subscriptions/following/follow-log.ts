import type { EventStore, Position, RecordedEvent } from '#event-store/event-store.js';
import type { View } from '#projections/view-host.js';
import { type Visibility, visibilityOf } from '../../access/visibility.js';
import { FhirFault } from '../../http/fhir-fault.js';
import type { StoredDocuments } from '../../reading/stored-documents.js';
import type { EventChanges, ResourceChange, TouchedDocument } from '../reading/event-changes.js';
import { callerWith } from '../rights.js';
import type { NoticedEvent, SubscriptionRights } from '../subscription-events.js';
import { evolveSubscription, isNoticing, type SubscriptionState } from '../subscription-state.js';
import type { SubscriptionStreams } from '../subscription-streams.js';
import { subscriptionTopics } from '../topics.js';
import { concerns, type Interest, interestOf } from './matching.js';

/** Whoever has been looked at up to further back than this is written down, though nothing was for it. */
const unwrittenPositions = 20_000;
/** Most changes of one fact: an append has a largest size. */
const mostChanges = 2_000;
const batchSize = 200;
/** Whether it is to end is looked at so often while a view is waited for. */
const patienceMs = 1_000;

const ofSubscriptions = 'subscription';
const watched: readonly string[] = [...new Set(subscriptionTopics.flatMap(({ categories }) => categories))];

export interface FollowedParts {
  readonly events: Pick<EventStore, 'subscribe' | 'head'>;
  /** View of the health record. */
  readonly record: View;
  /** View of the subscriptions. */
  readonly view: View;
  readonly streams: SubscriptionStreams;
  readonly documents: StoredDocuments;
  readonly changes: EventChanges;
}

/** A subscription while the log is followed for it. */
interface Followed {
  state: SubscriptionState;
  readonly interest: Interest | undefined;
  /** Those who see the same are asked for together. */
  readonly sight: string;
  readonly visibility: Visibility | undefined;
}

/**
 * Goes through the log and writes down, for each subscription, which events are its, under which numbers. That is a fact of its own
 * stream, appended at the revision it was decided on: a process that ends in the middle, or two at once, number nothing twice
 * and skip nothing.
 */
export class FollowLog {
  readonly #parts: FollowedParts;
  readonly #followed = new Map<string, Followed>();

  constructor(parts: FollowedParts) {
    this.#parts = parts;
  }

  /** Until the signal. @throws what the engines throw; to be run again then */
  async run(signal: AbortSignal): Promise<void> {
    let after = await this.#load(signal);
    while (!signal.aborted) after = await this.#follow(after, signal);
  }

  /** Everything that is subscribed to, and where in the log to begin. */
  async #load(signal: AbortSignal): Promise<Position> {
    const { events, view } = this.#parts;
    const head = await events.head();
    await reached(view, head, signal);
    this.#followed.clear();
    const rows = await view.database.query<{ readonly body: string }>(
      'select body from subscription where noticing = 1 order by id',
    );
    for (const { body } of rows) this.#take(JSON.parse(body) as SubscriptionState);
    return this.#begin(head);
  }

  #begin(otherwise: Position): Position {
    return Math.min(otherwise, ...[...this.#followed.values()].map(({ state }) => state.through));
  }

  /** Returns, with where to go on, when somebody is to be told of something now, or nobody any more. */
  async #follow(after: Position, signal: AbortSignal): Promise<Position> {
    const idle = this.#followed.size === 0;
    // While nobody is to be told, the rest of the log is not read.
    const categories = idle ? [ofSubscriptions] : [...watched, ofSubscriptions];
    let position = after;
    for await (const batch of this.#parts.events.subscribe({ after, filter: { categories }, batchSize, signal })) {
      await this.#goThrough(batch.events, signal);
      position = batch.position;
      if (!idle) await this.#writeProgress(position);
      if (idle !== (this.#followed.size === 0)) return this.#begin(position);
    }
    return position;
  }

  async #goThrough(events: readonly RecordedEvent[], signal: AbortSignal): Promise<void> {
    let pending: RecordedEvent[] = [];
    for (const event of events) {
      if (!event.stream.startsWith(`${ofSubscriptions}-`)) {
        pending.push(event);
        continue;
      }
      await this.#notice(pending, signal);
      pending = [];
      await this.#fold(event);
    }
    await this.#notice(pending, signal);
  }

  /** A fact of a subscription, its own ones among them. */
  async #fold(event: RecordedEvent): Promise<void> {
    const id = subscriptionOf(event);
    const known = this.#followed.get(id)?.state;
    if (known && event.revision <= known.revision) return;
    const next = known?.revision === event.revision - 1 || event.revision === 0;
    const state = next ? evolveSubscription(known, event) : await this.#parts.streams.load(id);
    if (state) this.#take(state);
  }

  #take(state: SubscriptionState): void {
    if (!isNoticing(state)) {
      this.#followed.delete(state.id);
      return;
    }
    const known = this.#followed.get(state.id);
    if (known?.state.definition === state.definition) known.state = state;
    else this.#followed.set(state.id, { state, interest: interestOf(state.definition), ...sightOf(state.rights) });
  }

  /** Numbers what these events are for whom; they are one after the other in the log. */
  async #notice(events: readonly RecordedEvent[], signal: AbortSignal): Promise<void> {
    const last = events.at(-1);
    if (!last || this.#followed.size === 0) return;
    // What an event made of the record is told from the record: nobody is told of what cannot be read yet.
    await reached(this.#parts.record, last.position, signal);
    const touched = new Map(
      (await this.#parts.changes.touchedBy(events.map(({ id }) => id))).map((one) => [one.event, one]),
    );
    const persons = await this.#persons();
    for (const group of Map.groupBy(this.#followed.values(), ({ sight }) => sight).values()) {
      const [{ visibility } = { visibility: undefined }] = group;
      if (!visibility) continue;
      const wanted = new Map<Followed, readonly RecordedEvent[]>();
      for (const followed of group) wanted.set(followed, candidatesFor(followed, events, touched, persons));
      const together = new Set([...wanted.values()].flat().map(({ id }) => id));
      if (together.size === 0) continue;
      const seen = await this.#parts.changes.seen(
        [...together].flatMap((id) => touched.get(id) ?? []),
        visibility,
      );
      for (const [followed, candidates] of wanted)
        await this.#write(followed, noticed(followed, candidates, seen), last.position);
    }
  }

  /** Numbers of the records that filters name, by id. Records may have been merged: it is whoever it is now. */
  async #persons(): Promise<ReadonlyMap<string, number>> {
    const named = [...this.#followed.values()].flatMap(({ interest }) => interest?.filter.patients ?? []);
    const found = await this.#parts.documents.numbersOf(named);
    return new Map(found.flatMap(({ id, resident }) => (resident === undefined ? [] : [[id, resident] as const])));
  }

  async #write(followed: Followed, events: readonly NoticedEvent[], through: Position): Promise<void> {
    const all = parts(events);
    for (const [index, part] of all.entries()) {
      const last = index === all.length - 1 ? through : (part.at(-1)?.position ?? through);
      await this.#append(followed, last, part);
    }
  }

  async #writeProgress(position: Position): Promise<void> {
    for (const followed of this.#followed.values())
      if (position - followed.state.through >= unwrittenPositions) await this.#append(followed, position, []);
  }

  /** @throws Overtaken when somebody else has looked at events for it meanwhile */
  async #append({ state: before }: Followed, through: Position, events: readonly NoticedEvent[]): Promise<void> {
    const { id } = before;
    const known = this.#followed.get(id)?.state ?? before;
    const { state } = await this.#parts.streams.append(
      id,
      (now) => {
        if (!now || !isNoticing(now)) return [];
        if (now.through !== known.through) throw new Overtaken(`Events of subscription ${id} are numbered elsewhere`);
        return [{ type: 'EventsNoticed', data: { first: now.last + 1, through, events } }];
      },
      { known },
    );
    if (state) this.#take(state);
  }
}

/** Another replica has begun to do the same. What it has done is to be read first. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

/** Events that can be for a subscription, told from what costs little. */
function candidatesFor(
  { state, interest }: Followed,
  events: readonly RecordedEvent[],
  touched: ReadonlyMap<string, TouchedDocument>,
  persons: ReadonlyMap<string, number>,
): readonly RecordedEvent[] {
  if (!interest) return [];
  const { topic, filter } = interest;
  const end = state.definition.end === undefined ? Infinity : Date.parse(state.definition.end);
  const categories: readonly string[] = topic.categories;
  const patients: readonly unknown[] | undefined = filter.patients;
  const numbers = new Set(filter.patients?.map((id) => persons.get(id)));
  return events.filter(({ id, stream, position, recordedAt, data }) => {
    const document = touched.get(id)?.stored;
    if (!document || position <= state.through || Date.parse(recordedAt) >= end) return false;
    if (!categories.includes(stream.slice(0, stream.indexOf('-')))) return false;
    if (!patients) return true;
    // Whoever it was taken for until now is told as well.
    const { formerResident } = data as { readonly formerResident?: unknown };
    return (document.resident !== undefined && numbers.has(document.resident)) || patients.includes(formerResident);
  });
}

/** What a caller of these rights sees, and a name for it; nothing where the rights are none any more. */
function sightOf(rights: SubscriptionRights): { readonly sight: string; readonly visibility: Visibility | undefined } {
  try {
    const visibility = visibilityOf(callerWith(rights));
    return { sight: JSON.stringify(visibility), visibility };
  } catch (error) {
    if (error instanceof FhirFault) return { sight: '', visibility: undefined };
    throw error;
  }
}

function noticed(
  { interest }: Followed,
  candidates: readonly RecordedEvent[],
  seen: ReadonlyMap<string, readonly ResourceChange[]>,
): readonly NoticedEvent[] {
  if (!interest) return [];
  return candidates.flatMap(({ id: event, position, recordedAt }) => {
    const changes = (seen.get(event) ?? [])
      .filter((change) => concerns(interest, change))
      .map(({ type, id, change }) => ({ type, id, change }));
    return changes.length === 0 ? [] : [{ event, position, recordedAt, changes }];
  });
}

/** As many facts as are needed for their size; the changes of one event stay together. */
function parts(events: readonly NoticedEvent[]): readonly (readonly NoticedEvent[])[] {
  const made: NoticedEvent[][] = [];
  let room = 0;
  for (const event of events) {
    if (event.changes.length > room || made.length === 0) {
      made.push([]);
      room = mostChanges;
    }
    made.at(-1)?.push(event);
    room -= event.changes.length;
  }
  return made;
}

const subscriptionOf = ({ stream }: RecordedEvent): string =>
  decodeURIComponent(stream.slice(ofSubscriptions.length + 1));

async function reached(view: View, position: Position, signal: AbortSignal): Promise<void> {
  while (!(await view.waitFor(position, patienceMs))) signal.throwIfAborted();
}
