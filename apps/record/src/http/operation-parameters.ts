/** What an operation is asked with: a query, or a Parameters resource in JSON or XML. */
import type { CodeableConcept, Coding, Parameters } from '@medplum/fhirtypes';
import type { FastifyRequest } from 'fastify';
import { isObject, type Json, type JsonObject } from '#fhir/reading/json.js';
import { FhirFault } from './fhir-fault.js';
import { parametersOf } from './fhir-http.js';
import { sentResource } from './sent-resource.js';

/** `text` is of any of FHIR's types that are texts. */
export type ParameterType = 'text' | 'boolean' | 'count' | 'Coding' | 'CodeableConcept';

/** Names of the parameters an operation takes, and their types. */
export type TakenParameters = Readonly<Record<string, ParameterType>>;

/** What one parameter says: a text as it was written, a data type as JSON. */
type Given = string | JsonObject;

export class OperationParameters {
  readonly #given = new Map<string, Given[]>();

  constructor(given: Iterable<readonly [string, Given]>) {
    for (const [name, value] of given) {
      const known = this.#given.get(name);
      if (known) known.push(value);
      else this.#given.set(name, [value]);
    }
  }

  texts(name: string): readonly string[] {
    return (this.#given.get(name) ?? []).filter((value) => typeof value === 'string');
  }

  /** @throws FhirFault 400 where there are several */
  text(name: string): string | undefined {
    const value = this.#one(name);
    return typeof value === 'string' ? value : undefined;
  }

  flag(name: string): boolean | undefined {
    const text = this.text(name);
    if (text === undefined || text === 'true' || text === 'false')
      return text === undefined ? undefined : text === 'true';
    throw wrong(name, 'phải là true hoặc false', 'must be true or false');
  }

  /** A whole number of at least 0. */
  count(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined || /^\d{1,9}$/.test(text)) return text === undefined ? undefined : Number(text);
    throw wrong(name, 'phải là số nguyên không âm', 'must be a whole number, not negative');
  }

  coding(name: string): Coding | undefined {
    return this.#one(name) as Coding | undefined;
  }

  concept(name: string): CodeableConcept | undefined {
    return this.#one(name) as CodeableConcept | undefined;
  }

  #one(name: string): Given | undefined {
    const [value, ...more] = this.#given.get(name) ?? [];
    if (more.length > 0) throw wrong(name, 'chỉ được có một lần', 'may be given only once');
    return value;
  }
}

/**
 * @param body of a POST, as it was sent
 * @throws FhirFault 400 naming the first parameter that is not taken, or is of another type; 415 for bodies of other formats
 */
export function operationParameters(
  request: FastifyRequest,
  body: Buffer | undefined,
  taken: TakenParameters,
): OperationParameters {
  const query = [...parametersOf(request)]
    .filter(([name]) => name !== '_format' && name !== '_pretty')
    .map(([name, value]) => {
      const type = typeOf(name, taken);
      if (type === 'Coding' || type === 'CodeableConcept')
        throw wrong(name, 'chỉ gửi được bằng POST', 'can be given by POST alone');
      return [name, value] as const;
    });
  const sent = body === undefined || body.length === 0 ? [] : partsOf(parametersIn(request, body), taken);
  return new OperationParameters([...query, ...sent]);
}

/**
 * The Parameters resource that is the body of a request.
 * @throws FhirFault 400 where it is another, 415 for bodies of other formats
 */
export function parametersIn(request: FastifyRequest, body: Buffer | undefined): JsonObject {
  const sent = sentResource(body, request.headers['content-type']);
  if (sent.resourceType === ('Parameters' satisfies Parameters['resourceType'])) return sent;
  throw notParameters();
}

const notParameters = (): FhirFault =>
  new FhirFault(400, 'invalid', {
    vi: 'Nội dung phải là một tài nguyên Parameters.',
    en: 'The body must be a Parameters resource.',
  });

function partsOf(parameters: JsonObject, taken: TakenParameters): readonly (readonly [string, Given])[] {
  const parts: Json = parameters['parameter'] ?? [];
  if (!Array.isArray(parts)) throw notParameters();
  return parts.map((part: Json) => {
    if (!isObject(part) || typeof part['name'] !== 'string') throw notParameters();
    const { name } = part;
    const type = typeOf(name, taken);
    const [element = ''] = Object.keys(part).filter((one) => one.startsWith('value'));
    const value = part[element];
    const structured = type === 'Coding' || type === 'CodeableConcept';
    if (structured && element === `value${type}` && isObject(value)) return [name, value] as const;
    if (!structured && (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'))
      return [name, String(value)] as const;
    throw wrong(name, `phải có kiểu ${type}`, `must be of type ${type}`);
  });
}

function typeOf(name: string, taken: TakenParameters): ParameterType {
  const type = Object.hasOwn(taken, name) ? taken[name] : undefined;
  if (type !== undefined) return type;
  const shown = name.slice(0, 100);
  throw new FhirFault(400, 'not-supported', {
    vi: `Không hỗ trợ tham số: ${shown}.`,
    en: `Parameter not supported: ${shown}.`,
  });
}

const wrong = (name: string, vi: string, en: string): FhirFault =>
  new FhirFault(400, 'value', { vi: `${name}: ${vi}.`, en: `${name}: ${en}.` });
