import type { LocalDate } from '../dates.js';
import type { FacilityCode } from '../ids.js';

/** Cấp chuyên môn kỹ thuật (Luật KCB 2023, TT 01/2025): ban đầu, cơ bản, chuyên sâu. */
export type CareLevel = 'initial' | 'basic' | 'specialised';

export type FacilityKind =
  'commune-station' | 'district-health-centre' | 'district-hospital' | 'provincial-hospital' | 'other';

export interface FacilityDetails {
  readonly code: FacilityCode;
  readonly name: string;
  readonly kind: FacilityKind;
  readonly careLevel: CareLevel;
  readonly provinceCode: string;
  /** Where it stands, by the administrative map in force; newest last. */
  readonly places: readonly FacilityPlace[];
  /** Where its patients are usually referred. */
  readonly refersTo?: FacilityCode;
}

export interface FacilityPlace {
  readonly districtCode?: string;
  readonly communeCode?: string;
  /** Inclusive; absent: since ever. */
  readonly validFrom?: LocalDate;
  /** Inclusive; absent: still. */
  readonly validTo?: LocalDate;
}

export type FacilityEvent =
  | { readonly type: 'FacilityRegistered'; readonly data: { readonly facility: FacilityDetails } }
  | {
      readonly type: 'FacilityDetailsChanged';
      readonly data: { readonly facility: FacilityDetails; readonly changed: readonly string[] };
    }
  | { readonly type: 'FacilityClosed'; readonly data: { readonly facility: FacilityCode; readonly on: LocalDate } };
