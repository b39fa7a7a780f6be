/** A history as it was asked (R4 §3.1.0.9.1). */
import { FhirFault } from '../http/fhir-fault.js';
import type { PageKey, PageTokens } from '../search/page-token.js';
import { endOf, momentOf } from '../search/moments.js';
import type { Change } from './document-changes.js';

export interface HistoryRequest {
  readonly count: number;
  /** Milliseconds since 1970: only what was recorded then or later. */
  readonly since?: number;
  /** Only versions that were current at some time of it; milliseconds since 1970, the end exclusive. */
  readonly at?: { readonly from: number; readonly before: number };
  /** Where the page begins, exclusive. */
  readonly after?: PageKey;
  /** What was asked without its page, as a query string. */
  readonly query: string;
}

const defaultCount = 50;
const mostCount = 500;

/** Whether a version is among those asked for. */
export function isAsked(
  { since, at }: Pick<HistoryRequest, 'since' | 'at'>,
  { recorded, until }: Pick<Change, 'recorded' | 'until'>,
): boolean {
  if (since !== undefined && recorded < since) return false;
  return at === undefined || (recorded < at.before && (until === undefined || until > at.from));
}

/** @throws FhirFault 400 naming what is not supported */
export function historyRequest(parameters: URLSearchParams, pages: PageTokens): HistoryRequest {
  const token = parameters.get('_page');
  if (token !== null) {
    const { query, after } = pages.read(token);
    return { ...historyRequest(new URLSearchParams(query), pages), after };
  }
  let count = defaultCount;
  let since: number | undefined;
  let at: HistoryRequest['at'];
  const unknown: string[] = [];
  for (const [name, value] of parameters) {
    if (name === '_count' && /^[1-9]\d{0,8}$/.test(value)) count = Math.min(Number(value), mostCount);
    else if (name === '_since') since = momentOf(name, value);
    else if (name === '_at') at = { from: momentOf(name, value), before: endOf(name, value) };
    else if (name !== '_format' && name !== '_pretty') unknown.push(name.slice(0, 100));
  }
  if (unknown.length > 0) {
    throw new FhirFault(400, 'not-supported', {
      vi: `Không hỗ trợ tham số: ${unknown.join(', ')}.`,
      en: `Parameters not supported: ${unknown.join(', ')}.`,
    });
  }
  return {
    count,
    ...(since !== undefined && { since }),
    ...(at && { at }),
    query: parameters.toString(),
  };
}
