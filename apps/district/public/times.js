/** Dates as the field writes them. Times from the service carry the Vietnamese wall clock, so they are cut, not computed. */

/** `2026-11-22T08:30:00+07:00` → `22/11/2026 08:30`; a bare day stays a day. */
export function showTime(moment) {
  const [day, clock] = [moment.slice(0, 10), moment.slice(11, 16)];
  const date = day.split('-').toReversed().join('/');
  return clock ? `${date} ${clock}` : date;
}

/** Milliseconds since 1970 → `YYYY-MM-DDTHH:MM` of the Vietnamese wall clock. */
export function wallClock(epoch) {
  return new Date(epoch + 7 * 3_600_000).toISOString().slice(0, 16);
}

/** What a field of a date and a time holds, as the service takes it. */
export function fromField(value) {
  return `${value}:00+07:00`;
}

/** Whole days from today to a day: 0 today, negative when it is over. */
export function daysUntil(day, epoch) {
  return Math.round((Date.parse(day) - Date.parse(wallClock(epoch).slice(0, 10))) / 86_400_000);
}
