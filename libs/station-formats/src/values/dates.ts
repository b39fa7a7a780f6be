import { dateTime, localDate, parsePartialDate, type DateTime, type LocalDate, type PartialDate } from '#domain/dates.js';

const digits = /^\d+$/;

/** `yyyymmdd`, `yyyymmddHHMM` or `yyyymmddHHMMSS` in Vietnamese time; also with the day alone known (`HHMM` 0000 counts as midnight). */
export function readMoment(text: string): DateTime | undefined {
  if ((text.length !== 8 && text.length !== 12 && text.length !== 14) || !digits.test(text)) return undefined;
  const day = localDate(Number(text.slice(0, 4)), Number(text.slice(4, 6)), Number(text.slice(6, 8)));
  if (day === undefined) return undefined;
  return text.length === 8 ? dateTime(day) : dateTime(day, Number(text.slice(8, 10)), Number(text.slice(10, 12)));
}

export function readDay(text: string): LocalDate | undefined {
  return readMoment(text)?.slice(0, 10) as LocalDate | undefined;
}

/** 4, 6, 8 or 12 digits, unknown month or day as `00`, or nothing after the year: as much of the date as is known. */
export function readBirthDate(text: string): PartialDate | undefined {
  if (![4, 6, 8, 12, 14].includes(text.length) || !digits.test(text)) return undefined;
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

export const readSlashedDay = (text: string): LocalDate | undefined => readSlashedMoment(text)?.slice(0, 10) as LocalDate | undefined;
