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
  /** Registered address (thường trú), where it is not where the resident lives. */
  readonly registeredResidence?: Residence;
  readonly otherPhone?: string;
  /** MATONGIAO 1–16 (QĐ 831). */
  readonly religion?: string;
  /** Province where the birth was registered. */
  readonly birthProvinceCode?: string;
  /** VNeID account, as sent. */
  readonly vneid?: string;
  /** When and by whom the personal identity paper was issued. */
  readonly identityPaper?: { readonly issuedOn?: LocalDate; readonly issuedBy?: string };
  readonly household?: Household;
  /** Of the FHIR Patient. */
  readonly kept?: KeptElements;
}

/** Number of the household, of its member, and how the member is related to its head (QĐ 831). */
export interface Household {
  readonly number?: string;
  readonly memberNumber?: string;
  readonly relationToHead?: string;
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
  readonly birth?: BirthStatus;
  readonly exposure?: Exposure;
  readonly reproductive?: ReproductiveHistory;
  /** TIENSU_PHAUTHUAT, words. */
  readonly surgeries?: string;
  /** VANDEKHAC, words. */
  readonly otherProblems?: string;
  /** Doses against tetanus the mother had before the birth. */
  readonly tetanusDosesOfMother?: number;
  /** Relatives and guardians: personal data of third persons, for this record alone. */
  readonly relatives?: readonly Relative[];
  /** Every other element of the section by its path, as sent. */
  readonly other?: Readonly<Record<string, string>>;
}

/** TINHTRANG_LUCSINH */
export interface BirthStatus {
  readonly delivery?: 'vaginal' | 'caesarean';
  readonly preterm?: boolean;
  readonly asphyxia?: boolean;
  /** grams */
  readonly weight?: number;
  /** cm */
  readonly length?: number;
  readonly defects?: string;
  readonly other?: string;
}

/** What somebody is exposed to at work and at home. */
export interface Exposure {
  readonly substances?: string;
  readonly duration?: string;
  readonly latrine?: string;
  readonly other?: string;
}

/** SUCKHOE_SINHSAN; counts. */
export interface ReproductiveHistory {
  readonly contraception?: string;
  readonly lastPregnancy?: string;
  readonly pregnancies?: number;
  readonly miscarriages?: number;
  readonly abortions?: number;
  readonly births?: number;
  readonly vaginalBirths?: number;
  readonly caesareanBirths?: number;
  readonly difficultBirths?: number;
  readonly termBirths?: number;
  readonly pretermBirths?: number;
  readonly livingChildren?: number;
  readonly gynaecologicalDiseases?: string;
}

export interface Relative {
  /** LOAI_QUANHE, as sent. */
  readonly relationCode?: string;
  readonly relation?: string;
  readonly name?: string;
  readonly personNumber?: string;
  readonly phone?: string;
  readonly mobile?: string;
  readonly guardian?: boolean;
}

export interface RiskFactor {
  readonly kind: 'tobacco' | 'alcohol' | 'drugs' | 'physical-activity';
  readonly status: 'no' | 'yes' | 'regular';
  readonly stopped?: boolean;
  readonly amount?: string;
}

export interface HistoryItem extends Coding {
  /** MASO: number or code of the thing itself. */
  readonly reference?: string;
  /** False when the record says the person does not have it. */
  readonly present: boolean;
  readonly note?: string;
  readonly relative?: string;
  /** Given exactly for what was told as a FHIR resource: names it among the items of its list. */
  readonly key?: string;
  readonly kept?: KeptElements;
}
