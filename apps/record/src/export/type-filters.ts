/** `_typeFilter`: searches that a resource must meet, told from the resource itself. Pure. */
import { searchedType } from '../search/definitions.js';
import { type Matcher, matcherOf } from '../search/matching/matcher.js';
import { askedCriterion } from '../search/search-request.js';
import type { AskedFilter } from './export-job.js';

/**
 * `undefined` where the search asks for something that the resource alone does not tell: chains, or how an answer is to be.
 * @throws FhirFault 400 for a value that is none of its parameter
 */
export function filterMatcher({ type, query }: AskedFilter): Matcher | undefined {
  const searched = searchedType(type);
  const criteria = [...new URLSearchParams(query)].map(
    ([key, value]) => searched && askedCriterion(searched, key, value, 0),
  );
  const matchers = criteria.flatMap((one) =>
    one?.kind === 'values' ? [matcherOf(one.parameter, one.modifier, one.values)] : [],
  );
  if (matchers.length < criteria.length) return undefined;
  return (resource) => matchers.every((matches) => matches(resource));
}
