import { Inject, Injectable } from '@nestjs/common';
import type { LocalDate } from '#domain/dates.js';
import type { FacilityRegister } from '#domain/facilities/facility-register.js';
import type { PlaceRegister } from '#domain/places/place-register.js';
import { icd10CategoryNames } from '#fhir/terminology/icd10.js';
import { FACILITY_REGISTER, PLACE_REGISTER } from '#platform/injection.js';
import type { FigurePlaceKey } from '../statistics/figure-place-key.js';

/** Names for codes. What has no known name is shown by its code. */
@Injectable()
export class Labels {
  constructor(
    @Inject(FACILITY_REGISTER) private readonly facilities: FacilityRegister,
    @Inject(PLACE_REGISTER) private readonly places: PlaceRegister,
  ) {}

  /** Name of a place by the map of the day. */
  place({ level, code }: FigurePlaceKey, day: LocalDate): string {
    switch (level) {
      case 'all':
        return 'Toàn bộ dữ liệu';
      case 'facility':
        return this.facility(code);
      default:
        return this.unit(code, day);
    }
  }

  /** The administrative units a place lies in on that day, largest first. */
  within(
    { level, code }: FigurePlaceKey,
    day: LocalDate,
  ): readonly { readonly place: string; readonly name: string }[] {
    const standing = level === 'facility' ? this.facilities.placeOn(code, day) : undefined;
    const unit = this.places.on(standing ? (standing.communeCode ?? '') : code, day);
    const above = [
      unit?.provinceCode ?? this.facilities.get(code)?.provinceCode,
      unit?.districtCode ?? standing?.districtCode,
      standing?.communeCode,
    ];
    const units = new Set(above.filter((each) => each !== undefined && each !== code));
    return [...units].map((place) => ({ place: place ?? '', name: this.unit(place ?? '', day) }));
  }

  facility(code: string): string {
    return this.facilities.get(code)?.name ?? code;
  }

  /** Name of an administrative unit; empty code: unknown. */
  unit(code: string, day: LocalDate): string {
    return code === '' ? 'Không rõ nơi ở' : (this.places.on(code, day)?.name ?? code);
  }

  diagnosis(icd10: string): string {
    const name = icd10CategoryNames().get(icd10.slice(0, 3).toUpperCase());
    return name ? `${icd10} ${name}` : icd10;
  }
}
