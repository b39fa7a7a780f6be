/**
 * Ids of resources. A document (resident, visit, screening, immunization, referral, facility) has a UUID; the resource that stands for the
 * whole bears it, its parts bear it with a suffix that is made from their content, so that an amended visit keeps the ids of
 * what did not change.
 */
import { hash } from 'node:crypto';

/** Namespace of the UUIDs below (RFC 9562 §5.5), itself the version 5 UUID of `lien-tuyen:stream` in the URL namespace. */
const streamNamespace = namespaceOf(
  uuidFromName(namespaceOf('6ba7b811-9dad-11d1-80b4-00c04fd430c8'), 'lien-tuyen:stream'),
);

const uuidLength = 36;
const slugLength = 20;

/** UUID of the document of a stream (`visit-08Z11.x` …); a resident's document has the resident's own id. */
export function documentIdOf(stream: string): string {
  return stream.startsWith('resident-') ? stream.slice('resident-'.length) : uuidFromName(streamNamespace, stream);
}

/** Document and part that a resource id names; the part is empty for the whole. */
export function partOf(resourceId: string): { readonly document: string; readonly part: string } {
  return { document: resourceId.slice(0, uuidLength), part: resourceId.slice(uuidLength + 1) };
}

export const resourceId = (document: string, part: string): string => (part === '' ? document : `${document}-${part}`);

/** Gives parts of one document their suffixes: kind letter and content, counted where two would be the same. */
export class PartNames {
  readonly #taken = new Set<string>();

  name(kind: string, content: string): string {
    const slug = /^[A-Za-z0-9.]*$/.test(content)
      ? content.slice(0, slugLength)
      : content
          .normalize('NFD')
          .replace(/[^A-Za-z0-9.]+/g, '-')
          .slice(0, slugLength);
    const base = `${kind}-${slug === '' ? '0' : slug}`;
    let name = base;
    for (let count = 2; this.#taken.has(name); count += 1) name = `${base}-${count}`;
    this.#taken.add(name);
    return name;
  }
}

function namespaceOf(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}

function uuidFromName(namespace: Buffer, name: string): string {
  const hex = hash('sha1', Buffer.concat([namespace, Buffer.from(name)]), 'hex');
  const variant = ((Number.parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(18, 20)}-${hex.slice(20, 32)}`;
}
