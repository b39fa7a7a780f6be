const counts = ['numerator', 'denominator', 'insured', 'visits', 'residents'];

/** A figure whose changes have cancelled each other: within one batch no row is made of them. */
export function isCountOfNothing(row: Readonly<Record<string, unknown>>): boolean {
  const values = counts.filter((column) => column in row && !('encounter' in row)).map((column) => row[column]);
  return values.length > 0 && values.every((value) => value === 0);
}
