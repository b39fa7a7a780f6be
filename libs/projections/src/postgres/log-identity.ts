import type { EventStore } from '#event-store/event-store.js';

/** What tells one log from another: the id of its first event. `undefined` while there is none. */
export async function logIdentity(events: Pick<EventStore, 'readAll'>): Promise<string | undefined> {
  for await (const batch of events.readAll({ batchSize: 1 })) {
    const [first] = batch.events;
    if (first !== undefined) return first.id;
  }
  return undefined;
}
