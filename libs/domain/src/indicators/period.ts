import { addDays, addMonths, type LocalDate, parseLocalDate } from '../dates.js';

export type PeriodKind = 'day' | 'month' | 'quarter' | 'year' | 'all';

/** A calendar period, both ends inclusive. `all` has neither. */
export interface Period {
  /** As written: `2026`, `2026-Q3`, `2026-10`, `2026-10-15`, `all`. */
  readonly text: string;
  readonly kind: PeriodKind;
  readonly from?: LocalDate;
  readonly to?: LocalDate;
}

/** `YYYY`, `YYYY-Qn`, `YYYY-MM`, `YYYY-MM-DD` or `all`; `undefined` for anything else. */
export function parsePeriod(text: string): Period | undefined {
  if (text === 'all') return { text, kind: 'all' };
  const day = parseLocalDate(text);
  if (day) return { text, kind: 'day', from: day, to: day };
  const found = /^(\d{4})(?:-(?:Q([1-4])|(\d{2})))?$/.exec(text);
  if (!found) return undefined;
  const [, year, quarter, month] = found;
  const firstMonth = quarter ? (Number(quarter) - 1) * 3 + 1 : Number(month ?? 1);
  const from = parseLocalDate(`${year}-${String(firstMonth).padStart(2, '0')}-01`);
  if (!from) return undefined;
  const kind = quarter ? 'quarter' : month ? 'month' : 'year';
  return { text, kind, from, to: addDays(addMonths(from, { quarter: 3, month: 1, year: 12 }[kind]), -1) };
}

/** The month, quarter and year that a day lies in, written as {@link parsePeriod} reads them. */
export function calendarPeriodsOf(day: string): {
  readonly month: string;
  readonly quarter: string;
  readonly year: string;
} {
  const year = day.slice(0, 4);
  return { month: day.slice(0, 7), quarter: `${year}-Q${Math.ceil(Number(day.slice(5, 7)) / 3)}`, year };
}

/**
 * A stock of 12 months at day E counts what happened on day D when D ≤ E < the same day a year after D (28 February for the
 * 29th).
 */
export function twelveMonthsAfter(day: LocalDate): LocalDate {
  const monthAndDay = day.endsWith('-02-29') ? '-02-28' : day.slice(4);
  return `${String(Number(day.slice(0, 4)) + 1).padStart(4, '0')}${monthAndDay}` as LocalDate;
}
