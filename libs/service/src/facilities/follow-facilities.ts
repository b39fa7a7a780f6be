import type { FacilityEvent } from '#domain/facilities/facility-events.js';
import { FacilityRegister } from '#domain/facilities/facility-register.js';
import type { EventStore, Position } from '#event-store/event-store.js';
import { inMemoryView } from '#projections/in-memory-view.js';

export interface FollowedFacilities {
  readonly register: FacilityRegister;
  /** True as soon as the register knows everything up to a position of the log. */
  waitFor(position: Position, timeoutMs: number): Promise<boolean>;
  stop(): Promise<void>;
}

/** A register that follows the log; when this resolves it knows every facility that is in the log. */
export async function followFacilities(events: EventStore): Promise<FollowedFacilities> {
  const register = new FacilityRegister();
  const ended = new AbortController();
  const view = await inMemoryView(events, {
    filter: { categories: ['facility'] },
    apply: ({ type, data }) => register.apply({ type, data } as FacilityEvent),
    signal: ended.signal,
  });
  return {
    register,
    waitFor: (position, timeoutMs) => view.waitFor(position, timeoutMs),
    stop: () => {
      ended.abort();
      return view.ended;
    },
  };
}
