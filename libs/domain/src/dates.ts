/**
 * Dates as the field writes them. All clock times are Vietnamese time (UTC+7, no daylight saving); text sorts as time does.
 */
import type { Branded } from './ids.js';

/** `YYYY-MM-DD`. */
export type LocalDate = Branded<string, 'LocalDate'>;
/** `YYYY`, `YYYY-MM` or `YYYY-MM-DD`: as much of a date as is known (FHIR `date`). */
export type PartialDate = Branded<string, 'PartialDate'>;
/** `YYYY-MM-DD` when only the day is known, else `YYYY-MM-DDTHH:MM:SS+07:00` (FHIR `dateTime`). */
export type DateTime = Branded<string, 'DateTime'>;

const daysInMonth = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

/** Year 1800–2199 and a day that the calendar has; `undefined` otherwise. */
export function localDate(year: number, month: number, day: number): LocalDate | undefined {
  if (
    !(year >= 1800 && year <= 2199) ||
    !(month >= 1 && month <= 12) ||
    !(day >= 1 && day <= daysInMonth(year, month))
  ) {
    return undefined;
  }
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}` as LocalDate;
}

export function parseLocalDate(text: string): LocalDate | undefined {
  const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  return found ? localDate(Number(found[1]), Number(found[2]), Number(found[3])) : undefined;
}

export function parsePartialDate(text: string): PartialDate | undefined {
  const found = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(text);
  if (!found) return undefined;
  return localDate(Number(found[1]), Number(found[2] ?? 1), Number(found[3] ?? 1)) ? (text as PartialDate) : undefined;
}

/** A day, or a day with a Vietnamese wall-clock time. */
export function dateTime(day: LocalDate, hour?: number, minute?: number): DateTime | undefined {
  if (hour === undefined || minute === undefined) return day as string as DateTime;
  if (!(hour >= 0 && hour <= 23) || !(minute >= 0 && minute <= 59)) return undefined;
  return `${day}T${pad(hour, 2)}:${pad(minute, 2)}:00+07:00` as DateTime;
}

/** As {@link DateTime} writes it: nothing to convert. */
const vietnameseTime = /^.{10}T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\+07:00$/;

/** Accepts a day or a full ISO 8601 time with offset; a time in another zone is rewritten in Vietnamese time. */
export function parseDateTime(text: string): DateTime | undefined {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return parseLocalDate(text) as string | undefined as DateTime | undefined;
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(text)) return undefined;
  if (!parseLocalDate(text.slice(0, 10))) return undefined;
  if (vietnameseTime.test(text)) return text as DateTime;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : dateTimeOf(time);
}

/** The Vietnamese wall-clock time of a moment given in milliseconds since 1970. */
export function dateTimeOf(epochMilliseconds: number): DateTime {
  return `${new Date(epochMilliseconds + 7 * 3_600_000).toISOString().slice(0, 19)}+07:00` as DateTime;
}

/** The Vietnamese calendar day of a moment given in milliseconds since 1970. */
export function dayOf(epochMilliseconds: number): LocalDate {
  return new Date(epochMilliseconds + 7 * 3_600_000).toISOString().slice(0, 10) as LocalDate;
}

/** The calendar day of a {@link DateTime}. */
export function dayPart(moment: DateTime): LocalDate {
  return moment.slice(0, 10) as LocalDate;
}

/** Milliseconds since 1970; a bare day counts from its first minute. */
export function epochOf(moment: DateTime): number {
  return Date.parse(moment.length === 10 ? `${moment}T00:00:00+07:00` : moment);
}

export function addDays(day: LocalDate, days: number): LocalDate {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10) as LocalDate;
}

/** The same day of the month a number of months away, or that month's last day where it has no such day. */
export function addMonths(day: LocalDate, months: number): LocalDate {
  const index = Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1 + months;
  const year = Math.floor(index / 12);
  const month = (index % 12) + 1;
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(Math.min(Number(day.slice(8, 10)), daysInMonth(year, month)), 2)}` as LocalDate;
}

/**
 * The last day on which a paper signed on `signed` is valid, `count` working days later: Monday to Friday, less the given
 * public holidays (TT 01/2025 Art. 12(1): ten working days from signing).
 */
export function addWorkingDays(signed: LocalDate, count: number, holidays: ReadonlySet<string> = new Set()): LocalDate {
  let day = signed;
  for (let left = count; left > 0;) {
    day = addDays(day, 1);
    const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
    if (weekday !== 0 && weekday !== 6 && !holidays.has(day)) left -= 1;
  }
  return day;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
