import type { FastifyRequest } from 'fastify';
import { isObject, type SentResource } from '#fhir/reading/json.js';
import { fromXml, NotFhirXml } from '#fhir/xml/read-xml.js';
import { patience, streamedBody } from '#platform/http/streamed-body.js';
import { FhirFault } from '../http/fhir-fault.js';
import { type FhirFormat, formatOfType } from '../http/negotiation.js';

/** A resource as it was sent: read, and byte for byte. */
export interface SentBody {
  readonly resource: SentResource;
  readonly bytes: Buffer;
  readonly format: FhirFormat;
}

/** Intake reads no larger FHIR message either. */
const mostBytes = 16 * 1024 * 1024;

/**
 * The body of a route with `StreamedBody`; `undefined` when there is none.
 * @param limit of the whole service, in bytes
 * @throws FhirFault 400 for what is no FHIR resource, 415 for another format
 * @throws Problem 413, 408, 415 as `streamedBody`
 */
export async function sentBody(request: FastifyRequest, limit: number): Promise<SentBody | undefined> {
  const chunks: Buffer[] = [];
  const limits = { ...patience, bytes: Math.min(limit, mostBytes) };
  for await (const chunk of streamedBody(request.raw, limits)) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  if (bytes.length === 0) return undefined;
  const format = formatOfType(request.givenContentType);
  if (!format)
    throw new FhirFault(415, 'not-supported', {
      vi: 'Nội dung phải là application/fhir+json hoặc application/fhir+xml.',
      en: 'The body must be application/fhir+json or application/fhir+xml.',
    });
  return { resource: resourceIn(bytes, format), bytes, format };
}

export const noBody = (): FhirFault =>
  new FhirFault(400, 'structure', { vi: 'Yêu cầu không có nội dung.', en: 'The request has no body.' });

function resourceIn(bytes: Buffer, format: FhirFormat): SentResource {
  const text = textIn(bytes);
  const read = format === 'json' ? jsonIn(text) : xmlIn(text);
  if (isObject(read) && typeof read['resourceType'] === 'string') return read as SentResource;
  throw notFhir;
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

const notFhir = new FhirFault(400, 'structure', {
  vi: 'Nội dung không phải tài nguyên FHIR.',
  en: 'The body is not a FHIR resource.',
});
