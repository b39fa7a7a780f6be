/** A Bundle, or a resource alone, as entries: structure checked, requests understood, nothing translated yet. */
import { checkResource } from '../structure/check-resource.js';
import { isObject, type Json, type JsonObject, objectOf, type SentResource, textOf } from './json.js';
import { readingFault, type ReadingFault } from './reading-fault.js';

export type BundleType = 'transaction' | 'batch' | 'message' | 'document' | 'collection' | 'resource';

export interface SentEntry {
  readonly index: number;
  /** Path of the resource. */
  readonly path: string;
  readonly fullUrl?: string;
  readonly resource?: SentResource;
  readonly method: 'POST' | 'PUT' | 'DELETE';
  /** `request.url`, without a leading slash. */
  readonly url: string;
  readonly ifNoneExist?: string;
  readonly faults: readonly ReadingFault[];
}

export interface SentBundle {
  readonly type: BundleType;
  readonly entries: readonly SentEntry[];
  /** Faults of the whole. */
  readonly faults: readonly ReadingFault[];
}

/** The resource of an entry that has passed. */
export function resourceOf({ resource }: SentEntry): JsonObject {
  return resource ?? nothing;
}

const nothing: JsonObject = {};

const mostEntries = 2_000;
const bundleTypes: readonly string[] = ['transaction', 'batch', 'message', 'document', 'collection'];
const firstTypes: Readonly<Record<string, string>> = { message: 'MessageHeader', document: 'Composition' };

/** @param parsed JSON of unknown origin */
export function sentBundle(parsed: unknown): SentBundle {
  const json = parsed as Json;
  if (!isObject(json) || typeof json['resourceType'] !== 'string')
    return { type: 'resource', entries: [], faults: [readingFault('', 'not-fhir')] };
  if (json['resourceType'] !== 'Bundle') {
    const path = json['resourceType'];
    const faults = checkResource(json, /^[A-Za-z]{1,40}$/.test(path) ? path : '');
    const entry: SentEntry = {
      index: 0,
      path,
      resource: json as SentResource,
      method: 'POST',
      url: path,
      faults,
    };
    return { type: 'resource', entries: [entry], faults: [] };
  }
  const type = json['type'];
  if (typeof type !== 'string' || !bundleTypes.includes(type))
    return { type: 'resource', entries: [], faults: [readingFault('Bundle.type', 'bundle-type')] };
  return { type: type as BundleType, ...entriesOf(json, type as BundleType) };
}

function entriesOf(bundle: JsonObject, type: BundleType): Pick<SentBundle, 'entries' | 'faults'> {
  const { entry, ...frame } = bundle;
  if (entry !== undefined && !Array.isArray(entry))
    return { entries: [], faults: [readingFault('Bundle.entry', 'wrong-type')] };
  const sent = (entry ?? []) as readonly Json[];
  if (sent.length > mostEntries) return { entries: [], faults: [readingFault('Bundle.entry', 'too-many-entries')] };
  const faults: ReadingFault[] = [...checkResource(frame, 'Bundle')];
  const first = objectOf(objectOf(sent[0])?.['resource'])?.['resourceType'];
  if (firstTypes[type] !== undefined && first !== firstTypes[type])
    faults.push(readingFault('Bundle.entry[0]', 'first-entry'));
  const known = new Set<string>();
  const entries = sent.map((one, index) => {
    const made = entryOf(one, index, type);
    if (made.fullUrl === undefined || !known.has(made.fullUrl)) {
      if (made.fullUrl !== undefined) known.add(made.fullUrl);
      return made;
    }
    return { ...made, faults: [...made.faults, readingFault(`Bundle.entry[${index}].fullUrl`, 'duplicate-full-url')] };
  });
  return { entries, faults };
}

/** The one thing that can be deleted: an encounter by its number. */
const withdrawal = /^Encounter\?identifier=[^&]+$/;

function entryOf(sent: Json, index: number, type: BundleType): SentEntry {
  const at = `Bundle.entry[${index}]`;
  const path = `${at}.resource`;
  const faults: ReadingFault[] = [];
  const entry = objectOf(sent);
  const request = objectOf(entry?.['request']);
  const requested = type === 'transaction' || type === 'batch';
  const method = requested ? request?.['method'] : 'POST';
  const fullUrl = textOf(entry?.['fullUrl']);
  const ifNoneExist = textOf(request?.['ifNoneExist']);
  const url = (textOf(request?.['url']) ?? '').replace(/^\//, '');
  if (!entry) faults.push(readingFault(at, 'wrong-type'));
  else if (requested && !request) faults.push(readingFault(`${at}.request`, 'required'));
  else if (method === 'DELETE' && withdrawal.test(url))
    return { index, path, method, url, ...(fullUrl !== undefined && { fullUrl }), faults };
  else if (method !== 'POST' && method !== 'PUT')
    faults.push(readingFault(`${at}.request.method`, 'method-not-supported'));
  const resource = objectOf(entry?.['resource']);
  if (faults.length === 0) faults.push(...checkResource(resource, path));
  const known = typeof resource?.['resourceType'] === 'string' ? (resource as SentResource) : undefined;
  if (requested && known && faults.length === 0 && !urlFits(url, known, method === 'PUT'))
    faults.push(readingFault(`${at}.request.url`, 'request-url'));
  return {
    index,
    path,
    ...(fullUrl !== undefined && { fullUrl }),
    ...(known && { resource: known }),
    method: method === 'PUT' ? 'PUT' : 'POST',
    url,
    ...(ifNoneExist !== undefined && { ifNoneExist }),
    faults,
  };
}

/** `Patient` for a POST; `Patient/id` or `Patient?identifier=…` for a PUT. */
function urlFits(url: string, { resourceType }: SentResource, put: boolean): boolean {
  if (!put) return url === resourceType;
  return url.startsWith(`${resourceType}/`) || url.startsWith(`${resourceType}?`);
}
