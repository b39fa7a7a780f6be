import type { EventStore, Position, RecordedEvent } from '#event-store/event-store.js';

/** What views need of the log, on any engine. */
export type ProjectedLog = Pick<EventStore, 'readAll' | 'subscribe' | 'head'>;

/** What tells one log from another: the id of its first event. `undefined` while there is none. */
export async function logIdentity(log: Pick<ProjectedLog, 'readAll'>): Promise<string | undefined> {
  return (await firstAfter(log, 0))?.id;
}

export async function firstAfter(
  log: Pick<ProjectedLog, 'readAll'>,
  after: Position,
): Promise<RecordedEvent | undefined> {
  for await (const batch of log.readAll({ after, batchSize: 1 })) {
    const [first] = batch.events;
    if (first !== undefined) return first;
  }
  return undefined;
}
