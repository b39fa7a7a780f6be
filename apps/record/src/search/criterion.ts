/** What a criterion asks of a row, as SQL, and by which index rows can be found. */
import type { Matcher } from './matching/matcher.js';
import { never, type Sql } from './sql.js';

export interface Criterion {
  /** Holds for all rows that are wanted, and without a {@link matcher} for no others. */
  readonly filter: Sql;
  /** Finds the few rows there can be (one resident's, one document's) by an index. */
  readonly narrow?: Sql;
  /** Finds the rows by an index in key order, one condition for each alternative. */
  readonly drive?: { readonly kind: 'code' | 'facility' | 'name'; readonly alternatives: readonly Sql[] };
  /** Bounds of an order's first column that follow from it. */
  readonly bounds?: Bounds;
  /** What the columns cannot tell is told from the resource. */
  readonly matcher?: Matcher;
}

export interface Bounds {
  readonly column: string;
  /** Inclusive. */
  readonly from?: number;
  /** Exclusive. */
  readonly before?: number;
  /** Selects the numbers of the rows before `from` that may fit nevertheless; they are few. */
  readonly exceptions?: Sql;
}

/** Holds for no row. */
export const nothing: Criterion = { filter: never, narrow: never };
