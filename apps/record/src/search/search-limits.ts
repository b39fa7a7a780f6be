import { FhirFault } from '../http/fhir-fault.js';
import { searchParametersOf } from '#fhir/search-parameters/search-parameters.js';
import type { SearchedType } from './definitions.js';

/** How much work one search may be. */
export interface SearchLimits {
  /** Most rows of an index one page looks at. */
  readonly examined: number;
  /** Most resources one page makes to see what no column tells. */
  readonly checked: number;
  /** Most rows a total looks at. */
  readonly counted: number;
  /** Most resources that are put in an order no index carries. */
  readonly sorted: number;
  /** Most resources that a chained parameter may stand for. */
  readonly chained: number;
  /** A facility concerned with no more residents than this is searched resident by resident. */
  readonly fewResidents: number;
}

export const usualLimits: SearchLimits = {
  examined: 10_000,
  checked: 2_000,
  counted: 100_000,
  sorted: 2_000,
  chained: 500,
  fewResidents: 5_000,
};

/** What no index finds among so many: said instead of looked for. */
export function wouldScan(searched: SearchedType): FhirFault {
  const names = helpful(searched).join(', ');
  return new FhirFault(400, 'too-costly', {
    vi: `Không chỉ mục nào phục vụ tìm kiếm này và có quá nhiều ${searched.type} để xét từng cái; hãy thêm: ${names}.`,
    en: `No index serves this search and there are too many ${searched.type} to look at each; add one of: ${names}.`,
  });
}

export function tooManyToCount(searched: SearchedType): FhirFault {
  return new FhirFault(400, 'too-costly', {
    vi: `Đếm kết quả này phải xét quá nhiều dòng; hãy thu hẹp tìm kiếm, ví dụ bằng: ${helpful(searched).join(', ')}.`,
    en: `Counting this would look at too many rows; narrow the search, as by: ${helpful(searched).join(', ')}.`,
  });
}

export function tooManyToSort(searched: SearchedType, most: number): FhirFault {
  const sortable = sortableOf(searched).join(', ');
  const or =
    sortable === '' ? { vi: '', en: '' } : { vi: `, hoặc sắp xếp theo: ${sortable}`, en: `, or sort by: ${sortable}` };
  return new FhirFault(400, 'too-costly', {
    vi: `Chỉ sắp xếp như vậy được tối đa ${most} kết quả; hãy thu hẹp tìm kiếm${or.vi}.`,
    en: `No more than ${most} results can be sorted so; narrow the search${or.en}.`,
  });
}

export function tooManyLinked(linked: SearchedType, most: number): FhirFault {
  return new FhirFault(400, 'too-costly', {
    vi: `Điều kiện trên ${linked.type} đúng với hơn ${most} tài nguyên; hãy thu hẹp điều kiện đó.`,
    en: `The condition on ${linked.type} holds for more than ${most} resources; narrow it.`,
  });
}

/** Parameters by whose order an index of every table of the type goes, however many results there are. */
function sortableOf({ type, sources }: SearchedType): readonly string[] {
  const [own] = sources;
  // Rows of events and what was sent of such a type cannot be read in one order.
  if (own.part === 'e.event') return [];
  return Object.entries(own.orders)
    .filter(([name, order]) => order.partial !== true && searchParametersOf(type).has(name))
    .map(([name]) => name);
}

/** Parameters by which an index finds rows of the type. */
function helpful({ sources: [own] }: SearchedType): readonly string[] {
  const keys = new Set(Object.values(own.orders).map((order) => order.key[0]));
  const named = Object.entries(own.parameters).flatMap(([name, parameter]) => {
    const indexed =
      parameter.kind === 'date'
        ? keys.has(parameter.starts)
        : parameter.kind === 'token' || parameter.kind === 'facility'
          ? parameter.indexed === true
          : parameter.kind !== 'fixed' && parameter.kind !== 'facility-name';
    return indexed ? [name] : [];
  });
  return [...named, '_id', '_lastUpdated'];
}
