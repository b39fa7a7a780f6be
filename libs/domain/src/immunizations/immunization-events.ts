import type { LocalDate } from '../dates.js';
import type { ResidentId } from '../ids.js';
import type { ImmunizationContent } from './immunization-content.js';

export type ImmunizationEvent = ImmunizationGiven | ImmunizationAmended | ImmunizationRetracted;

export interface ImmunizationGiven {
  readonly type: 'ImmunizationGiven';
  readonly data: {
    readonly resident: ResidentId;
    readonly immunization: ImmunizationContent;
    /** The day of the statement; an older one later on only fills gaps. */
    readonly observedOn?: LocalDate;
  };
}

/** What is known of a dose has grown or was corrected: a reaction told later, a lot number. */
export interface ImmunizationAmended {
  readonly type: 'ImmunizationAmended';
  readonly data: {
    readonly resident: ResidentId;
    /** The whole of the dose as it stands now. */
    readonly immunization: ImmunizationContent;
    readonly changed: readonly string[];
    readonly observedOn?: LocalDate;
  };
}

export interface ImmunizationRetracted {
  readonly type: 'ImmunizationRetracted';
  readonly data: {
    readonly resident: ResidentId;
    readonly immunization: string;
    readonly reason: string;
    readonly observedOn?: LocalDate;
  };
}
