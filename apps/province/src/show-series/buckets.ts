import { addDays, addMonths, type LocalDate } from '#domain/dates.js';

export type BucketKind = 'day' | 'week' | 'month';

/** A stretch of days, both ends inclusive; the first and last of a series may be cut by its range. */
export interface Bucket {
  /** `2026-10-05`, `2026-W41` (ISO 8601), `2026-10` */
  readonly key: string;
  /** As a Vietnamese reader writes it. */
  readonly label: string;
  readonly from: LocalDate;
  readonly to: LocalDate;
}

/** The buckets that cover a range, in order. */
export function* bucketsOf(kind: BucketKind, from: LocalDate, to: LocalDate): Iterable<Bucket> {
  for (let start = from; start <= to;) {
    const end = lastDayOf(kind, start);
    const last = end < to ? end : to;
    yield { ...named(kind, start), from: start, to: last };
    start = addDays(last, 1);
  }
}

function lastDayOf(kind: BucketKind, day: LocalDate): LocalDate {
  switch (kind) {
    case 'day':
      return day;
    case 'week':
      return addDays(mondayOf(day), 6);
    case 'month':
      return addDays(addMonths(`${day.slice(0, 7)}-01` as LocalDate, 1), -1);
    default:
      return kind satisfies never;
  }
}

function named(kind: BucketKind, day: LocalDate): { readonly key: string; readonly label: string } {
  const [year, month, date] = [day.slice(0, 4), day.slice(5, 7), day.slice(8, 10)];
  switch (kind) {
    case 'day':
      return { key: day, label: `${date}/${month}/${year}` };
    case 'week': {
      const { isoYear, week } = isoWeekOf(day);
      return { key: `${isoYear}-W${String(week).padStart(2, '0')}`, label: `Tuần ${week}/${isoYear}` };
    }
    case 'month':
      return { key: `${year}-${month}`, label: `${month}/${year}` };
    default:
      return kind satisfies never;
  }
}

function mondayOf(day: LocalDate): LocalDate {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  return addDays(day, -((weekday + 6) % 7));
}

/** ISO 8601: a week belongs to the year of its Thursday. */
function isoWeekOf(day: LocalDate): { readonly isoYear: number; readonly week: number } {
  const thursday = addDays(mondayOf(day), 3);
  const isoYear = Number(thursday.slice(0, 4));
  const days = (Date.parse(thursday) - Date.parse(`${isoYear}-01-01`)) / 86_400_000;
  return { isoYear, week: Math.floor(days / 7) + 1 };
}
