import { hash } from 'node:crypto';
import type { KeptResource } from '#domain/kept-resources/kept-content.js';
import { senderMeta } from '../kept.js';
import type { SentEntry } from './entries.js';
import { type JsonObject, objectsOf, textOf } from './json.js';
import { tokenOf } from './references.js';

/** Characters of what becomes one event: under a megabyte, the least any engine takes, in most alphabets. */
export const mostEventText = 600_000;

/** Types whose identifiers are numbers of people: nothing is named after those. */
const personal: ReadonlySet<string> = new Set(['Coverage', 'RelatedPerson', 'Person', 'Practitioner', 'Patient']);

/**
 * Names a resource among those of its resident: by its business identifier, else by where its sender keeps it, else by its own
 * content. A later version that bears the same name replaces it.
 */
export function keptKey(entry: SentEntry): string {
  const known = keys.get(entry);
  if (known !== undefined) return known;
  const made = keyOf(entry);
  keys.set(entry, made);
  return made;
}

const keys = new WeakMap<SentEntry, string>();

function keyOf({ resource, method, url, fullUrl }: SentEntry): string {
  const type = resource?.resourceType ?? '';
  const identifier = personal.has(type) ? undefined : objectsOf(resource?.['identifier'])[0];
  const name =
    (identifier && tokenOf(identifier)) ??
    (method === 'PUT' && !url.includes('?') ? url : undefined) ??
    (fullUrl !== undefined && /^https?:/.test(fullUrl) ? fullUrl : undefined) ??
    textOf(resource?.['id']) ??
    JSON.stringify(resource);
  return hash('sha256', `${type}\u0000${name}`).slice(0, 16);
}

/** @param resource of the entry, its references rewritten */
export function wholeResource(entry: SentEntry, resource: JsonObject): KeptResource {
  const { id: _, meta: _meta, ...rest } = resource;
  const meta = senderMeta(resource);
  return {
    key: keptKey(entry),
    type: entry.resource?.resourceType ?? '',
    resource: { ...rest, ...(meta && { meta }) },
  };
}
