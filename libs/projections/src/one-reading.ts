/** What belongs together is read from one and the same view, though it is exchanged in between. */
import { AsyncLocalStorage } from 'node:async_hooks';

/** By reader, what it has begun to read from, and when. */
export type Reading = Map<object, { readonly from: object; readonly since: number }>;

const readings = new AsyncLocalStorage<Reading>();

/**
 * Runs the work; what it reads of a view in several queries comes from one and the same generation of it: rows found by one
 * query are those that the next one finds by their numbers. A reading that lasts longer than the host keeps a generation that
 * was replaced (10 s) goes on with the new one.
 */
export function asOneReading<Result>(work: () => Result): Result {
  return readings.run(new Map(), work);
}

/** That of the caller, when there is one. */
export const currentReading = (): Reading | undefined => readings.getStore();
