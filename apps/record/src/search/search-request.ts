/** A search as it was asked: names checked, values still text. Pure. */
import { FhirFault } from '../http/fhir-fault.js';
import { definitions, type Parameter, type TypeDefinition } from './definitions.js';
import { alternatives, invalidValue } from './parameter-values.js';
import type { PageKey, PageTokens } from './page-token.js';

export interface SearchRequest {
  readonly definition: TypeDefinition;
  /** All must hold; of each, any value. */
  readonly criteria: readonly AskedCriterion[];
  readonly ids: readonly (readonly string[])[];
  readonly lastUpdated: readonly (readonly string[])[];
  readonly sort?: { readonly name: string; readonly descending: boolean };
  readonly count: number;
  readonly total: boolean;
  readonly countOnly: boolean;
  readonly includes: readonly Inclusion[];
  readonly reverseIncludes: readonly Inclusion[];
  /** What was asked and not understood; only where the client said it may be so. */
  readonly ignored: readonly string[];
  /** Where the page begins, exclusive. */
  readonly after?: PageKey;
  /** The search without its page, as a query string. */
  readonly query: string;
}

export interface AskedCriterion {
  readonly name: string;
  readonly parameter: Parameter;
  readonly values: readonly string[];
}

/** `Condition:encounter`: resources of the type named refer by the element named. */
export interface Inclusion {
  readonly source: TypeDefinition;
  readonly reference: string;
  readonly target?: string;
}

const defaultCount = 50;
const mostCount = 500;
/** Far more than a person asks; a form of megabytes would become one statement. */
const mostParameters = 40;

/**
 * @param parameters in the order given; a `_page` stands for all the others
 * @param lenient unknown parameters are left out and named, not refused (`Prefer: handling=lenient`)
 * @param pages opens a `_page`
 * @throws FhirFault 400 naming every parameter that is not supported
 */
export function searchRequest(
  definition: TypeDefinition,
  parameters: URLSearchParams,
  lenient: boolean,
  pages: PageTokens,
): SearchRequest {
  const token = parameters.get('_page');
  if (token !== null) {
    const page = pages.read(token);
    return { ...searchRequest(definition, new URLSearchParams(page.query), lenient, pages), after: page.after };
  }
  if (parameters.size > mostParameters) {
    throw new FhirFault(400, 'too-costly', {
      vi: `Tìm kiếm có quá ${mostParameters} tham số.`,
      en: `The search has more than ${mostParameters} parameters.`,
    });
  }
  const criteria: AskedCriterion[] = [];
  const ids: (readonly string[])[] = [];
  const lastUpdated: (readonly string[])[] = [];
  const includes: Inclusion[] = [];
  const reverseIncludes: Inclusion[] = [];
  const ignored: string[] = [];
  let sort: SearchRequest['sort'];
  let count = defaultCount;
  let total = false;
  let countOnly = false;

  for (const [key, value] of parameters) {
    const [name, modifier] = splitModifier(key);
    const parameter = Object.hasOwn(definition.parameters, name) ? definition.parameters[name] : undefined;
    if (parameter && modifierAllowed(parameter, modifier))
      criteria.push({ name, parameter, values: alternatives(name, value) });
    else if (modifier !== undefined) ignored.push(key);
    else if (name === '_id') ids.push(alternatives(name, value));
    else if (name === '_lastUpdated') lastUpdated.push(alternatives(name, value));
    else if (name === '_sort') {
      const asked = sortOf(definition, value);
      if (asked) sort = asked;
      else ignored.push(`_sort=${value}`);
    } else if (name === '_count') count = countOf(value);
    else if (name === '_total' && ['none', 'estimate', 'accurate'].includes(value)) total = value !== 'none';
    else if (name === '_summary' && (value === 'count' || value === 'false')) countOnly = value === 'count';
    else if (name === '_include') addInclusion(includes, ignored, definition, '_include', value);
    else if (name === '_revinclude') addInclusion(reverseIncludes, ignored, definition, '_revinclude', value);
    else if (name !== '_format' && name !== '_pretty' && name !== 'asOf')
      ignored.push(name.startsWith('_') && value !== '' ? `${key}=${value}` : key);
  }
  if (ignored.length > 0 && !lenient) throw unsupported(ignored);
  return {
    definition,
    criteria,
    ids,
    lastUpdated,
    ...(sort && { sort }),
    count,
    total,
    countOnly: countOnly || count === 0,
    includes,
    reverseIncludes,
    ignored,
    query: parameters.toString(),
  };
}

function unsupported(names: readonly string[]): FhirFault {
  const listed = names.map((name) => name.slice(0, 100)).join(', ');
  return new FhirFault(400, 'not-supported', {
    vi: `Không hỗ trợ tham số: ${listed}. Gửi "Prefer: handling=lenient" để bỏ qua.`,
    en: `Parameters not supported: ${listed}. Send "Prefer: handling=lenient" to have them ignored.`,
  });
}

function splitModifier(key: string): readonly [string, string?] {
  const colon = key.indexOf(':');
  return colon < 0 ? [key] : [key.slice(0, colon), key.slice(colon + 1)];
}

/** The one modifier there is: the type of a reference that can have no other. */
function modifierAllowed(parameter: Parameter, modifier: string | undefined): boolean {
  switch (modifier) {
    case undefined:
      return true;
    case 'Patient':
      return parameter.kind === 'patient';
    case 'Encounter':
      return parameter.kind === 'encounter';
    case 'Organization':
      return parameter.kind === 'facility';
    default:
      return false;
  }
}

function sortOf(definition: TypeDefinition, value: string): SearchRequest['sort'] {
  const descending = value.startsWith('-');
  const name = descending ? value.slice(1) : value;
  const order = Object.hasOwn(definition.orders, name) ? definition.orders[name] : undefined;
  return order && order.partial !== true ? { name, descending } : undefined;
}

function countOf(value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw invalidValue('_count', 'không phải số nguyên', 'not a whole number');
  return Math.min(Number(value), mostCount);
}

function addInclusion(
  into: Inclusion[],
  ignored: string[],
  definition: TypeDefinition,
  kind: '_include' | '_revinclude',
  value: string,
): void {
  const [type = '', reference = '', target] = value.split(':');
  const source = definitions.get(type);
  const element = source && Object.hasOwn(source.references, reference) ? source.references[reference] : undefined;
  const fits =
    source !== undefined &&
    element !== undefined &&
    (kind === '_include' ? source === definition : element.targets.some((one) => one === definition.type)) &&
    (target === undefined ||
      (kind === '_include' ? element.targets.some((one) => one === target) : target === definition.type));
  if (fits) into.push({ source, reference, ...(target !== undefined && { target }) });
  else ignored.push(`${kind}=${value}`);
}
