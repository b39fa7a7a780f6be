/**
 * A plain decimal number. A comma counts as the decimal sign only with one or two digits behind it: `12,500` may mean twelve
 * thousand five hundred, so it is no number here.
 */
export function readNumber(text: string): number | undefined {
  if (/^-?\d{1,15}(?:\.\d{1,6})?$/.test(text)) return Number(text);
  return /^-?\d{1,15},\d{1,2}$/.test(text) ? Number(text.replace(',', '.')) : undefined;
}

/** A number within bounds; `undefined` outside. */
export function readWithin(text: string | undefined, low: number, high: number): number | undefined {
  const value = text === undefined ? undefined : readNumber(text);
  return value !== undefined && value >= low && value <= high ? value : undefined;
}
