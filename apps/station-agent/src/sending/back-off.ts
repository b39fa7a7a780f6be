/** When a failed attempt is made again. */
export interface BackOffSchedule {
  /** Rest after the first failure; doubled after each further one. Milliseconds. */
  readonly firstMs: number;
  /** Never longer than this, unless the server asks for it. */
  readonly longestMs: number;
}

export const usualSchedule: BackOffSchedule = { firstMs: 1_000, longestMs: 300_000 };

/** The longest a server may ask us to wait: a wrong header must not silence a station for a day. */
export const longestAskedMs = 3_600_000;

/**
 * How long to rest after that many failures in a row: between half and all of the doubled time, so that a hundred stations whose
 * server was away do not all come back in the same second. What the server asked for is the least.
 * @param failures at least 1
 * @param random at least 0, below 1
 */
export function restAfter(
  failures: number,
  random: number,
  askedMs = 0,
  { firstMs, longestMs }: BackOffSchedule = usualSchedule,
): number {
  const whole = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 30));
  return Math.max(Math.round(whole / 2 + (whole / 2) * random), Math.min(askedMs, longestAskedMs));
}

/** `Retry-After` in milliseconds: seconds, or a date (RFC 9110 §10.2.3). Undefined when it is neither. */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d{1,9}\s*$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
