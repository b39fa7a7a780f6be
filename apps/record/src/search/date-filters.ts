import type { DateValue } from './parameter-values.js';
import { all, any, type Sql, sql } from './sql.js';

/** Exact condition, and what follows from it for the start alone, so that an index by start bounds the search. */
export interface DateFilter {
  readonly exact: Sql;
  /** Inclusive. */
  readonly from?: number;
  /** Exclusive. */
  readonly before?: number;
}

/**
 * Prefixes as R4 defines them over spans.
 * @param longest no span of the column is longer, other than those the caller looks after
 */
export function dateFilter(starts: string, ends: string, value: DateValue, longest: number): DateFilter {
  const s = value;
  const within = all([sql(`${starts} >= ?`, s.starts), sql(`${ends} <= ?`, s.ends)]);
  switch (value.prefix) {
    case 'eq':
      return { exact: within, from: s.starts, before: s.ends };
    case 'ne':
      return { exact: any([sql(`${starts} < ?`, s.starts), sql(`${ends} > ?`, s.ends)]) };
    case 'gt':
      return { exact: sql(`${ends} > ?`, s.ends), from: s.ends - longest };
    case 'ge':
      return { exact: any([sql(`${ends} > ?`, s.ends), within]), from: Math.min(s.starts, s.ends - longest) };
    case 'lt':
      return { exact: sql(`${starts} < ?`, s.starts), before: s.starts };
    case 'le':
      return { exact: any([sql(`${starts} < ?`, s.starts), within]), before: s.ends };
    case 'sa':
      return { exact: sql(`${starts} >= ?`, s.ends), from: s.ends };
    case 'eb':
      return { exact: sql(`${ends} <= ?`, s.starts), before: s.starts };
    case 'ap':
      return {
        exact: all([sql(`${starts} < ?`, s.ends), sql(`${ends} > ?`, s.starts)]),
        from: s.starts - longest,
        before: s.ends,
      };
    default:
      return value.prefix satisfies never;
  }
}

/** Any of several: the bounds that hold for all of them. */
export function anyDate(filters: readonly DateFilter[]): DateFilter {
  const from = filters.every((one) => one.from !== undefined)
    ? Math.min(...filters.map((one) => one.from ?? 0))
    : undefined;
  const before = filters.every((one) => one.before !== undefined)
    ? Math.max(...filters.map((one) => one.before ?? 0))
    : undefined;
  return {
    exact: any(filters.map((one) => one.exact)),
    ...(from !== undefined && { from }),
    ...(before !== undefined && { before }),
  };
}
