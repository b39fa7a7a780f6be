/** Which entry a reference leads to (FHIR R4 §2.36.4.1), and references rewritten to the ids of the record. */
import { residentPlaceholder } from '../kept.js';
import { isObject, type Json, type JsonObject, objectsOf, textOf } from './json.js';
import type { SentEntry } from './entries.js';

/** `Encounter/0b5c…`: ids as this system gives them. */
const ownReference = /^[A-Z][A-Za-z]+\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:-[A-Za-z0-9.-]+)?$/;
const facilityReference = /^Organization\/[0-9]{2}[0-9A-Z]{3}$/;

export type Resolution =
  | { readonly kind: 'entry'; readonly entry: SentEntry }
  /** `Patient?identifier=…` that no entry of the message fits. */
  | { readonly kind: 'search'; readonly type: string; readonly identifier: string }
  /** Something of this system by its id, or something inside the resource itself. */
  | { readonly kind: 'own'; readonly reference: string }
  | { readonly kind: 'ambiguous' }
  | { readonly kind: 'outside' };

export class References {
  readonly #byUrl = new Map<string, SentEntry>();
  readonly #byIdentifier = new Map<string, SentEntry[]>();
  readonly #byName = new Map<string, SentEntry>();

  constructor(entries: readonly SentEntry[]) {
    for (const entry of entries) this.#index(entry);
  }

  #index(entry: SentEntry): void {
    const { resource, fullUrl } = entry;
    if (!resource) return;
    if (fullUrl !== undefined && !this.#byUrl.has(fullUrl)) this.#byUrl.set(fullUrl, entry);
    const id = textOf(resource['id']);
    if (id !== undefined) this.#byName.set(`${resource.resourceType}/${id}`, entry);
    if (entry.method === 'PUT' && !entry.url.includes('?')) this.#byName.set(entry.url, entry);
    for (const identifier of objectsOf(resource['identifier'])) {
      const token = tokenOf(identifier);
      if (token === undefined) continue;
      const name = `${resource.resourceType}?${token}`;
      this.#byIdentifier.set(name, [...(this.#byIdentifier.get(name) ?? []), entry]);
    }
  }

  /** @param from the entry the reference stands in */
  resolve(reference: JsonObject, from: SentEntry): Resolution {
    const literal = textOf(reference['reference']);
    if (literal !== undefined) return this.#literal(literal, from);
    const identifier = objectsOf(reference['identifier'])[0];
    const token = identifier && tokenOf(identifier);
    const type = textOf(reference['type']);
    if (token === undefined || type === undefined) return { kind: 'outside' };
    return this.#found(`${type}?${token}`) ?? { kind: 'search', type, identifier: token };
  }

  #literal(literal: string, from: SentEntry): Resolution {
    const exact = this.#byUrl.get(literal);
    if (exact) return { kind: 'entry', entry: exact };
    if (literal.startsWith('#')) return { kind: 'own', reference: literal };
    const [target = ''] = literal.split('/_history/', 1);
    const byUrl = this.#byUrl.get(target) ?? this.#relative(target, from);
    if (byUrl) return { kind: 'entry', entry: byUrl };
    const conditional = /^([A-Z][A-Za-z]+)\?(?:.*&)?identifier=([^&]+)$/.exec(target);
    if (conditional) {
      const type = conditional[1] ?? '';
      const identifier = decoded(conditional[2] ?? '');
      return this.#found(`${type}?${identifier}`) ?? { kind: 'search', type, identifier };
    }
    return ownReference.test(target) || facilityReference.test(target)
      ? { kind: 'own', reference: target }
      : { kind: 'outside' };
  }

  /** A relative reference is relative to the base of the entry's own fullUrl; else an id in the message is meant. */
  #relative(target: string, { fullUrl }: SentEntry): SentEntry | undefined {
    if (!/^[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}$/.test(target)) return undefined;
    const base = /^(https?:\/\/.*\/)[A-Z][A-Za-z]+\/[^/]+$/.exec(fullUrl ?? '')?.[1];
    return (base === undefined ? undefined : this.#byUrl.get(`${base}${target}`)) ?? this.#byName.get(target);
  }

  #found(name: string): Resolution | undefined {
    const found = this.#byIdentifier.get(name);
    if (!found || found.length === 0) return undefined;
    const [entry, ...others] = found;
    return entry && others.length === 0 ? { kind: 'entry', entry } : { kind: 'ambiguous' };
  }
}

/** Every reference inside a resource, with its path; those of contained resources too. */
export function eachReference(value: Json, path: string, visit: (reference: JsonObject, path: string) => void): void {
  if (Array.isArray(value)) {
    (value as readonly Json[]).forEach((item, index) => {
      eachReference(item, `${path}[${index}]`, visit);
    });
  } else if (isObject(value)) {
    if (typeof value['reference'] === 'string') visit(value, path);
    for (const name in value) {
      const inner = value[name];
      if (typeof inner === 'object' && inner !== null) eachReference(inner, `${path}.${name}`, visit);
    }
  }
}

/** A copy in which references to entries lead to the record. */
export function rewritten(value: Json, targetOf: (reference: JsonObject) => string | undefined): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => rewritten(item, targetOf));
  if (!isObject(value)) return value;
  const copy: Record<string, Json> = {};
  for (const name in value) {
    const inner = value[name];
    if (inner !== undefined) copy[name] = typeof inner === 'object' ? rewritten(inner, targetOf) : inner;
  }
  const target = typeof value['reference'] === 'string' ? targetOf(value) : undefined;
  if (target !== undefined) copy['reference'] = target;
  return copy;
}

/** `system|value` of an identifier. */
export function tokenOf(identifier: JsonObject): string | undefined {
  const value = textOf(identifier['value']);
  return value === undefined ? undefined : `${textOf(identifier['system']) ?? ''}|${value}`;
}

export const residentReference = `Patient/${residentPlaceholder}`;

export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
