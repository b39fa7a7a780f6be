/** Dates of any precision as the span of seconds they may mean, Vietnamese time, the end exclusive. */
import { addDays, addMonths, type LocalDate } from '#domain/dates.js';

export interface Span {
  readonly starts: number;
  readonly ends: number;
}

/** After every date that can be stored: the end of what goes on. */
export const endless = 253_402_300_800;

/** `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, or a time with offset, to the minute, second or less. The text has been checked. */
export function spanOf(date: string): Span {
  switch (date.length) {
    case 4:
      return { starts: midnight(`${date}-01-01`), ends: midnight(addMonths(`${date}-01-01` as LocalDate, 12)) };
    case 7:
      return { starts: midnight(`${date}-01`), ends: midnight(addMonths(`${date}-01` as LocalDate, 1)) };
    case 10:
      return { starts: midnight(date), ends: midnight(addDays(date as LocalDate, 1)) };
    default: {
      const starts = Math.floor(Date.parse(date) / 1000);
      return { starts, ends: starts + (/T\d{2}:\d{2}(Z|[+-])/.test(date) ? 60 : 1) };
    }
  }
}

const midnight = (day: string): number => Date.parse(`${day}T00:00:00+07:00`) / 1000;

/** Before every date: the start of what has no date. */
export const undated = -endless;
