import { addDays, localDate, type DateTime, type LocalDate, type PartialDate } from '#domain/dates.js';
import { readSlashedMoment, readSlashedPartialDate } from '../values/dates.js';

/** A date as it was typed, or why it is none. */
export type TypedDate<Value> =
  { readonly value: Value; readonly fromSerial?: true } | { readonly fault: 'not-a-date' | 'two-digit-year' };

/** The day a station typed into a sheet: `12/10/2026`, `12-10-2026 7:45`, `12.10.2026`, `2026-10-12`, or Excel's day number. */
export function readTypedMoment(text: string): TypedDate<DateTime> {
  if (hasTwoDigitYear(text)) return { fault: 'two-digit-year' };
  const serial = serialDay(text);
  if (serial) return { value: serial as string as DateTime, fromSerial: true };
  const value = readSlashedMoment(dayFirst(text));
  return value === undefined ? { fault: 'not-a-date' } : { value };
}

/** As {@link readTypedMoment}, and as much of a date as is known: `5/1961`, `1961`. */
export function readTypedBirthDate(text: string): TypedDate<PartialDate> {
  if (hasTwoDigitYear(text)) return { fault: 'two-digit-year' };
  const serial = serialDay(text);
  if (serial) return { value: serial as string as PartialDate, fromSerial: true };
  const value = readSlashedPartialDate(dayFirst(text).replace(/ .*$/, ''));
  return value === undefined ? { fault: 'not-a-date' } : { value };
}

/** `5/3/61` may be 1961 or 2061: whoever typed it knows. */
const hasTwoDigitYear = (text: string): boolean => /^\d{1,2}[/.-]\d{1,2}[/.-]\d{2}(?!\d)/.test(text);

function dayFirst(text: string): string {
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](.+))?$/.exec(text);
  if (iso) return `${iso[3]}/${iso[2]}/${iso[1]}${iso[4] ? ` ${iso[4]}` : ''}`;
  return text.replace(/\s*[/.-]\s*(?=\d)/g, '/').replace(/\s+/g, ' ');
}

/** The cell was formatted as a number: days since 30 December 1899. What can be a year is one. */
function serialDay(text: string): LocalDate | undefined {
  if (!/^\d{4,5}$/.test(text)) return undefined;
  const days = Number(text);
  const epoch = localDate(1899, 12, 30);
  return epoch && days > 2199 && days < 73_051 ? addDays(epoch, days) : undefined;
}
