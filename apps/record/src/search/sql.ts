import type { SqlValue } from '#projections/projection.js';

/** A piece of SQL with the values of its `?` in order. */
export interface Sql {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

export const sql = (text: string, ...values: readonly SqlValue[]): Sql => ({ text, values });

export const never: Sql = sql('1 = 0');

export function all(pieces: readonly Sql[]): Sql {
  return joined(pieces, ' and ', '1 = 1');
}

export function any(pieces: readonly Sql[]): Sql {
  return joined(pieces, ' or ', '1 = 0');
}

export function oneOf(column: string, values: readonly SqlValue[]): Sql {
  if (values.length === 0) return never;
  return values.length === 1
    ? { text: `${column} = ?`, values }
    : { text: `${column} in (${values.map(() => '?').join(', ')})`, values };
}

function joined(pieces: readonly Sql[], word: string, none: string): Sql {
  const [first] = pieces;
  if (!first) return sql(none);
  if (pieces.length === 1) return first;
  return { text: `(${pieces.map((piece) => piece.text).join(word)})`, values: pieces.flatMap((piece) => piece.values) };
}
