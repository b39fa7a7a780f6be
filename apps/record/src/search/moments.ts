/** Parameters that are an instant or a day, but no FHIR search dates: `_since`, `_at`, `start`, `end`, `asOf`. */
import { epochOf, parseDateTime } from '#domain/dates.js';
import { invalidValue } from './parameter-values.js';

const day = 86_400_000;

/**
 * Milliseconds since 1970 of an instant, or of the first minute of a day in Vietnam.
 * @throws FhirFault 400
 */
export function momentOf(name: string, value: string): number {
  const text = inUrl(value);
  const moment = parseDateTime(text);
  if (moment === undefined) throw invalidValue(name, 'không phải ngày hay thời điểm', 'neither a day nor an instant');
  return text.length === 10 ? epochOf(moment) : Date.parse(text);
}

/**
 * The last millisecond that a moment covers, exclusive: a day ends with its last minute in Vietnam.
 * @throws FhirFault 400
 */
export function endOf(name: string, value: string): number {
  const from = momentOf(name, value);
  return inUrl(value).length === 10 ? from + day : from + 1;
}

/** A `+` that was not escaped has become a space. */
const inUrl = (value: string): string => value.replace(/ (?=\d{2}:\d{2}$)/, '+');
