/**
 * A plain decimal number. A comma counts as the decimal sign only with one or two digits behind it: `12,500` may mean twelve
 * thousand five hundred, so it is no number here.
 */
export function readNumber(text: string): number | undefined {
  const start = text.charCodeAt(0) === minus ? 1 : 0;
  let point = -1;
  for (let at = start; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= zero && code <= nine) continue;
    if ((code !== dot && code !== comma) || point >= 0) return undefined;
    point = at;
  }
  const whole = (point < 0 ? text.length : point) - start;
  const decimals = point < 0 ? 0 : text.length - point - 1;
  if (whole < 1 || whole > 15 || (point >= 0 && decimals < 1) || decimals > 6) return undefined;
  if (point < 0 || text.charCodeAt(point) === dot) return Number(text);
  return decimals <= 2 ? Number(text.replace(',', '.')) : undefined;
}

const minus = 0x2d;
const zero = 0x30;
const nine = 0x39;
const dot = 0x2e;
const comma = 0x2c;

/** A whole number within bounds; `undefined` for anything else. */
export function readCount(text: string | undefined, low: number, high: number): number | undefined {
  const value = readWithin(text, low, high);
  return Number.isInteger(value) ? value : undefined;
}

/** A number within bounds; `undefined` outside. */
export function readWithin(text: string | undefined, low: number, high: number): number | undefined {
  const value = text === undefined ? undefined : readNumber(text);
  return value !== undefined && value >= low && value <= high ? value : undefined;
}
