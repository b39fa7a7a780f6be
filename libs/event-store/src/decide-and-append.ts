import { EventIdConflict, WrongExpectedRevision } from './errors.js';
import type { AppendResult, EventStore, NewEvent, Revision, StreamName } from './event-store.js';

/** An aggregate's stream folded to its state, and where the stream stood. */
export interface Folded<State> {
  readonly state: State;
  /** -1 when the stream has no events. */
  readonly revision: Revision;
}

export interface Attempt<State, Outcome> {
  readonly stream: StreamName;
  readonly initialState: State;
  /** Folds one stored event; gets type and data as they are after upcasting. */
  readonly evolve: (state: State, event: { readonly type: string; readonly data: unknown }) => State;
  /** Decides on the state; events with ids that depend on `revision`, so that a repeat after a crash gives the same ids. */
  readonly decide: (folded: Folded<State>) => { readonly outcome: Outcome; readonly events: readonly NewEvent[] };
  /**
   * What the stream is likely to be: decided on first, without a read. Where the stream has moved on, or has the events' ids with
   * other content (a message that says two things of one stream, a step taken by an earlier release), the append is refused and
   * the stream is read. Only for a state that was read a moment ago, or for streams that are mostly new.
   */
  readonly presumed?: Folded<State>;
}

export interface Decided<State, Outcome> {
  readonly outcome: Outcome;
  /** As it was decided on. */
  readonly before: Folded<State>;
  /** Absent when nothing was appended. */
  readonly appended?: AppendResult;
}

const attempts = 20;

/** Reads a stream and folds it. */
export async function foldStream<State>(
  store: EventStore,
  stream: StreamName,
  initialState: State,
  evolve: Attempt<State, never>['evolve'],
): Promise<Folded<State>> {
  const events = await store.readStream(stream);
  return { state: events.reduce(evolve, initialState), revision: events.at(-1)?.revision ?? -1 };
}

/**
 * The write path of every aggregate: fold, decide, append at the revision decided on; a lost race is decided again.
 * @throws WrongExpectedRevision when the race is lost twenty times over
 * @throws EventIdConflict when an id decided on what was read belongs to another event
 */
export async function decideAndAppend<State, Outcome>(
  store: EventStore,
  attempt: Attempt<State, Outcome>,
): Promise<Decided<State, Outcome>> {
  const { stream, initialState, evolve, decide } = attempt;
  let { presumed } = attempt;
  for (let left = attempts; ; left -= 1) {
    const guessed = presumed !== undefined;
    const before: Folded<State> = presumed ?? (await foldStream(store, stream, initialState, evolve));
    presumed = undefined;
    const { outcome, events } = decide(before);
    if (events.length === 0) return { outcome, before };
    try {
      const appended = await store.append(stream, before.revision === -1 ? 'noStream' : before.revision, events);
      return { outcome, before, appended };
    } catch (error) {
      const stale = error instanceof WrongExpectedRevision || (guessed && error instanceof EventIdConflict);
      if (!stale || left <= 1) throw error;
    }
  }
}
