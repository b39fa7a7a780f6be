/** What narrows a topic (backport-filter-criteria): `Encounter?patient=Patient/1&service-provider=Organization/08Z11`. Pure. */
import { parseResidentId } from '#domain/ids.js';
import { searchParametersOf } from '#fhir/search-parameters/search-parameters.js';
import { FhirFault } from '../http/fhir-fault.js';
import { searchedType } from '../search/definitions.js';
import { type Matcher, matcherOf, modifiersOf } from '../search/matching/matcher.js';
import { alternatives } from '../search/parameter-values.js';
import type { SubscriptionTopic } from './topics.js';

export interface SubscriptionFilter {
  /** Ids of residents of whom it must be told, any of them. */
  readonly patients?: readonly string[];
  /** Types it must be of, any of them. */
  readonly types?: ReadonlySet<string>;
  /** All must hold. */
  readonly matchers: readonly Matcher[];
}

const mostFilters = 10;
const longestFilter = 1_000;

/** @throws FhirFault 422 naming what cannot be filtered by */
export function subscriptionFilter(topic: SubscriptionTopic, written: readonly string[]): SubscriptionFilter {
  if (written.length > mostFilters || written.some((one) => one.length > longestFilter))
    throw unusable(`quá ${mostFilters} bộ lọc hoặc quá dài`, `more than ${mostFilters} filters, or too long`);
  let patients: readonly string[] | undefined;
  let types: ReadonlySet<string> | undefined;
  const matchers: Matcher[] = [];
  for (const text of written) {
    for (const [key, value] of criteriaOf(topic, text)) {
      const [name = '', modifier, ...more] = key.split(':');
      if (!topic.filters.includes(name) || more.length > 0) throw unusable(...namingFilters(topic, key));
      const values = alternatives(key, value);
      if (name === '_type') types = both(types, typesIn(values));
      else if (isPatient(topic, name)) patients = [...both(patients && new Set(patients), patientsIn(key, values))];
      else matchers.push(parameterMatcher(topic, name, modifier, values));
    }
  }
  return { ...(patients && { patients }), ...(types && { types }), matchers };
}

/** By whose number, not by the reference: records may have been merged since. */
const isPatient = ({ type }: SubscriptionTopic, name: string): boolean =>
  name === 'patient' || (type === 'Patient' && name === '_id');

function criteriaOf({ type = 'Resource' }: SubscriptionTopic, text: string): URLSearchParams {
  const mark = text.indexOf('?');
  const written = mark < 0 ? '' : text.slice(0, mark);
  if (written !== '' && written !== type)
    throw unusable(`bộ lọc phải bắt đầu bằng ${type}?`, `a filter of this topic begins with ${type}?`);
  const criteria = new URLSearchParams(text.slice(mark + 1));
  if (criteria.size === 0) throw unusable('bộ lọc trống', 'an empty filter');
  return criteria;
}

function parameterMatcher(
  { type = '' }: SubscriptionTopic,
  name: string,
  modifier: string | undefined,
  values: readonly string[],
): Matcher {
  const parameter = searchParametersOf(type).get(name);
  if (!parameter || (modifier !== undefined && !modifiersOf[parameter.kind].includes(modifier)))
    throw unusable(`không lọc được theo ${name}:${modifier}`, `cannot be filtered by ${name}:${modifier}`);
  return matcherOf(parameter, modifier, values);
}

function patientsIn(key: string, values: readonly string[]): ReadonlySet<string> {
  const ids = values.map((value) => value.replace(/^Patient\//, ''));
  if (key.includes(':') || ids.some((id) => parseResidentId(id) === undefined))
    throw unusable(`${key} phải là Patient/{id}`, `${key} must be Patient/{id}`);
  return new Set(ids);
}

function typesIn(values: readonly string[]): ReadonlySet<string> {
  const unknown = values.find((type) => searchedType(type) === undefined);
  if (unknown !== undefined)
    throw unusable(`không có loại ${unknown.slice(0, 64)}`, `no resource type ${unknown.slice(0, 64)}`);
  return new Set(values);
}

const both = <T>(before: ReadonlySet<T> | undefined, now: ReadonlySet<T>): ReadonlySet<T> =>
  before ? new Set([...now].filter((one) => before.has(one))) : now;

const namingFilters = ({ filters }: SubscriptionTopic, key: string): [vi: string, en: string] => [
  `không lọc được theo ${key.slice(0, 64)}; có: ${filters.join(', ')}`,
  `cannot be filtered by ${key.slice(0, 64)}; there are: ${filters.join(', ')}`,
];

const unusable = (vi: string, en: string): FhirFault =>
  new FhirFault(422, 'value', { vi: `Bộ lọc của đăng ký: ${vi}.`, en: `Filter of the subscription: ${en}.` });
