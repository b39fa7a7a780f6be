import type { LocalDate } from '../dates.js';
import type { FacilityCode } from '../ids.js';
import type { FacilityDetails, FacilityEvent, FacilityPlace } from './facility-events.js';

export type RegisteredFacility = FacilityDetails & {
  /** Last day on which it was open. */
  readonly closedOn?: LocalDate;
};

/** Every facility as the log knows it, in memory: a few thousand rows in the largest province. */
export class FacilityRegister {
  readonly #facilities = new Map<FacilityCode, RegisteredFacility>();

  apply(event: FacilityEvent): void {
    switch (event.type) {
      case 'FacilityRegistered':
      case 'FacilityDetailsChanged':
        this.#facilities.set(event.data.facility.code, event.data.facility);
        return;
      case 'FacilityClosed': {
        const facility = this.#facilities.get(event.data.facility);
        if (facility) this.#facilities.set(facility.code, { ...facility, closedOn: event.data.on });
        return;
      }
      default:
        event satisfies never;
    }
  }

  get(code: string): RegisteredFacility | undefined {
    return this.#facilities.get(code as FacilityCode);
  }

  all(): readonly RegisteredFacility[] {
    return [...this.#facilities.values()];
  }

  /** Where the facility stands by the administrative map of that day. */
  placeOn(code: string, day: LocalDate): FacilityPlace | undefined {
    return this.#facilities
      .get(code as FacilityCode)
      ?.places.findLast((place) => (place.validFrom ?? '') <= day && day <= (place.validTo ?? '9999'));
  }
}
