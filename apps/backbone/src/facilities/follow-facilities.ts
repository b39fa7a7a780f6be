import type { FacilityEvent } from '#domain/facilities/facility-events.js';
import { FacilityRegister } from '#domain/facilities/facility-register.js';
import type { EventStore, Position } from '#event-store/event-store.js';

export interface FollowedFacilities {
  readonly register: FacilityRegister;
  /** Resolves when the register knows everything up to a position of the log. */
  waitFor(position: Position): Promise<void>;
  stop(): Promise<void>;
}

/** A register that follows the log; when this resolves it knows every facility that is in the log. */
export async function followFacilities(events: EventStore): Promise<FollowedFacilities> {
  const register = new FacilityRegister();
  const ended = new AbortController();
  let reached: Position = 0;
  let advanced = Promise.withResolvers<void>();
  const following = (async () => {
    for await (const batch of events.subscribe({ filter: { categories: ['facility'] }, signal: ended.signal })) {
      for (const { type, data } of batch.events) register.apply({ type, data } as FacilityEvent);
      reached = batch.position;
      advanced.resolve();
      advanced = Promise.withResolvers();
    }
  })();
  const waitFor = async (position: Position): Promise<void> => {
    while (reached < position) await Promise.race([advanced.promise, following]);
  };
  await waitFor(await events.head());
  return {
    register,
    waitFor,
    stop: async () => {
      ended.abort();
      await following;
    },
  };
}
