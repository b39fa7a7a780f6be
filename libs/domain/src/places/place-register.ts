import type { LocalDate } from '../dates.js';

export type PlaceLevel = 'province' | 'district' | 'commune';

/** One administrative unit for as long as it existed under that code: codes are reused for other areas (key: code + valid-from). */
export interface Place {
  readonly code: string;
  readonly level: PlaceLevel;
  readonly name: string;
  readonly provinceCode: string;
  /** Only before 1 July 2025. */
  readonly districtCode?: string;
  /** Inclusive; absent: since before the register begins. */
  readonly validFrom?: LocalDate;
  /** Inclusive; absent: still. */
  readonly validTo?: LocalDate;
}

/** A commune's part in a later one. */
export interface PlaceSuccession {
  readonly from: string;
  readonly to: string;
  readonly part: 'full' | 'partial';
  /** First day of the new map. */
  readonly on: LocalDate;
}

/** The administrative map through time. Pure: made from rows, asked by code and day. */
export class PlaceRegister {
  readonly #byCode = new Map<string, Place[]>();
  readonly #successions = new Map<string, PlaceSuccession[]>();

  constructor(places: readonly Place[], successions: readonly PlaceSuccession[] = []) {
    for (const place of places) {
      const sameCode = this.#byCode.get(place.code);
      if (sameCode) sameCode.push(place);
      else this.#byCode.set(place.code, [place]);
    }
    for (const succession of successions) {
      const sameCode = this.#successions.get(succession.from);
      if (sameCode) sameCode.push(succession);
      else this.#successions.set(succession.from, [succession]);
    }
  }

  /** The unit that bore the code on that day. */
  on(code: string, day: LocalDate): Place | undefined {
    return this.#byCode.get(code)?.find((place) => (place.validFrom ?? '') <= day && day <= (place.validTo ?? '9999'));
  }

  /** Every unit of a level on that day, in code order. */
  all(level: PlaceLevel, day: LocalDate): readonly Place[] {
    return [...this.#byCode.values()]
      .flat()
      .filter((place) => place.level === level && (place.validFrom ?? '') <= day && day <= (place.validTo ?? '9999'))
      .toSorted((a, b) => (a.code < b.code ? -1 : 1));
  }

  /** Every unit there is or was, in code order. */
  units(): readonly Place[] {
    return [...this.#byCode.values()].flat().toSorted((a, b) => (a.code < b.code ? -1 : 1));
  }

  /** What became of a commune; empty when it was not touched or is unknown. */
  successors(code: string): readonly PlaceSuccession[] {
    return this.#successions.get(code) ?? [];
  }
}
