import type { EventStore } from '#event-store/event-store.js';
import type { ViewStatus } from '#projections/projection.js';
import type { ViewHost } from '#projections/view-host.js';

/** A log of which only the head is asked. */
export function logAt(head: () => Promise<number>): EventStore {
  const notAsked = (): never => {
    throw new Error('only the head is asked here');
  };
  return {
    head,
    append: notAsked,
    readStream: notAsked,
    readAll: notAsked,
    subscribe: notAsked,
    close: async () => undefined,
  };
}

/** Views of which only the status is asked. */
export function viewsWith(statuses: readonly ViewStatus[]): ViewHost {
  return {
    statuses: async () => statuses,
    add: () => Promise.reject(new Error('only the status is asked here')),
    find: () => undefined,
    whileAlone: () => Promise.reject(new Error('only the status is asked here')),
    close: async () => undefined,
  };
}
