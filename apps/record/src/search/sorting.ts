/** Orders that no index carries, made of the resources' own values (R4 search.html §3.1.1.5.1). Pure. */
import { elementsAt } from '#fhir/search-parameters/elements-at.js';
import { searchParametersOf } from '#fhir/search-parameters/search-parameters.js';
import type { ServedResource } from '../reading/record-reader.js';
import type { SearchedType } from './definitions.js';
import { amountsOf, beginningsOf, referenceOf, spansOf, tokensOf } from './matching/element-values.js';
import type { PageKey } from './page-token.js';
import type { SortKey } from './search-request.js';

/** For each key 0 and a value, or 1 where there is none: those come last, whichever way. Then the resource's name. */
export function sortedKey({ type }: SearchedType, sort: readonly SortKey[], resource: ServedResource): PageKey {
  return [...sort.flatMap((key) => valueOf(type, key, resource)), resource.id ?? ''];
}

/** Negative when `a` comes before `b`. */
export function compareSorted(sort: readonly SortKey[], a: PageKey, b: PageKey): number {
  for (const [index, left] of a.entries()) {
    const right = b[index];
    if (right === undefined || left === right) continue;
    const order = typeof left === 'string' ? (left < String(right) ? -1 : 1) : left - Number(right);
    const key = sort[Math.floor(index / 2)];
    return index % 2 === 1 && key?.descending === true ? -order : order;
  }
  return 0;
}

export const afterKey = (sort: readonly SortKey[], key: PageKey, after: PageKey): boolean =>
  key.length === after.length && compareSorted(sort, key, after) > 0;

/** Of several values the one that comes first. */
function valueOf(type: string, { name, descending }: SortKey, resource: ServedResource): PageKey {
  const parameter = searchParametersOf(type).get(name);
  const elements = parameter ? elementsAt(resource, parameter.paths) : [];
  const values = elements.flatMap((element): readonly (string | number)[] => {
    switch (parameter?.kind) {
      case 'date':
        return element.type === 'instant'
          ? [Date.parse(String(element.value))]
          : spansOf(element).map(({ starts }) => starts * 1000);
      case 'number':
      case 'quantity':
        return amountsOf(element).map(({ low, high }) => (Number.isFinite(low) ? low : high));
      case 'token':
        return tokensOf(element).flatMap(({ code }) => code ?? []);
      case 'string':
        return beginningsOf(element).slice(0, 1);
      case 'reference': {
        const found = referenceOf(element);
        return found?.id === undefined ? (found?.url === undefined ? [] : [found.url]) : [`${found.type}/${found.id}`];
      }
      default:
        return typeof element.value === 'string' ? [element.value] : [];
    }
  });
  const [first] = values.toSorted((a, b) => (a < b ? -1 : 1) * (descending ? -1 : 1));
  return first === undefined ? [1, ''] : [0, first];
}
