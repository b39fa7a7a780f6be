import type { DateTime, LocalDate } from '../dates.js';
import type { FacilityCode, ImmunizationId } from '../ids.js';
import type { KeptElements } from '../kept-resources/kept-content.js';

/** One dose of one vaccine given to one resident. */
export interface ImmunizationContent {
  readonly immunization: ImmunizationId;
  /** The facility that says so. */
  readonly facility: FacilityCode;
  /** MAVACXIN as sent; absent where the station gives a name alone. */
  readonly vaccineCode?: string;
  readonly vaccineName: string;
  /** LOAIVACXIN: the group or disease it protects against, as sent. */
  readonly vaccineGroup?: string;
  readonly givenOn: LocalDate | DateTime;
  /** Which dose of the series, from 1. */
  readonly doseNumber?: number;
  readonly lotNumber?: string;
  /** PHANUNGSAUTIEM, words. */
  readonly reaction?: string;
  /** NGAYHENTIEM */
  readonly nextDoseOn?: LocalDate;
  /** THANGTHAI: month of the pregnancy the dose was given in. */
  readonly pregnancyMonth?: number;
  /** SOMUIUONVANMETIEM: doses against tetanus the mother had. */
  readonly tetanusDosesOfMother?: number;
  readonly practitioner?: string;
  /** Of the FHIR Immunization. */
  readonly kept?: KeptElements;
}
