import { FhirFault } from './fhir-fault.js';

const jsonFormats = new Set(['json', 'application/json', 'application/fhir+json', 'text/json']);
const acceptable = new Set(['*/*', 'application/*', ...jsonFormats]);

/**
 * JSON is what this server speaks; `_format` is stronger than `Accept`.
 * @throws FhirFault 406 when the client asks for something else alone
 */
export function requireJson(format: string | null, accept: string | undefined): void {
  const wanted = format === null ? (accept ?? '*/*') : format.replace(' ', '+');
  const types = wanted.split(',').map((one) => one.split(';')[0]?.trim().toLowerCase() ?? '');
  const fits = types.some((type) => (format === null ? acceptable : jsonFormats).has(type) || type === '');
  if (fits) return;
  throw new FhirFault(406, 'not-supported', {
    vi: 'Chỉ có dạng application/fhir+json.',
    en: 'Only application/fhir+json is spoken here.',
  });
}
