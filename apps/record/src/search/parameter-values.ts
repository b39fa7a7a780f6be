/** The parts of a search parameter as R4 writes them (search.html §3.1.1). Pure. */
import { parseDateTime, parsePartialDate } from '#domain/dates.js';
import { FhirFault } from '../http/fhir-fault.js';
import { type Span, spanOf } from '../projection/seconds.js';

/** Most values a comma list may have. */
const mostAlternatives = 50;

/** `a,b\,c` → `a`, `b,c`; a backslash keeps `,`, `|`, `$` and itself from being separators. */
export function alternatives(name: string, value: string): readonly string[] {
  const found = parted(value, ',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
  if (found.length === 0) throw invalidValue(name, 'trống', 'empty');
  if (found.length > mostAlternatives) {
    throw invalidValue(name, `quá ${mostAlternatives} giá trị`, `more than ${mostAlternatives} values`);
  }
  return found;
}

/** The parts between separators, still escaped. */
export function parted(value: string, separator: ',' | '|' | '$'): readonly string[] {
  const parts = [''];
  for (const [piece] of value.matchAll(/\\.|./gsu)) {
    if (piece === separator) parts.push('');
    else parts[parts.length - 1] += piece;
  }
  return parts;
}

export const unescaped = (value: string): string => value.replace(/\\([,|$\\])/g, '$1');

/** `a$b`, of a composite. */
export function compositeParts(name: string, value: string, count: number): readonly string[] {
  const parts = parted(value, '$').map((one) => one.trim());
  if (parts.length !== count || parts.includes(''))
    throw invalidValue(name, `phải có ${count} phần, cách nhau bằng $`, `has ${count} parts, parted by $`);
  return parts;
}

export interface TokenValue {
  /** Absent: any system. Empty: no system. */
  readonly system?: string;
  /** Absent: any code of the system. */
  readonly code?: string;
}

/** `code`, `system|code`, `|code`, `system|`. */
export function tokenValue(name: string, value: string): TokenValue {
  const [first = '', ...rest] = parted(value, '|');
  if (rest.length === 0) return { code: unescaped(first) };
  const system = unescaped(first);
  const code = unescaped(rest.join('|'));
  if (system === '' && code === '') throw invalidValue(name, 'trống', 'empty');
  return code === '' ? { system } : { system, code };
}

export type Prefix = 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb' | 'ap';

const prefixed = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)?([-+.\d].*)$/s;

export interface DateValue extends Span {
  /** Of `ap`, the span is as wide as still counts as near. */
  readonly prefix: Prefix;
}

/** `ge2026-09`, `2026-09-05`, `lt2026-09-05T10:00:00+07:00`; a time without an offset is Vietnamese. */
export function dateValue(name: string, value: string): DateValue {
  const found = prefixed.exec(value);
  const prefix = (found?.[1] ?? 'eq') as Prefix;
  const span = writtenSpan(name, found?.[2] ?? '');
  return { prefix, ...(prefix === 'ap' ? widened(span) : span) };
}

function writtenSpan(name: string, written: string): Span {
  if (parsePartialDate(written)) return spanOf(written);
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
  return spanOf(zoned);
}

const daySeconds = 86_400;

/** R4 suggests a tenth of the time between then and now; in whole days, so that the pages of one search agree. */
function widened({ starts, ends }: Span): Span {
  const today = Math.floor(Date.now() / 1000 / daySeconds) * daySeconds;
  const near = Math.floor(Math.abs(today - starts) / 10 / daySeconds) * daySeconds;
  return { starts: starts - near, ends: ends + near };
}

/** Milliseconds, for `_lastUpdated`, which is known that exactly. */
export function instantValue(name: string, value: string): DateValue {
  const date = dateValue(name, value);
  const fraction = date.prefix === 'ap' ? undefined : /T\d{2}:\d{2}:\d{2}\.(\d{1,3})/.exec(value)?.[1];
  if (fraction === undefined) return { prefix: date.prefix, starts: date.starts * 1000, ends: date.ends * 1000 };
  const starts = date.starts * 1000 + Number(fraction.padEnd(3, '0'));
  return { prefix: date.prefix, starts, ends: starts + 1 };
}

export interface NumberValue {
  readonly prefix: Prefix;
  readonly value: number;
  /** What the digits written may stand for: half a unit of the last of them, both ways; of `ap`, a tenth of the value. */
  readonly low: number;
  readonly high: number;
}

/** `ge5.4`, `100`, `1e-3`. */
export function numberValue(name: string, text: string): NumberValue {
  const found = prefixed.exec(text);
  const written = found?.[2]?.replace(',', '.') ?? '';
  const digits = /^[-+]?(?:\d+(?:\.(\d*))?|\.(\d+))(?:[eE]([-+]?\d+))?$/.exec(written);
  if (!digits) throw invalidValue(name, 'không phải số', 'not a number');
  const prefix = (found?.[1] ?? 'eq') as Prefix;
  const value = Number(written);
  const decimals = (digits[1] ?? digits[2] ?? '').length - Number(digits[3] ?? 0);
  const near = prefix === 'ap' ? Math.max(Math.abs(value) / 10, 0.5 * 10 ** -decimals) : 0.5 * 10 ** -decimals;
  return { prefix, value, low: tidy(value - near), high: tidy(value + near) };
}

const tidy = (value: number): number => Number(value.toPrecision(12));

export interface QuantityValue extends NumberValue {
  readonly system?: string;
  /** Code of the system, or without one the unit's code or name. */
  readonly unit?: string;
}

/** `5.4`, `gt5.4|http://unitsofmeasure.org|mg`, `5.4||mg`. */
export function quantityValue(name: string, text: string): QuantityValue {
  const [number = '', system = '', ...unit] = parted(text, '|');
  if (unit.length > 1) throw invalidValue(name, 'phải là số|hệ|đơn vị', 'must be number|system|unit');
  const [code = ''] = unit;
  return {
    ...numberValue(name, number),
    ...(system !== '' && { system: unescaped(system) }),
    ...(code !== '' && { unit: unescaped(code) }),
  };
}

export interface ReferenceValue {
  readonly type?: string;
  readonly id?: string;
  /** As written, where it is a URL. */
  readonly url?: string;
}

/** `x`, `Patient/x`, or an absolute URL; of a URL that ends so, type and id as well. */
export function referenceValue(name: string, value: string): ReferenceValue {
  const written = unescaped(value);
  const url = /^[a-z][a-z0-9+.-]*:/i.test(written) ? written : undefined;
  const found = /^(?:.*?([A-Z][A-Za-z]+)\/)?([A-Za-z0-9\-.]{1,64})$/.exec(written);
  if (!found && url === undefined) throw invalidValue(name, 'không phải tham chiếu', 'not a reference');
  return {
    ...(found?.[1] !== undefined && { type: found[1] }),
    ...(found?.[2] !== undefined && { id: found[2] }),
    ...(url !== undefined && { url }),
  };
}

/** `Patient/x`, `x`, or an absolute URL ending so; `undefined` when it names another type. */
export function referenceId(name: string, value: string, type: string): string | undefined {
  const found = referenceValue(name, value);
  return found.type === undefined || found.type === type ? found.id : undefined;
}

export function invalidValue(name: string, vi: string, en: string): FhirFault {
  return new FhirFault(400, 'value', { vi: `Tham số ${name}: ${vi}.`, en: `Parameter ${name}: ${en}.` });
}
