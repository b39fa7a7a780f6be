import type { EventFilter, EventStore, Position, RecordedEvent } from '#event-store/event-store.js';
import { PositionWaiters } from './position-waiters.js';

export interface InMemoryViewOptions {
  readonly filter: EventFilter;
  /** Called once for every event, in order. What it throws ends the view: see {@link InMemoryView.ended}. */
  readonly apply: (event: RecordedEvent) => void;
  /** Ends the view. */
  readonly signal: AbortSignal;
}

export interface InMemoryView {
  /** Everything up to here has been applied. */
  readonly position: Position;
  /** True as soon as everything up to the position has been applied; false when the time is over first. */
  waitFor(position: Position, timeoutMs: number): Promise<boolean>;
  /** Resolves when the signal or the closing of the store has ended the view; rejects when an event could not be applied. */
  readonly ended: Promise<void>;
}

/**
 * Keeps something small up to date from the log in the caller's own memory: read from the beginning at every start, then
 * live. Resolves when it has caught up.
 * @throws whatever `apply` or the store throws before that
 */
export function inMemoryView(
  store: Pick<EventStore, 'subscribe'>,
  options: InMemoryViewOptions,
): Promise<InMemoryView> {
  const { filter, apply, signal } = options;
  const waiters = new PositionWaiters(0);
  return new Promise<InMemoryView>((resolve, reject) => {
    const follow = async (): Promise<void> => {
      let live = false;
      for await (const batch of store.subscribe({ filter, signal })) {
        for (const event of batch.events) apply(event);
        waiters.advance(batch.position);
        if (batch.caughtUp && !live) resolve(viewUntil(ended));
        live ||= batch.caughtUp;
      }
    };
    const ended = follow().finally(() => waiters.stop());
    ended.then(() => reject(new Error('The view was ended before it had caught up')), reject);
  });

  /** Has a promise of its own for the end: what goes wrong after the view was handed over is its owner's to handle. */
  function viewUntil(end: Promise<void>): InMemoryView {
    return {
      get position() {
        return waiters.position;
      },
      waitFor: (position, timeoutMs) => waiters.waitFor(position, timeoutMs),
      ended: end.then(() => undefined),
    };
  }
}
