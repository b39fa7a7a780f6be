/** Searches of what is shipped: a few hundred resources, each asked by the same matchers as the record's. */
import type { Bundle, CodeSystem, ValueSet } from '@medplum/fhirtypes';
import { codeSystemResource, valueSetResource } from '#fhir/terminology/terminology-resources.js';
import type { Terminology } from '#fhir/terminology/terminology.js';
import { FhirFault, issue, outcome } from '../http/fhir-fault.js';
import type { ServedResource } from '../reading/record-reader.js';
import { matcherOf } from '../search/matching/matcher.js';
import type { PageTokens } from '../search/page-token.js';
import type { AskedCriterion, SearchRequest } from '../search/search-request.js';
import { shown } from '../search/shown-elements.js';
import { compareSorted, sortedKey } from '../search/sorting.js';

export const terminologyTypes = ['CodeSystem', 'ValueSet'] as const;
export type TerminologyType = (typeof terminologyTypes)[number];

export class TerminologySearch {
  constructor(
    private readonly terminology: Terminology,
    private readonly pages: PageTokens,
  ) {}

  read(type: TerminologyType, id: string): CodeSystem | ValueSet | undefined {
    if (type === 'CodeSystem') {
      const system = this.terminology.codeSystems().find((one) => one.id === id);
      return system && codeSystemResource(system);
    }
    const set = this.terminology.valueSets().find((one) => one.id === id);
    return set && valueSetResource(set);
  }

  /**
   * @param base URL of the FHIR service, without a slash at the end
   * @throws FhirFault 400 for criteria about other resources: nothing refers to these
   */
  bundle(type: TerminologyType, request: SearchRequest, base: string): Bundle {
    const matchers = request.criteria.map(matcher);
    const key = (one: CodeSystem | ValueSet) => sortedKey(request.searched, sort, one);
    const sort = request.sort ?? [];
    const found = this.#all(type)
      .filter((one) => matchers.every((matches) => matches(one)))
      .toSorted((a, b) => compareSorted(sort, key(a), key(b)));
    const offset = offsetOf(request);
    const end = offset + (request.countOnly ? 0 : request.count);
    const url = `${base}/${type}`;
    const entries = found.slice(offset, end).map((one) => ({
      fullUrl: `${url}/${one.id}`,
      resource: shown(one as ServedResource, request),
      search: { mode: 'match' as const },
    }));
    const notices = request.ignored.map((name) =>
      issue('warning', 'not-supported', {
        vi: `Đã bỏ qua tham số: ${name.slice(0, 100)}.`,
        en: `Parameter ignored: ${name.slice(0, 100)}.`,
      }),
    );
    const all = [
      ...entries,
      ...(notices.length > 0 ? [{ resource: outcome(notices), search: { mode: 'outcome' as const } }] : []),
    ];
    return {
      resourceType: 'Bundle',
      type: 'searchset',
      total: found.length,
      link: [
        { relation: 'self', url: request.query === '' ? url : `${url}?${request.query}` },
        ...(!request.countOnly && end < found.length
          ? [{ relation: 'next', url: `${url}?_page=${this.pages.write(request.query, [end])}` } as const]
          : []),
      ],
      ...(all.length > 0 && { entry: all }),
    };
  }

  #all(type: TerminologyType): readonly (CodeSystem | ValueSet)[] {
    return type === 'CodeSystem'
      ? this.terminology.codeSystems().map(codeSystemResource)
      : this.terminology.valueSets().map(valueSetResource);
  }
}

function matcher(criterion: AskedCriterion): (resource: unknown) => boolean {
  if (criterion.kind === 'values') return matcherOf(criterion.parameter, criterion.modifier, criterion.values);
  throw new FhirFault(400, 'not-supported', {
    vi: 'Không tìm danh mục qua tài nguyên khác.',
    en: 'Terminology is not searched through other resources.',
  });
}

function offsetOf({ after: [offset] = [0] }: SearchRequest): number {
  if (typeof offset === 'number') return offset;
  throw new FhirFault(400, 'value', { vi: 'Liên kết trang không hợp lệ.', en: 'Not a page link of this search.' });
}
