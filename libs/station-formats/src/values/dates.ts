import {
  dateTime,
  localDate,
  parsePartialDate,
  type DateTime,
  type LocalDate,
  type PartialDate,
} from '#domain/dates.js';

const daysOfMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The digits from `from` to before `to` as a number; -1 when there is anything else among them. */
function digitsIn(text: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at += 1) {
    const digit = text.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** True for `yyyymmdd`, `yyyymmddHHMM` and `yyyymmddHHMMSS` of a day that the calendar has, 1800–2199. */
export function isMoment(text: string): boolean {
  const { length } = text;
  if (length !== 8 && length !== 12 && length !== 14) return false;
  const [year, month, day] = [digitsIn(text, 0, 4), digitsIn(text, 4, 6), digitsIn(text, 6, 8)];
  if (year < 1800 || year > 2199 || month < 1 || month > 12 || day < 1) return false;
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (day > (daysOfMonth[month - 1] ?? 0) + (leap ? 1 : 0)) return false;
  if (length === 8) return true;
  const [hour, minute] = [digitsIn(text, 8, 10), digitsIn(text, 10, 12)];
  return hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59 && (length === 12 || digitsIn(text, 12, 14) >= 0);
}

/** The few moments of an episode stand in all its lines: they are turned round once. */
const lately = new Map<string, DateTime>();
const mostLately = 512;

/** `yyyymmdd`, `yyyymmddHHMM` or `yyyymmddHHMMSS` in Vietnamese time; the first gives a day without a time. */
export function readMoment(text: string): DateTime | undefined {
  const known = lately.get(text);
  if (known !== undefined) return known;
  const moment = momentOf(text);
  if (moment !== undefined) {
    if (lately.size >= mostLately) lately.clear();
    lately.set(text, moment);
  }
  return moment;
}

function momentOf(text: string): DateTime | undefined {
  if (!isMoment(text)) return undefined;
  const day = `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)}`;
  return (text.length === 8 ? day : `${day}T${text.slice(8, 10)}:${text.slice(10, 12)}:00+07:00`) as DateTime;
}

/** Whether one moment, as written, is before another; by the day where either has no time. False for what is no moment. */
export function isBefore(earlier: string | undefined, later: string | undefined): boolean {
  if (earlier === undefined || later === undefined) return false;
  const length = Math.min(earlier.length, later.length, 12);
  // Compared first: nearly all dates are in order, and the calendar need not be asked.
  return earlier.slice(0, length) < later.slice(0, length) && isMoment(earlier) && isMoment(later);
}

export function readDay(text: string): LocalDate | undefined {
  return readMoment(text)?.slice(0, 10) as LocalDate | undefined;
}

/** 4, 6, 8 or 12 digits, unknown month or day as `00`, or nothing after the year: as much of the date as is known. */
export function readBirthDate(text: string): PartialDate | undefined {
  const whole = text.length === 8 ? text : text.length === 12 ? text.slice(0, 8) : '';
  if (isMoment(whole)) return readDay(whole) as string as PartialDate;
  if (![4, 6, 8, 12, 14].includes(text.length) || digitsIn(text, 0, text.length) < 0) return undefined;
  const [year, month, day] = [text.slice(0, 4), text.slice(4, 6) || '00', text.slice(6, 8) || '00'];
  if (year === '0000') return undefined;
  if (month === '00') return day === '00' ? parsePartialDate(year) : undefined;
  return parsePartialDate(day === '00' ? `${year}-${month}` : `${year}-${month}-${day}`);
}

/** `dd/MM/yyyy`, `MM/yyyy` or `yyyy` with unknown parts as `00` (QĐ 831); `d/M/yyyy` and the eight digits of QĐ 4750 too. */
export function readSlashedPartialDate(text: string): PartialDate | undefined {
  const found = /^(?:(?:(\d{1,2})[/-])?(\d{1,2})[/-])?(\d{4})$/.exec(text);
  if (!found) return readBirthDate(text);
  return readBirthDate(`${found[3]}${(found[2] ?? '0').padStart(2, '0')}${(found[1] ?? '0').padStart(2, '0')}`);
}

/** `dd/MM/yyyy`, with `HH:mm` or `HH:mm:ss` behind it where the time is known (QĐ 831). */
export function readSlashedMoment(text: string): DateTime | undefined {
  const found = /^(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?:[ T](\d{1,2}):(\d{2})(?::\d{2})?)?$/.exec(text);
  if (!found) return readMoment(text);
  const day = localDate(Number(found[3]), Number(found[2]), Number(found[1]));
  if (day === undefined) return undefined;
  return found[4] === undefined ? dateTime(day) : dateTime(day, Number(found[4]), Number(found[5]));
}

export const readSlashedDay = (text: string): LocalDate | undefined =>
  readSlashedMoment(text)?.slice(0, 10) as LocalDate | undefined;
