/** Which administrative units a fact is counted in: by the map of the day, rolled up from the commune of residence. */
import type { Residence } from '../codes.js';
import { addDays, type LocalDate } from '../dates.js';
import type { FacilityDetails, FacilityPlace } from '../facilities/facility-events.js';
import type { Place, PlaceRegister } from '../places/place-register.js';

export interface FigurePlace {
  readonly province?: string;
  /** Only by the map before 1 July 2025. */
  readonly district?: string;
  readonly commune?: string;
  /** First day on which the answer may be another one; absent: it holds for ever, by the map as known. */
  readonly changesOn?: LocalDate;
}

/** Where a facility stands, province included; the place to count a person whose residence is missing or unknown. */
export type StandingPlace = FacilityPlace & { readonly provinceCode?: string };

/** Where a facility has stood, oldest first. One that names no place still stands in its province. */
export function standingPlaces({ places, provinceCode }: FacilityDetails): readonly StandingPlace[] {
  return places.length > 0 ? places.map((place) => ({ ...place, provinceCode })) : [{ provinceCode }];
}

/**
 * The unit in which somebody is counted on `day` who stated the residence on `statedOn` (not after `day`).
 *
 * The code is read by the map of the day it was stated on; a unit that ended since is followed to its successor where there is
 * only one. A code that the map does not have, in a province whose communes it does have, counts as unknown; so does a
 * commune that was split. Unknown residences count where the facility stands. In a province whose communes are not shipped
 * the code stands for itself.
 */
export class FigurePlaces {
  readonly #register: PlaceRegister;
  readonly #placeOf = new WeakMap<Place, FigurePlace>();
  readonly #mapOf = new Map<
    string,
    { readonly listedProvinces: ReadonlySet<string>; readonly hasDistricts: boolean }
  >();

  constructor(register: PlaceRegister) {
    this.#register = register;
  }

  of(
    residence: Residence | undefined,
    statedOn: LocalDate,
    day: LocalDate,
    fallback: readonly StandingPlace[],
  ): FigurePlace {
    const stated = residence?.communeCode ? this.#statedUnit(residence.communeCode, statedOn) : undefined;
    if (stated) {
      const unit = this.#follow(stated, day);
      if (unit) return this.#placeOfUnit(unit);
    } else if (residence?.communeCode) {
      const { communeCode, provinceCode, districtCode } = residence;
      const province = provinceCode ? this.#register.on(provinceCode, day) : undefined;
      const map = this.#map(day);
      if (province?.level === 'province' && !map.listedProvinces.has(province.code)) {
        const district = map.hasDistricts ? districtCode : undefined;
        return {
          province: province.code,
          ...(district && { district }),
          commune: communeCode,
          ...(province.validTo && { changesOn: addDays(province.validTo, 1) }),
        };
      }
    }
    return this.#standing(fallback, day);
  }

  #statedUnit(code: string, statedOn: LocalDate): Place | undefined {
    const unit = this.#register.on(code, statedOn);
    if (unit) return unit.level === 'commune' ? unit : undefined;
    // Station software goes on writing codes of the old map.
    return this.#onlySuccessor(code, statedOn);
  }

  #follow(unit: Place, day: LocalDate): Place | undefined {
    let current: Place | undefined = unit;
    while (current?.validTo && current.validTo < day)
      current = this.#onlySuccessor(current.code, addDays(current.validTo, 1));
    return current;
  }

  #onlySuccessor(code: string, day: LocalDate): Place | undefined {
    const [first, ...others] = this.#register.successors(code).filter((succession) => succession.on <= day);
    return first && others.length === 0 ? this.#register.on(first.to, day) : undefined;
  }

  #standing(places: readonly StandingPlace[], day: LocalDate): FigurePlace {
    const standing = places.findLast((place) => (place.validFrom ?? '') <= day && day <= (place.validTo ?? '9999'));
    if (!standing) return nextStanding(places, day);
    const unit = standing.communeCode ? this.#register.on(standing.communeCode, day) : undefined;
    const until = earlier(standing.validTo, unit?.validTo);
    const changesOn = until && addDays(until, 1);
    if (unit?.level === 'commune') return { ...this.#placeOfUnit(unit), ...(changesOn && { changesOn }) };
    return {
      ...(standing.provinceCode && { province: standing.provinceCode }),
      ...(standing.districtCode && { district: standing.districtCode }),
      ...(standing.communeCode && { commune: standing.communeCode }),
      ...(changesOn && { changesOn }),
    };
  }

  #placeOfUnit(unit: Place): FigurePlace {
    let place = this.#placeOf.get(unit);
    if (!place) this.#placeOf.set(unit, (place = figurePlaceOf(unit)));
    return place;
  }

  #map(day: LocalDate) {
    let map = this.#mapOf.get(day);
    if (!map) {
      map = {
        listedProvinces: new Set(this.#register.all('commune', day).map((place) => place.provinceCode)),
        hasDistricts: this.#register.all('district', day).length > 0,
      };
      if (this.#mapOf.size > 4_000) this.#mapOf.clear();
      this.#mapOf.set(day, map);
    }
    return map;
  }
}

function figurePlaceOf(unit: Place): FigurePlace {
  return {
    province: unit.provinceCode,
    ...(unit.districtCode && { district: unit.districtCode }),
    commune: unit.code,
    ...(unit.validTo && { changesOn: addDays(unit.validTo, 1) }),
  };
}

/** A facility without a place on that day may have one later. */
function nextStanding(places: readonly StandingPlace[], day: LocalDate): FigurePlace {
  const starts = places
    .flatMap((place) => (place.validFrom && place.validFrom > day ? [place.validFrom] : []))
    .toSorted();
  return starts[0] ? { changesOn: starts[0] } : {};
}

function earlier(a: LocalDate | undefined, b: LocalDate | undefined): LocalDate | undefined {
  if (!a || !b) return a ?? b;
  return a < b ? a : b;
}
