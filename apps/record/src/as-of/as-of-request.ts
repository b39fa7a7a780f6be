import { partOf } from '#fhir/resource-ids.js';
import type { Visibility } from '../access/visibility.js';
import { FhirFault } from '../http/fhir-fault.js';
import { endOf } from '../search/moments.js';
import type { PageTokens } from '../search/page-token.js';

/**
 * The moment whose knowledge is asked for, in milliseconds since 1970, exclusive: `asOf=` an instant or a day, which counts to its end.
 * @param pages opens a `_page`, which stands for all other parameters
 * @throws FhirFault 400 when it is neither
 */
export function asOfIn(parameters: URLSearchParams, pages: PageTokens): number | undefined {
  const value = unpaged(parameters, pages).get('asOf');
  return value === null ? undefined : endOf('asOf', value);
}

/**
 * Id of the resident whose record a search asks for.
 * @throws FhirFault 400 when it names none: what was known of everybody is not kept
 */
export function residentAsked(
  type: string,
  parameters: URLSearchParams,
  pages: PageTokens,
  visibility: Visibility,
): string {
  const asked = unpaged(parameters, pages);
  const names = ['patient', 'subject', 'patient:Patient', 'subject:Patient', ...(type === 'Patient' ? ['_id'] : [])];
  for (const name of names) {
    const value = asked.get(name)?.replace(/^Patient\//, '');
    if (value !== undefined && /^[A-Za-z0-9\-.]{1,64}$/.test(value)) return partOf(value).document;
  }
  if (visibility.kind === 'resident') return visibility.resident;
  throw new FhirFault(400, 'too-costly', {
    vi: 'asOf cần một người: thêm patient=… (với Patient: _id=…).',
    en: 'asOf needs one person: add patient=… (for Patient: _id=…).',
  });
}

/** What was asked before it was divided into pages. */
function unpaged(parameters: URLSearchParams, pages: PageTokens): URLSearchParams {
  const token = parameters.get('_page');
  return token === null ? parameters : new URLSearchParams(pages.read(token).query);
}
