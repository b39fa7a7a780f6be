import { randomUUID } from 'node:crypto';
import { decideFacility, evolveFacility, initialFacility } from '#domain/facilities/facility.js';
import type { FacilityDetails, FacilityEvent } from '#domain/facilities/facility-events.js';
import { facilityStream } from '#domain/streams.js';
import { WrongExpectedRevision } from '#event-store/errors.js';
import { type EventStore, type Position, streamName } from '#event-store/event-store.js';

/** Brings the log up to a table of facilities; appends only where something differs. Resolves to the position of the newest change; 0 when nothing was appended. */
export async function describeFacilities(
  events: EventStore,
  facilities: readonly FacilityDetails[],
  now: Date = new Date(),
): Promise<Position> {
  let newest: Position = 0;
  for (const facility of facilities) {
    newest = Math.max(newest, await describeFacility(events, facility, now));
  }
  return newest;
}

async function describeFacility(events: EventStore, facility: FacilityDetails, now: Date): Promise<Position> {
  const { category, key } = facilityStream(facility.code);
  const stream = streamName(category, key);
  for (;;) {
    const recorded = await events.readStream(stream);
    const state = recorded
      .map(({ type, data }) => ({ type, data }) as FacilityEvent)
      .reduce(evolveFacility, initialFacility);
    const decision = decideFacility({ type: 'DescribeFacility', facility }, state);
    if (decision.outcome !== 'events') return 0;
    try {
      const { position } = await events.append(
        stream,
        recorded.at(-1)?.revision ?? 'noStream',
        decision.events.map(({ type, data }) => ({
          id: randomUUID(),
          type,
          data,
          metadata: { occurredAt: now.toISOString(), facility: facility.code, actor: 'system:facility-table' },
        })),
      );
      return position;
    } catch (error) {
      if (!(error instanceof WrongExpectedRevision)) throw error;
    }
  }
}
