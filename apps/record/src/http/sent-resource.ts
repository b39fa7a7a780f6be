/** A FHIR resource as the body of a request. */
import { isObject, type SentResource } from '#fhir/reading/json.js';
import { fromXml, NotFhirXml } from '#fhir/xml/read-xml.js';
import { FhirFault } from './fhir-fault.js';
import { type FhirFormat, formatOfType } from './negotiation.js';

/** A resource as it was sent: read, and byte for byte. */
export interface SentBody {
  readonly resource: SentResource;
  readonly bytes: Buffer;
  readonly format: FhirFormat;
}

/**
 * `undefined` where there is no body.
 * @throws FhirFault 400 for what is no FHIR resource, 415 for another format
 */
export function sentIn(bytes: Buffer, contentType: string): SentBody | undefined {
  if (bytes.length === 0) return undefined;
  const format = formatOfType(contentType);
  if (!format)
    throw new FhirFault(415, 'not-supported', {
      vi: 'Nội dung phải là application/fhir+json hoặc application/fhir+xml.',
      en: 'The body must be application/fhir+json or application/fhir+xml.',
    });
  return { resource: resourceIn(bytes, format), bytes, format };
}

/** @throws FhirFault as {@link sentIn}, and 400 where there is no body */
export function sentResource(bytes: Buffer | undefined, contentType: string | undefined): SentResource {
  const sent = bytes && sentIn(bytes, contentType ?? '');
  if (!sent) throw noBody();
  return sent.resource;
}

export const noBody = (): FhirFault =>
  new FhirFault(400, 'structure', { vi: 'Yêu cầu không có nội dung.', en: 'The request has no body.' });

function resourceIn(bytes: Buffer, format: FhirFormat): SentResource {
  const text = textIn(bytes);
  const read = format === 'json' ? jsonIn(text) : xmlIn(text);
  if (isDeeper(read, mostDepth)) throw tooDeep();
  if (isObject(read) && typeof read['resourceType'] === 'string') return read as SentResource;
  throw notFhir();
}

/** As deep as XML may be nested; no resource comes near, and what walks through one has no end of stack. */
const mostDepth = 100;

function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => isDeeper(inner, depth - 1));
}

function textIn(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new FhirFault(400, 'structure', { vi: 'Nội dung không phải UTF-8.', en: 'The body is not UTF-8.' });
  }
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new FhirFault(400, 'structure', { vi: 'Nội dung không phải JSON.', en: 'The body is not JSON.' });
  }
}

function xmlIn(text: string): unknown {
  try {
    return fromXml(text);
  } catch (error) {
    if (error instanceof NotFhirXml) throw new FhirFault(400, 'structure', error.text);
    throw error;
  }
}

const notFhir = (): FhirFault =>
  new FhirFault(400, 'structure', {
    vi: 'Nội dung không phải tài nguyên FHIR.',
    en: 'The body is not a FHIR resource.',
  });

const tooDeep = (): FhirFault =>
  new FhirFault(400, 'structure', { vi: 'Nội dung lồng quá sâu.', en: 'The body is nested too deeply.' });
