import { FhirFault } from '../http/fhir-fault.js';

/** The key of the last row seen, in the order of the search. */
export type PageKey = readonly (string | number)[];

/** Opaque to clients: the search and where its next page begins. What may be seen is decided anew for each page. */
export function pageToken(query: string, after: PageKey): string {
  return Buffer.from(JSON.stringify([query, after])).toString('base64url');
}

export function readPageToken(token: string): { readonly query: string; readonly after: PageKey } {
  try {
    const read: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (Array.isArray(read) && read.length === 2) {
      const [query, after] = read as unknown[];
      if (typeof query === 'string' && isKey(after)) return { query, after };
    }
  } catch {
    // Falls through to the one answer there is.
  }
  throw new FhirFault(400, 'value', { vi: 'Liên kết trang không hợp lệ.', en: 'Not a page link of this server.' });
}

function isKey(value: unknown): value is PageKey {
  return (
    Array.isArray(value) &&
    value.length <= 3 &&
    value.every((one) => typeof one === 'string' || Number.isSafeInteger(one))
  );
}
