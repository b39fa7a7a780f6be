import type { Bundle, BundleEntry } from '@medplum/fhirtypes';
import type { Change } from './document-changes.js';

export interface HistoryPage {
  /** Absent where counting would mean reading the whole log. */
  readonly total?: number;
  readonly changes: readonly Change[];
  /** Token of the page after it. */
  readonly next?: string;
}

/** @param url of the history, without parameters */
export function historyBundle(base: string, url: string, query: string, page: HistoryPage): Bundle {
  return {
    resourceType: 'Bundle',
    type: 'history',
    ...(page.total !== undefined && { total: page.total }),
    link: [
      { relation: 'self', url: query === '' ? url : `${url}?${query}` },
      ...(page.next === undefined ? [] : [{ relation: 'next', url: `${url}?_page=${page.next}` } as const]),
    ],
    ...(page.changes.length > 0 && { entry: page.changes.map((change) => entryOf(base, change)) }),
  };
}

/** The interaction that would have made the change: FHIR has no other words for it. */
function entryOf(base: string, { type, id, version, recorded, resource, existed }: Change): BundleEntry {
  const name = `${type}/${id}`;
  const [method, status] = resource
    ? existed
      ? (['PUT', '200'] as const)
      : (['POST', '201'] as const)
    : (['DELETE', '204'] as const);
  return {
    fullUrl: `${base}/${name}`,
    ...(resource && { resource }),
    request: { method, url: method === 'POST' ? type : name },
    response: { status, lastModified: new Date(recorded).toISOString(), etag: `W/"${version}"` },
  };
}
