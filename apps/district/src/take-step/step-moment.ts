import { type DateTime, dateTimeOf, epochOf, parseDateTime } from '#domain/dates.js';
import { Problem } from '#platform/http/problem.js';

/** Clocks of desks run apart. */
const tolerance = 5 * 60_000;

/**
 * When a step happened: as told, else now.
 * @throws Problem 422 for a time the calendar does not have, or one still to come
 */
export function stepMoment(told: string | undefined, now: number): DateTime {
  if (told === undefined) return dateTimeOf(now);
  const moment = calendarTime(told, 'at');
  if (epochOf(moment) > now + tolerance) throw unusable('at', 'Thời điểm còn ở tương lai', 'The time is still to come');
  return moment;
}

/**
 * @throws Problem 422 for a time the calendar does not have
 */
export function calendarTime(told: string, field: string): DateTime {
  const moment = parseDateTime(told);
  if (!moment) throw unusable(field, 'Thời điểm không có trong lịch', 'The calendar has no such time');
  return moment;
}

export function unusable(field: string, vi: string, en: string): Problem {
  return new Problem(422, 'missing-data', { vi, en }, { extensions: { field } });
}
