import type { LocalDate } from '#domain/dates.js';
import type { Period } from '#domain/indicators/period.js';

/**
 * The day on which stocks of a period stand: its last day; while the period is running, today. A log that is ahead of the
 * clock (its newest visit is later than today) counts as the clock. `all` stands today.
 */
export function stockDay(period: Period, today: LocalDate, newestVisit: LocalDate | undefined): LocalDate {
  if (!period.to) return today;
  const now = newestVisit && newestVisit > today ? newestVisit : today;
  return period.to < now ? period.to : now;
}
