/** A search as it was asked: names checked, values still text. Pure. */
import { type SearchParameter, searchParametersOf } from '#fhir/search-parameters/search-parameters.js';
import { FhirFault } from '../http/fhir-fault.js';
import { type SearchedType, searchedType } from './definitions.js';
import { modifiersOf } from './matching/matcher.js';
import { alternatives, invalidValue } from './parameter-values.js';
import type { PageKey, PageTokens } from './page-token.js';

export interface SearchRequest {
  readonly searched: SearchedType;
  /** All must hold. */
  readonly criteria: readonly AskedCriterion[];
  /** Only what is about this resident, or of this encounter. */
  readonly compartment?: Compartment;
  /** The first counts most. */
  readonly sort?: readonly SortKey[];
  readonly count: number;
  readonly total: boolean;
  readonly countOnly: boolean;
  readonly summary?: 'true' | 'text' | 'data';
  /** Elements that are given, where not all are. */
  readonly elements?: readonly string[];
  readonly includes: readonly Inclusion[];
  readonly reverseIncludes: readonly Inclusion[];
  /** What was asked and not understood; only where the client said it may be so. */
  readonly ignored: readonly string[];
  /** Where the page begins, exclusive. */
  readonly after?: PageKey;
  /** What was understood, without its page, as a query string. */
  readonly query: string;
}

export type AskedCriterion =
  /** Any of the values. */
  | {
      readonly kind: 'values';
      readonly parameter: SearchParameter;
      readonly modifier?: string;
      readonly values: readonly string[];
    }
  /** Refers to a resource that meets one of the criteria: `subject:Patient.name=`. */
  | { readonly kind: 'chain'; readonly parameter: SearchParameter; readonly links: readonly Link[] }
  /** A resource that meets the criterion refers to it: `_has:Observation:patient:code=`. */
  | { readonly kind: 'has'; readonly parameter: SearchParameter; readonly link: Link };

export interface Link {
  readonly searched: SearchedType;
  readonly criterion: AskedCriterion;
}

export interface Compartment {
  readonly type: 'Patient' | 'Encounter';
  readonly id: string;
}

export interface SortKey {
  readonly name: string;
  readonly descending: boolean;
}

/** `Condition:encounter`: resources of the type named refer by the parameter named. */
export interface Inclusion {
  readonly source: string;
  /** `undefined`: by every reference. */
  readonly parameters: readonly SearchParameter[];
  readonly target?: string;
  /** Of what is included as well. */
  readonly iterate: boolean;
}

const defaultCount = 50;
const mostCount = 500;
/** Far more than a person asks; a form of megabytes would become one statement. */
const mostParameters = 40;
/** Longest chain, `a.b.c`. */
const mostLinks = 3;

/**
 * @param parameters in the order given; a `_page` stands for all the others
 * @param lenient unknown parameters are left out and named, not refused (`Prefer: handling=lenient`)
 * @param pages opens a `_page`
 * @throws FhirFault 400 naming every parameter that is not supported
 */
export function searchRequest(
  searched: SearchedType,
  parameters: URLSearchParams,
  lenient: boolean,
  pages: PageTokens,
): SearchRequest {
  const token = parameters.get('_page');
  if (token !== null) {
    const page = pages.read(token);
    return { ...searchRequest(searched, new URLSearchParams(page.query), lenient, pages), after: page.after };
  }
  if (parameters.size > mostParameters) {
    throw new FhirFault(400, 'too-costly', {
      vi: `Tìm kiếm có quá ${mostParameters} tham số.`,
      en: `The search has more than ${mostParameters} parameters.`,
    });
  }
  const criteria: AskedCriterion[] = [];
  const ignored: string[] = [];
  const understood = new URLSearchParams();
  const result = new ResultOptions(searched.type);
  for (const [key, value] of parameters) {
    if (key === '_format' || key === '_pretty') continue;
    if (key === 'asOf') {
      understood.append(key, value);
      continue;
    }
    const criterion = askedCriterion(searched, key, value, mostLinks);
    if (criterion) criteria.push(criterion);
    else if (!result.take(key, value)) {
      ignored.push(key.startsWith('_') ? `${key}=${value}` : key);
      continue;
    }
    understood.append(key, value);
  }
  if (ignored.length > 0 && !lenient) throw unsupported(searched.type, ignored);
  return { searched, criteria, ...result.options(), ignored, query: understood.toString() };
}

/** How the answer is to be. */
class ResultOptions {
  readonly #includes: Inclusion[] = [];
  readonly #reverseIncludes: Inclusion[] = [];
  #sort: readonly SortKey[] | undefined;
  #count = defaultCount;
  #total = false;
  #summary: string | undefined;
  #elements: readonly string[] | undefined;

  constructor(private readonly type: string) {}

  /** `false` for what is not understood. */
  take(key: string, value: string): boolean {
    switch (key) {
      case '_sort': {
        const sort = sortKeys(this.type, value);
        this.#sort = sort ?? this.#sort;
        return sort !== undefined;
      }
      case '_count':
        this.#count = countOf(value);
        return true;
      case '_total':
        this.#total = value === 'estimate' || value === 'accurate';
        return this.#total || value === 'none';
      case '_summary':
        this.#summary = value;
        return ['true', 'text', 'data', 'count', 'false'].includes(value);
      case '_elements':
        this.#elements = [...(this.#elements ?? []), ...elementNames(value)];
        return true;
      case '_include':
      case '_include:iterate':
      case '_include:recurse':
        return take(
          this.#includes,
          inclusion(value, key !== '_include', (source) => source === this.type),
        );
      case '_revinclude':
      case '_revinclude:iterate':
      case '_revinclude:recurse':
        return take(
          this.#reverseIncludes,
          inclusion(value, key !== '_revinclude', () => true),
        );
      default:
        return false;
    }
  }

  options(): Omit<SearchRequest, 'searched' | 'criteria' | 'ignored' | 'query'> {
    const summary = this.#summary;
    return {
      ...(this.#sort && { sort: this.#sort }),
      count: this.#count,
      total: this.#total,
      countOnly: summary === 'count' || this.#count === 0,
      ...((summary === 'true' || summary === 'text' || summary === 'data') && { summary }),
      ...(this.#elements && { elements: this.#elements }),
      includes: this.#includes,
      reverseIncludes: this.#reverseIncludes,
    };
  }
}

/** `undefined` when the type has no such parameter, or not with this modifier. */
export function askedCriterion(
  { type }: SearchedType,
  key: string,
  value: string,
  links: number,
): AskedCriterion | undefined {
  if (key.startsWith('_has:')) return hasCriterion(type, key.slice('_has:'.length), value, links);
  const dot = key.indexOf('.');
  if (dot >= 0) return chainCriterion(type, key.slice(0, dot), key.slice(dot + 1), value, links);
  const [name = '', modifier, ...more] = key.split(':');
  const parameter = searchParametersOf(type).get(name);
  if (!parameter || more.length > 0 || !modifierAllowed(parameter, modifier)) return undefined;
  return {
    kind: 'values',
    parameter,
    ...(modifier !== undefined && { modifier }),
    values: alternatives(key, value),
  };
}

function chainCriterion(
  type: string,
  reference: string,
  rest: string,
  value: string,
  links: number,
): AskedCriterion | undefined {
  const [name = '', named] = reference.split(':');
  const parameter = searchParametersOf(type).get(name);
  if (parameter?.kind !== 'reference' || links === 0) return undefined;
  const types = named === undefined ? parameter.targets : mayLeadTo(parameter, named) ? [named] : [];
  const found = types.flatMap((one) => {
    const searched = searchedType(one);
    const criterion = searched && askedCriterion(searched, rest, value, links - 1);
    return criterion ? [{ searched, criterion }] : [];
  });
  return found.length === 0 ? undefined : { kind: 'chain', parameter, links: found };
}

/** `Observation:patient:code`. */
function hasCriterion(type: string, key: string, value: string, links: number): AskedCriterion | undefined {
  const [source = '', name = '', ...rest] = key.split(':');
  const searched = searchedType(source);
  const parameter = searchParametersOf(source).get(name);
  if (!searched || parameter?.kind !== 'reference' || !mayLeadTo(parameter, type) || links === 0) return undefined;
  const criterion = askedCriterion(searched, rest.join(':'), value, links - 1);
  return criterion && { kind: 'has', parameter, link: { searched, criterion } };
}

const mayLeadTo = ({ targets }: SearchParameter, type: string): boolean =>
  targets.includes('*') || targets.includes(type);

function modifierAllowed(parameter: SearchParameter, modifier: string | undefined): boolean {
  if (modifier === undefined) return true;
  if (parameter.name === '_id' || parameter.name === '_lastUpdated') return false;
  return (
    modifiersOf[parameter.kind].includes(modifier) || (parameter.kind === 'reference' && mayLeadTo(parameter, modifier))
  );
}

function unsupported(type: string, names: readonly string[]): FhirFault {
  const listed = names.map((name) => name.slice(0, 100)).join(', ');
  return new FhirFault(400, 'not-supported', {
    vi: `${type} không hỗ trợ: ${listed}. Xem /fhir/metadata, hoặc gửi "Prefer: handling=lenient" để bỏ qua.`,
    en: `Not supported for ${type}: ${listed}. See /fhir/metadata, or send "Prefer: handling=lenient" to have it ignored.`,
  });
}

/** `-date,_id`; `undefined` where one is no parameter that has an order. */
function sortKeys(type: string, value: string): readonly SortKey[] | undefined {
  const keys = value
    .split(',')
    .map((one) => ({ name: one.trim().replace(/^-/, ''), descending: one.trim().startsWith('-') }));
  const known = keys.every(({ name }) => {
    const kind = searchParametersOf(type).get(name)?.kind;
    return kind !== undefined && kind !== 'composite';
  });
  return known ? keys : undefined;
}

function elementNames(value: string): readonly string[] {
  const names = value.split(',').map((one) => one.trim());
  if (names.some((name) => !/^[A-Za-z][A-Za-z0-9.]*$/.test(name)))
    throw invalidValue('_elements', 'không phải tên phần tử', 'not names of elements');
  // Elements are left out whole or not at all.
  return names.map((name) => name.split('.')[0] ?? '');
}

function countOf(value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw invalidValue('_count', 'không phải số nguyên', 'not a whole number');
  return Math.min(Number(value), mostCount);
}

function take(into: Inclusion[], found: Inclusion | undefined): boolean {
  if (found) into.push(found);
  return found !== undefined;
}

/** `Condition:encounter`, `Condition:encounter:Encounter`, `Condition:*`. */
function inclusion(value: string, iterate: boolean, begins: (source: string) => boolean): Inclusion | undefined {
  const [source = '', name = '', target, ...more] = value.split(':');
  const searched = searchedType(source);
  if (!searched || more.length > 0 || (!iterate && !begins(source))) return undefined;
  const references = [...searchParametersOf(source).values()].filter(({ kind }) => kind === 'reference');
  const parameters = references.filter(
    (one) => (name === '*' || one.name === name) && (target === undefined || mayLeadTo(one, target)),
  );
  return parameters.length === 0 ? undefined : { source, parameters, ...(target !== undefined && { target }), iterate };
}
