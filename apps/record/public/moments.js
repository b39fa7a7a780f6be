/** Days and instants as FHIR writes them, shown as the Vietnamese wall clock has them. Pure. */

const vietnam = 7 * 3_600_000;
const day = 86_400_000;

/** Milliseconds since 1970 of the beginning of what a FHIR date or instant names; a date without an hour is Vietnamese. */
export function epochOf(text) {
  if (text.length > 10) return Date.parse(text);
  const [year, month = '01', date = '01'] = text.split('-');
  return Date.parse(`${year}-${month}-${date}T00:00:00+07:00`);
}

/** `YYYY-MM-DDTHH:MM:SS` of the Vietnamese wall clock. */
const wallClock = (epoch) => new Date(epoch + vietnam).toISOString().slice(0, 19);

/** The day it is in Vietnam, `YYYY-MM-DD`. */
export const dayOf = (epoch) => wallClock(epoch).slice(0, 10);

/** `2026-11-22T01:30:00Z` → `22/11/2026 08:30`; `2026-11` → `11/2026`. */
export function showMoment(text) {
  if (!text) return '';
  const written = text.length > 10 ? wallClock(Date.parse(text)) : text;
  const date = written.slice(0, 10).split('-').toReversed().join('/');
  return written.length > 10 ? `${date} ${written.slice(11, 16)}` : date;
}

/** To the second, for what happens in quick succession: `22/11/2026 08:30:05`; a day stays a day. */
export const showExactly = (text) =>
  text.length > 10 ? `${showMoment(text)}${wallClock(Date.parse(text)).slice(16)}` : showMoment(text);

/** The day alone. */
export const showDay = (text) => (text ? showMoment(text).slice(0, 10) : '');

/** What a field of a date and a time shows for an instant: `YYYY-MM-DDTHH:MM`. */
export const toField = (text) => wallClock(epochOf(text)).slice(0, 16);

/** The end of the minute that such a field names, as an instant. */
export const fromField = (value) => `${value.slice(0, 16)}:59+07:00`;

/** Whether a text is a day or an instant that the record can be asked for. */
export const isMoment = (text) =>
  /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?$/.test(text) && !Number.isNaN(epochOf(text));

/** The last millisecond that a day or instant covers. */
export const endOf = (text) => epochOf(text) + (text.length === 10 ? day - 1 : 0);

/** Newest first, by a date or instant each item has; what has none comes last. */
export const newestFirst = (items, dateOf) =>
  items.toSorted((a, b) => momentOr(dateOf(b), -Infinity) - momentOr(dateOf(a), -Infinity));

const momentOr = (text, none) => (text ? epochOf(text) : none);
