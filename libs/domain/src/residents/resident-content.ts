import type { Coding, Residence, Sex } from '../codes.js';
import type { LocalDate, PartialDate } from '../dates.js';
import type { FacilityCode } from '../ids.js';
import type { KeptElements } from '../kept-resources/kept-content.js';

export interface ResidentDetails {
  /** Full name in Vietnamese order, as written: family name first. */
  readonly name: string;
  readonly sex: Sex;
  readonly birthDate?: PartialDate;
  /** One of the 54 groups, 55 foreigner, 99 unknown (MA_DANTOC). */
  readonly ethnicGroup?: string;
  /** MA_QUOCTICH, three digits; `000` is Viet Nam. */
  readonly nationality?: string;
  /** MA_NGHE_NGHIEP, five digits (QĐ 34/2020); `00000` none. */
  readonly occupation?: string;
  readonly phone?: string;
  readonly email?: string;
  readonly bloodGroup?: string;
  readonly residence?: Residence;
  /** Of the FHIR Patient. */
  readonly kept?: KeptElements;
}

/** `national-id` 12 digits (số định danh cá nhân), `citizen-id` 9 digits (CMND), `insurance-number` 10 digits (mã số BHXH). */
export type IdentifierSystem =
  'national-id' | 'citizen-id' | 'passport' | 'insurance-number' | 'facility-patient-number';

export interface ResidentIdentifier {
  readonly system: IdentifierSystem;
  readonly value: string;
  /** The facility whose number it is; given exactly for `facility-patient-number`. */
  readonly facility?: FacilityCode;
}

export interface InsuranceCard {
  /** 15 characters as on older cards, or the 10-digit number alone. */
  readonly number: string;
  readonly registeredFacility?: string;
  readonly validFrom?: LocalDate;
  readonly validTo?: LocalDate;
}

/** Parts I–II of the personal health record (QĐ 831). Codes of the lists there. */
export interface HealthHistory {
  readonly riskFactors?: readonly RiskFactor[];
  readonly allergies?: readonly HistoryItem[];
  readonly diseases?: readonly HistoryItem[];
  readonly familyAllergies?: readonly HistoryItem[];
  readonly familyDiseases?: readonly HistoryItem[];
  readonly disabilities?: readonly HistoryItem[];
  /** Every other element of the section by its path, as sent. */
  readonly other?: Readonly<Record<string, string>>;
}

export interface RiskFactor {
  readonly kind: 'tobacco' | 'alcohol' | 'drugs' | 'physical-activity';
  readonly status: 'no' | 'yes' | 'regular';
  readonly stopped?: boolean;
  readonly amount?: string;
}

export interface HistoryItem extends Coding {
  /** False when the record says the person does not have it. */
  readonly present: boolean;
  readonly note?: string;
  readonly relative?: string;
  /** Given exactly for what was told as a FHIR resource: names it among the items of its list. */
  readonly key?: string;
  readonly kept?: KeptElements;
}
