import type { FastifyRequest } from 'fastify';
import { FhirFault } from './fhir-fault.js';

/** What FHIR is spoken in here. */
export type FhirFormat = 'json' | 'xml';

export const mediaTypes: Readonly<Record<FhirFormat, string>> = {
  json: 'application/fhir+json; charset=utf-8',
  xml: 'application/fhir+xml; charset=utf-8',
};

const formats: Readonly<Record<string, FhirFormat>> = {
  json: 'json',
  'application/json': 'json',
  'application/fhir+json': 'json',
  'text/json': 'json',
  xml: 'xml',
  'application/xml': 'xml',
  'application/fhir+xml': 'xml',
  'text/xml': 'xml',
};
/** What a body of this `Content-Type` is written in; `undefined` when that is not FHIR. */
export const formatOfType = (contentType: string): FhirFormat | undefined => formats[essence(contentType)];

const any: ReadonlySet<string> = new Set(['*/*', 'application/*', '']);

/**
 * What the client wants the answer in; `_format` is stronger than `Accept`.
 * @throws FhirFault 406 when it asks for something else alone
 */
export function formatOf(request: FastifyRequest): FhirFormat {
  const [asked] = [(request.query as Readonly<Record<string, string | string[]>>)['_format']].flat();
  const found =
    asked === undefined ? acceptedBy(request.headers.accept ?? '*/*') : formats[essence(asked.replace(' ', '+'))];
  if (found) return found;
  throw new FhirFault(406, 'not-supported', {
    vi: 'Chỉ có application/fhir+json và application/fhir+xml.',
    en: 'Only application/fhir+json and application/fhir+xml are spoken here.',
  });
}

/** The one with the highest `q` (RFC 9110 §12.5.1), of several the first. A browser, which takes anything, gets JSON. */
function acceptedBy(accept: string): FhirFormat | undefined {
  const ranges = accept.split(',').map((range) => ({ type: essence(range), quality: qualityOf(range) }));
  const wanted = ranges.filter(({ quality }) => quality > 0).toSorted((a, b) => b.quality - a.quality);
  if (wanted.some(({ type }) => type === 'text/html') && wanted.some(({ type }) => any.has(type))) return 'json';
  for (const { type } of wanted) {
    const format = any.has(type) ? 'json' : formats[type];
    if (format) return format;
  }
  return undefined;
}

const essence = (range: string): string => range.split(';')[0]?.trim().toLowerCase() ?? '';

function qualityOf(range: string): number {
  const [, quality] = /;\s*q=([\d.]+)/i.exec(range) ?? [];
  return quality === undefined ? 1 : Number(quality);
}
