/**
 * What a resource sent to us said beyond the domain content it became. Coming in, the difference between the resource and what
 * would be made of its content is kept; going out it is laid over what is made then. Where the content has learned otherwise in
 * the meantime, its word counts, and lists hold both.
 */
import type { Resource } from '@medplum/fhirtypes';
import type { KeptElement, KeptElements, KeptJson, KeptObject } from '#domain/kept-resources/kept-content.js';
import { sameContent } from '#domain/same-content.js';

/** Stands in kept references for the id of the resident. */
export const residentPlaceholder = '$resident';

/** Elements the server sets. */
const serverSet: ReadonlySet<string> = new Set(['resourceType', 'id', 'meta']);
/** Of `meta`, what the server sets; profiles, labels and tags are the sender's. */
const serverSetMeta: ReadonlySet<string> = new Set(['versionId', 'lastUpdated', 'source']);

/**
 * @param sent as received, its references already leading to ids of the record
 * @param made of the content that was read from it
 * @returns `undefined` when the content says it all
 */
export function keptElements(sent: KeptObject, made: object): KeptElements | undefined {
  const ours = made as Readonly<Record<string, KeptJson | undefined>>;
  const kept: Record<string, KeptElement> = {};
  const names = [...Object.keys(sent), ...Object.keys(ours).filter((name) => sent[name] === undefined)];
  for (const name of names) {
    if (serverSet.has(name)) continue;
    const value = sent[name];
    const own = ours[name];
    if (sameContent(value, own)) continue;
    kept[name] = { ...(value !== undefined && { value }), ...(own !== undefined && { over: fingerprint(own) }) };
  }
  const meta = senderMeta(sent);
  if (meta) kept['meta'] = { value: meta };
  return Object.keys(kept).length === 0 ? undefined : kept;
}

/** The resource with what was kept laid over it. */
export function withKept<T extends Resource>(resource: T, kept: KeptElements | undefined, resident?: string): T {
  if (!kept) return resource;
  const laid: Record<string, unknown> = { ...(resource as unknown as Record<string, unknown>) };
  for (const [name, { value, over }] of Object.entries(kept)) {
    const own = laid[name] as KeptJson | undefined;
    const said = value === undefined ? undefined : withResident(value, resident);
    if ((own === undefined ? undefined : fingerprint(own)) === over) {
      if (said === undefined) Reflect.deleteProperty(laid, name);
      else laid[name] = said;
    } else if (said !== undefined) {
      laid[name] = own === undefined ? said : joined(own, said);
    }
  }
  return laid as unknown as T;
}

/** A resource that was kept whole, as the record serves it. */
export function keptResource(resource: KeptObject, id: string, resident?: string): Resource {
  const { resourceType, ...rest } = withResident(resource, resident) as KeptObject;
  return { resourceType, id, ...rest } as unknown as Resource;
}

/** What of `meta` is the sender's. */
export function senderMeta({ meta }: KeptObject): KeptObject | undefined {
  if (typeof meta !== 'object' || meta === null || Array.isArray(meta)) return undefined;
  const kept = Object.entries(meta).filter(([name]) => !serverSetMeta.has(name));
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

/**
 * 32 bits (FNV-1a) of what a value says, in hexadecimal: enough to notice that content has changed since. Displays are looked up as
 * they are read and the patient may become another: neither says anything of its own.
 */
function fingerprint(value: KeptJson): string {
  return (mixed(offsetBasis, value) >>> 0).toString(16).padStart(8, '0');
}

const offsetBasis = 0x811c9dc5;
const prime = 0x01000193;

function mixed(before: number, value: KeptJson): number {
  if (Array.isArray(value)) {
    let hash = mixedText(before, '[');
    for (const item of value as readonly KeptJson[]) hash = mixed(hash, item);
    return mixedText(hash, ']');
  }
  if (typeof value === 'string') return mixedText(before, value);
  if (!isObject(value)) return mixedText(before, `\u0000${JSON.stringify(value)}`);
  let hash = mixedText(before, '{');
  for (const name in value) {
    const inner = value[name];
    if (name === 'display' || inner === undefined) continue;
    const patient = name === 'reference' && typeof inner === 'string' && inner.startsWith('Patient/');
    hash = mixed(mixedText(hash, name), patient ? 'Patient' : inner);
  }
  return mixedText(hash, '}');
}

function mixedText(before: number, text: string): number {
  let hash = before;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), prime);
  return Math.imul(hash ^ 0xffff, prime);
}

/** Both: items of lists side by side, fields of objects likewise, and of two plain values ours. */
function joined(own: KeptJson, said: KeptJson): KeptJson {
  if (Array.isArray(own) && Array.isArray(said)) {
    const items = own as readonly KeptJson[];
    return [...items, ...(said as readonly KeptJson[]).filter((item) => !items.some((one) => sameContent(one, item)))];
  }
  if (!isObject(own) || !isObject(said)) return own;
  const fields = Object.keys(said).map((name): readonly [string, KeptJson] => {
    const value = own[name];
    const other = said[name] ?? null;
    return [name, value === undefined ? other : joined(value, other)];
  });
  return { ...own, ...Object.fromEntries(fields) };
}

function withResident(value: KeptJson, resident: string | undefined): KeptJson {
  if (resident === undefined) return value;
  if (Array.isArray(value)) return (value as readonly KeptJson[]).map((item) => withResident(item, resident));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      name === 'reference' && typeof item === 'string'
        ? item.replace(residentPlaceholder, resident)
        : withResident(item, resident),
    ]),
  );
}

function isObject(value: KeptJson): value is KeptObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
