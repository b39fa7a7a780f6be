/** What the controllers of `/fhir` share: how requests are read and answers are marked. */
import type { Resource } from '@medplum/fhirtypes';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { toXml } from '#fhir/xml/write-xml.js';
import { publicOrigin } from '#platform/http/public-origin.js';
import type { ServedResource } from '../reading/record-reader.js';
import { type SearchedType, searchedType } from '../search/definitions.js';
import { FhirFault } from './fhir-fault.js';
import { formatOf, mediaTypes } from './negotiation.js';

const resourceId = /^[A-Za-z0-9\-.]{1,64}$/;

/** The answer is FHIR, in the format that was asked for. */
export function asFhir(reply: FastifyReply): FastifyReply {
  const format = formatOf(reply.request);
  if (format === 'xml') reply.serializer((answer: unknown) => toXml(answer as Resource));
  return reply.type(mediaTypes[format]).header('Cache-Control', 'private, no-cache').header('Vary', 'Accept');
}

/** Marks the answer with the resource's version; nothing is answered to a client that has that version already. */
export function asVersion(
  resource: ServedResource,
  request: FastifyRequest,
  reply: FastifyReply,
): ServedResource | undefined {
  const etag = `W/"${resource.meta?.versionId}"`;
  const modified = new Date(resource.meta?.lastUpdated ?? 0);
  asFhir(reply).header('ETag', etag).header('Last-Modified', modified.toUTCString());
  if (!isKnown(request, etag, modified)) return resource;
  reply.status(304);
  return undefined;
}

/** `If-None-Match` is stronger than `If-Modified-Since` (RFC 9110 §13.2.2), which counts whole seconds. */
function isKnown({ headers }: FastifyRequest, etag: string, modified: Date): boolean {
  const match = headers['if-none-match'];
  if (match !== undefined) return match.split(',').some((one) => one.trim() === etag || one.trim() === '*');
  const since = Date.parse(headers['if-modified-since'] ?? '');
  return Math.floor(modified.getTime() / 1000) * 1000 <= since;
}

export const baseOf = (request: FastifyRequest): string => `${publicOrigin(request)}/fhir`;

/** @throws FhirFault 404 for a type that FHIR does not know */
export function definitionOf(type: string): SearchedType {
  const searched = searchedType(type);
  if (searched) return searched;
  const name = type.slice(0, 64);
  throw new FhirFault(404, 'not-supported', {
    vi: `Không có loại tài nguyên ${name}.`,
    en: `No resource type ${name} here.`,
  });
}

/** @throws FhirFault 400 */
export function checkedId(id: string): string {
  if (resourceId.test(id)) return id;
  throw new FhirFault(400, 'value', { vi: 'Mã tài nguyên không hợp lệ.', en: 'Not a resource id.' });
}

/**
 * As written in the URL, repeats and order kept.
 * @throws FhirFault 406 when the client speaks another format alone
 */
export function parametersOf(request: FastifyRequest): URLSearchParams {
  const { searchParams } = new URL(request.raw.url ?? '', 'http://localhost');
  formatOf(request);
  return searchParams;
}

/** Unknown parameters are left out and named, not refused. */
export const prefersLenient = (request: FastifyRequest): boolean =>
  /(^|[,;\s])handling=lenient\b/.test(String(request.headers['prefer'] ?? ''));

/** Parameters of the URL, then those of the form. */
export function withForm(body: Buffer | undefined, request: FastifyRequest): URLSearchParams {
  const parameters = parametersOf(request);
  for (const [name, value] of formParameters(body, request)) parameters.append(name, value);
  return parameters;
}

/** The form as it was sent: repeats count. */
function formParameters(body: Buffer | undefined, request: FastifyRequest): URLSearchParams {
  if (!body || body.length === 0) return new URLSearchParams();
  if (/^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? '')) {
    const form = body.toString();
    // Routes that show nobody write nothing down.
    if (request.disclosure) request.disclosure.query = form;
    return new URLSearchParams(form);
  }
  throw new FhirFault(415, 'not-supported', {
    vi: 'Nội dung _search phải là application/x-www-form-urlencoded.',
    en: 'The body of _search must be application/x-www-form-urlencoded.',
  });
}

/**
 * @param known besides `_format` and `_pretty`
 * @throws FhirFault 400 naming the first parameter that is not
 */
export function refuseParameters(parameters: URLSearchParams, known: readonly string[]): void {
  for (const name of parameters.keys()) {
    if (name === '_format' || name === '_pretty' || known.includes(name)) continue;
    const shown = name.slice(0, 100);
    throw new FhirFault(400, 'not-supported', {
      vi: `Không hỗ trợ tham số: ${shown}.`,
      en: `Parameter not supported: ${shown}.`,
    });
  }
}
