import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { FhirFault } from '../http/fhir-fault.js';

/** The key of the last row seen, in the order of the search. */
export type PageKey = readonly (string | number)[];

const cipher = 'aes-256-gcm';
const nonceLength = 12;
const tagLength = 16;

/**
 * The search and where its next page begins, sealed: the row that a page ends at may be one the search passed over, of a
 * resident the caller may not read, and its key may be that resident's name. What may be seen is decided anew for each page.
 */
export class PageTokens {
  /** @param key 32 bytes; the same for every replica, or links end with the process */
  constructor(private readonly key: Uint8Array) {}

  write(query: string, after: PageKey): string {
    const nonce = randomBytes(nonceLength);
    const sealing = createCipheriv(cipher, this.key, nonce);
    const sealed = Buffer.concat([sealing.update(JSON.stringify([query, after])), sealing.final()]);
    return Buffer.concat([nonce, sealing.getAuthTag(), sealed]).toString('base64url');
  }

  /** @throws FhirFault 400 for what {@link write} has not written */
  read(token: string): { readonly query: string; readonly after: PageKey } {
    const written = this.#opened(token);
    if (written) return written;
    throw new FhirFault(400, 'value', { vi: 'Liên kết trang không hợp lệ.', en: 'Not a page link of this server.' });
  }

  #opened(token: string): { readonly query: string; readonly after: PageKey } | undefined {
    try {
      const bytes = Buffer.from(token, 'base64url');
      const opening = createDecipheriv(cipher, this.key, bytes.subarray(0, nonceLength), { authTagLength: tagLength });
      opening.setAuthTag(bytes.subarray(nonceLength, nonceLength + tagLength));
      const text = Buffer.concat([opening.update(bytes.subarray(nonceLength + tagLength)), opening.final()]).toString();
      const [query, after] = JSON.parse(text) as [string, PageKey];
      return { query, after };
    } catch {
      return undefined;
    }
  }
}
