/** What is read from requests about subscriptions. Pure but for the request. */
import type { Parameters } from '@medplum/fhirtypes';
import type { FastifyRequest } from 'fastify';
import { FhirFault } from '../../http/fhir-fault.js';
import { parametersOf, refuseParameters } from '../../http/fhir-http.js';
import { parametersIn } from '../../http/operation-parameters.js';
import { invalidValue } from '../../search/parameter-values.js';
import { type ContentLevel, contentLevels } from '../subscription-events.js';
import type { EventsAsked } from '../reading/event-feed.js';
import type { SubscriptionSearch } from '../subscriptions.js';

/** Whether the answer is to be a stream of events: that is no format of FHIR's. */
export const wantsStream = ({ headers }: FastifyRequest): boolean =>
  (headers.accept ?? '').includes('text/event-stream');

/** Parameters of an operation: of the address, then those of a Parameters resource. */
export function subscriptionParametersIn(
  request: FastifyRequest,
  body: Buffer | undefined,
  known: readonly string[],
): URLSearchParams {
  const parameters = wantsStream(request)
    ? new URL(request.raw.url ?? '', 'http://localhost').searchParams
    : parametersOf(request);
  if (body !== undefined && body.length > 0) {
    const { parameter = [] } = parametersIn(request, body) as unknown as Parameters;
    for (const { name, valueString, valueCode, valueId, valueInteger } of parameter)
      parameters.append(name, valueString ?? valueCode ?? valueId ?? String(valueInteger ?? ''));
  }
  refuseParameters(parameters, known);
  return parameters;
}

export const eventsParameters = ['eventsSinceNumber', 'eventsUntilNumber', 'content', '_count', 'wait'] as const;

const defaultCount = 100;
const mostCount = 500;
const longestWait = 30;

/** @throws FhirFault 400 */
export function eventsAsked(
  parameters: URLSearchParams,
  usual: ContentLevel,
): EventsAsked & { readonly waitMs: number } {
  const content = parameters.get('content') ?? usual;
  if (!isContent(content)) throw invalidValue('content', contentLevels.join(' | '), contentLevels.join(' | '));
  return {
    since: Math.max(1, numberIn(parameters, 'eventsSinceNumber') ?? 1),
    until: numberIn(parameters, 'eventsUntilNumber'),
    content,
    count: Math.min(mostCount, Math.max(1, numberIn(parameters, '_count') ?? defaultCount)),
    waitMs: Math.min(longestWait, numberIn(parameters, 'wait') ?? 0) * 1_000,
  };
}

const isContent = (word: string): word is ContentLevel => contentLevels.some((one) => one === word);

function numberIn(parameters: URLSearchParams, name: string): number | undefined {
  const text = parameters.get(name);
  if (text === null) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw invalidValue(name, 'phải là số nguyên', 'must be a whole number');
}

/** `_id`, `status` and `url` or `topic`, each a list of alternatives. */
export function subscriptionSearch(parameters: URLSearchParams): SubscriptionSearch {
  const listOf = (...names: readonly string[]): readonly string[] | undefined => {
    const values = names.flatMap((name) => parameters.getAll(name)).flatMap((value) => value.split(','));
    return values.length === 0 ? undefined : values;
  };
  return { ids: listOf('_id', 'id'), statuses: listOf('status'), topics: listOf('criteria', 'topic') };
}

/** A page of a search; pages are numbered from 0. */
export function pageAsked(parameters: URLSearchParams): { readonly count: number; readonly page: number } {
  return {
    count: Math.max(1, numberIn(parameters, '_count') ?? defaultCount),
    page: numberIn(parameters, '_page') ?? 0,
  };
}

/** `W/"3"` */
export function versionIn(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined) return undefined;
  const [, version] = /^(?:W\/)?"(\d{1,9})"$/.exec(ifMatch.trim()) ?? [];
  if (version !== undefined) return Number(version);
  throw new FhirFault(412, 'invalid', { vi: 'If-Match không hợp lệ.', en: 'If-Match is not valid.' });
}
