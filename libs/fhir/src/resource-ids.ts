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

/** What stands between the owner of a kept resource and its key. */
const keptInfix = '-z-';
const keptId = /^(?:[0-9a-f-]{36}|[0-9A-Z]{5})-z-/;

/**
 * Id of the document of a stream: a UUID (of `visit-08Z11.x` …), the resident's own id, or for a resource kept for a resident or
 * a facility that owner's id and the key.
 */
export function documentIdOf(stream: string): string {
  if (stream.startsWith('resource-')) return stream.slice('resource-'.length).replace('.', keptInfix);
  return stream.startsWith('resident-') ? stream.slice('resident-'.length) : uuidFromName(streamNamespace, stream);
}

/** Id of the document of a resident's programme; no stream has it by itself. */
export const programmeId = (resident: string, programme: string): string =>
  uuidFromName(streamNamespace, `programme-${resident}.${programme}`);

/** Certificates seen lately: a visit's lines name the same few people over and over. */
const practitionerIds = new Map<string, string>();
const mostPractitionerIds = 10_000;

/** Id of the document of whoever bears a practising certificate. */
export function practitionerId(certificate: string): string {
  const known = practitionerIds.get(certificate);
  if (known !== undefined) return known;
  const made = uuidFromName(streamNamespace, `practitioner-${certificate}`);
  if (practitionerIds.size >= mostPractitionerIds) practitionerIds.clear();
  practitionerIds.set(certificate, made);
  return made;
}

/** Id of what is put together from other resources: a UUID that follows from what it is made of. */
export const contentId = (content: string): string => uuidFromName(streamNamespace, content);

/** Document and part that a resource id names; the part is empty for the whole. */
export function partOf(resourceId: string): { readonly document: string; readonly part: string } {
  if (keptId.test(resourceId)) return { document: resourceId, part: '' };
  return { document: resourceId.slice(0, uuidLength), part: resourceId.slice(uuidLength + 1) };
}

export const resourceId = (document: string, part: string): string => (part === '' ? document : `${document}-${part}`);

/** Part of a visit's document that a resource kept with the visit is. */
export const keptPart = (key: string): string => `x-${key}`;

/** Id of a resource kept for a resident or facility. */
export const keptResourceId = (owner: string, key: string): string => `${owner}${keptInfix}${key}`;

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
