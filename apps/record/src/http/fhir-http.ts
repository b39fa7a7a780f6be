/** What the controllers of the FHIR service have in common. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { disclosureOf } from '#security/http/audit-hooks.js';
import { FhirFault } from './fhir-fault.js';
import { requireJson } from './negotiation.js';

export const fhir = (reply: FastifyReply): FastifyReply =>
  reply.type('application/fhir+json; charset=utf-8').header('Cache-Control', 'private, no-cache');

export const baseOf = (request: FastifyRequest): string => `${request.protocol}://${request.host}/fhir`;

/** Unknown parameters are left out and named, not refused. */
export const prefersLenient = (request: FastifyRequest): boolean =>
  /(^|[,;\s])handling=lenient\b/.test(String(request.headers['prefer'] ?? ''));

/** As written in the URL, repeats and order kept. */
export function parametersOf(request: FastifyRequest): URLSearchParams {
  const { searchParams } = new URL(request.raw.url ?? '', 'http://localhost');
  requireJson(searchParams.get('_format'), request.headers.accept);
  return searchParams;
}

/** The form as it was sent: repeats count. */
export function formParameters(body: Buffer | undefined, request: FastifyRequest): URLSearchParams {
  if (!body || body.length === 0) return new URLSearchParams();
  if (/^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? '')) {
    const form = body.toString();
    disclosureOf(request).query = form;
    return new URLSearchParams(form);
  }
  throw new FhirFault(415, 'not-supported', {
    vi: 'Nội dung _search phải là application/x-www-form-urlencoded.',
    en: 'The body of _search must be application/x-www-form-urlencoded.',
  });
}
