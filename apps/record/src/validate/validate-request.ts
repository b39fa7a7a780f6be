import { isObject, type JsonObject, objectsOf, type SentResource, textOf } from '#fhir/reading/json.js';
import { FhirFault } from '../http/fhir-fault.js';

const modes = ['create', 'update', 'delete', 'profile'] as const;
export type ValidationMode = (typeof modes)[number];

/** What `$validate` is asked to check, and as what. */
export interface ValidateRequest {
  readonly resource?: SentResource;
  readonly mode?: ValidationMode;
  /** Canonical URL. */
  readonly profile?: string;
}

/**
 * @param sent a resource, or Parameters with one
 * @param query where the body is no Parameters
 * @throws FhirFault 400 for an unknown mode, or Parameters that are not those of the operation
 */
export function validateRequest(sent: SentResource | undefined, query: URLSearchParams): ValidateRequest {
  const ofQuery = { mode: query.get('mode') ?? undefined, profile: query.get('profile') ?? undefined };
  if (sent?.resourceType !== 'Parameters') return requestOf(sent, ofQuery.mode, ofQuery.profile);
  const given = new Map<string, JsonObject>();
  for (const parameter of objectsOf(sent['parameter'])) {
    const name = textOf(parameter['name']) ?? '';
    if (!['resource', 'mode', 'profile'].includes(name) || given.has(name)) throw notAParameter(name);
    given.set(name, parameter);
  }
  const resource = given.get('resource')?.['resource'];
  if (given.has('resource') && !(isObject(resource) && typeof resource['resourceType'] === 'string'))
    throw notAParameter('resource');
  return requestOf(
    resource as SentResource | undefined,
    valueOf(given.get('mode')) ?? ofQuery.mode,
    valueOf(given.get('profile')) ?? ofQuery.profile,
  );
}

function requestOf(
  resource: SentResource | undefined,
  mode: string | undefined,
  profile: string | undefined,
): ValidateRequest {
  const known = modes.find((one) => one === mode);
  if (mode !== undefined && !known)
    throw new FhirFault(400, 'value', {
      vi: `mode phải là một trong: ${modes.join(', ')}.`,
      en: `mode must be one of: ${modes.join(', ')}.`,
    });
  return { ...(resource && { resource }), ...(known && { mode: known }), ...(profile !== undefined && { profile }) };
}

/** Of a parameter, whichever text type it is given in. */
function valueOf(parameter: JsonObject | undefined): string | undefined {
  return (
    textOf(parameter?.['valueCode']) ??
    textOf(parameter?.['valueUri']) ??
    textOf(parameter?.['valueCanonical']) ??
    textOf(parameter?.['valueString'])
  );
}

const notAParameter = (name: string): FhirFault =>
  new FhirFault(400, 'invalid', {
    vi: `Tham số của $validate sai hoặc lặp lại: ${name.slice(0, 50)}.`,
    en: `A parameter of $validate is wrong or repeated: ${name.slice(0, 50)}.`,
  });
