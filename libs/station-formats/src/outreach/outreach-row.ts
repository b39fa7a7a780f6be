import type { ScreeningContent } from '#domain/screenings/screening-content.js';
import type { Fault, ObservedPerson } from '../station-message.js';

/** A screening as a sheet tells it; its id is given at intake, when the resident is known. */
export type OutreachScreening = Omit<ScreeningContent, 'screening'>;

/** One row of a screening day's sheet. */
export interface OutreachRow {
  /** As the spreadsheet counts: the first row of the file is 1. */
  readonly row: number;
  /** Absent, and an error among the faults, when the row cannot be taken. */
  readonly taken?: {
    readonly person: ObservedPerson;
    readonly screening: OutreachScreening;
    /** Number of the paper form; unique within facility and day. */
    readonly formNumber?: string;
  };
  readonly faults: readonly Fault[];
}

export type ScreeningProgramme = ScreeningContent['programme'];
