/** The parts of a search parameter as R4 writes them (search.html §3.1.1). Pure. */
import { parseDateTime, parsePartialDate } from '#domain/dates.js';
import { FhirFault } from '../http/fhir-fault.js';
import { type Span, spanOf } from '../projection/seconds.js';

/** Most values a comma list may have. */
const mostAlternatives = 50;

/** `a,b\,c` → `a`, `b,c`; a backslash keeps `,`, `|`, `$` and itself from being separators. */
export function alternatives(name: string, value: string): readonly string[] {
  const found = (value.match(/(?:\\.|[^,\\])+/gsu) ?? []).map((one) => one.trim()).filter((one) => one !== '');
  if (found.length === 0) throw invalidValue(name, 'trống', 'empty');
  if (found.length > mostAlternatives) {
    throw invalidValue(name, `quá ${mostAlternatives} giá trị`, `more than ${mostAlternatives} values`);
  }
  return found;
}

export const unescaped = (value: string): string => value.replace(/\\([,|$\\])/g, '$1');

export interface TokenValue {
  /** Absent: any system. Empty: no system. */
  readonly system?: string;
  /** Absent: any code of the system. */
  readonly code?: string;
}

/** `code`, `system|code`, `|code`, `system|`. */
export function tokenValue(name: string, value: string): TokenValue {
  const bar = /(?<!\\)\|/.exec(value);
  if (!bar) return { code: unescaped(value) };
  const system = unescaped(value.slice(0, bar.index));
  const code = unescaped(value.slice(bar.index + 1));
  if (system === '' && code === '') throw invalidValue(name, 'trống', 'empty');
  return code === '' ? { system } : { system, code };
}

export type DatePrefix = 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb';

export interface DateValue extends Span {
  readonly prefix: DatePrefix;
}

/** `ge2026-09`, `2026-09-05`, `lt2026-09-05T10:00:00+07:00`; a time without an offset is Vietnamese. */
export function dateValue(name: string, value: string): DateValue {
  const found = /^(eq|ne|gt|lt|ge|le|sa|eb)?(\d.*)$/.exec(value);
  const prefix = (found?.[1] ?? 'eq') as DatePrefix;
  const written = found?.[2] ?? '';
  if (parsePartialDate(written)) return { prefix, ...spanOf(written) };
  // In a query string an unescaped + reads as a space.
  const time = written.replace(/ (?=\d{2}:\d{2}$)/, '+');
  const zoned = /(Z|[+-]\d{2}:\d{2})$/.test(time) ? time : `${time}+07:00`;
  if (parseDateTime(zoned) === undefined || zoned.length === 10) {
    throw invalidValue(
      name,
      'không phải ngày (YYYY, YYYY-MM, YYYY-MM-DD hoặc có giờ)',
      'not a date (YYYY, YYYY-MM, YYYY-MM-DD or with a time)',
    );
  }
  return { prefix, ...spanOf(zoned) };
}

/** Milliseconds, for `_lastUpdated`, which is known that exactly. */
export function instantValue(name: string, value: string): DateValue {
  const date = dateValue(name, value);
  const fraction = /T\d{2}:\d{2}:\d{2}\.(\d{1,3})/.exec(value)?.[1];
  if (fraction === undefined) return { prefix: date.prefix, starts: date.starts * 1000, ends: date.ends * 1000 };
  const starts = date.starts * 1000 + Number(fraction.padEnd(3, '0'));
  return { prefix: date.prefix, starts, ends: starts + 1 };
}

/** `Patient/x`, `x`, or an absolute URL ending so; `undefined` when it names another type. */
export function referenceId(name: string, value: string, type: string): string | undefined {
  const found = /^(?:.*?([A-Z][A-Za-z]+)\/)?([A-Za-z0-9\-.]{1,64})$/.exec(unescaped(value));
  if (!found) throw invalidValue(name, 'không phải tham chiếu', 'not a reference');
  return found[1] === undefined || found[1] === type ? found[2] : undefined;
}

export function invalidValue(name: string, vi: string, en: string): FhirFault {
  return new FhirFault(400, 'value', { vi: `Tham số ${name}: ${vi}.`, en: `Parameter ${name}: ${en}.` });
}
