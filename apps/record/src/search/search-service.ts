import type { Bundle, BundleEntry } from '@medplum/fhirtypes';
import type { Visibility } from '../access/visibility.js';
import { issue, outcome } from '../http/fhir-fault.js';
import type { ServedResource } from '../reading/record-reader.js';
import type { Inclusions } from './inclusions.js';
import { nameOf } from './inclusions.js';
import type { PageTokens } from './page-token.js';
import type { RecordSearch } from './record-search.js';
import type { SearchRequest } from './search-request.js';
import { shown } from './shown-elements.js';

/** A count of so few says something of each of them: whose it is, is told. */
const fewCounted = 10;

/** Answers searches as Bundles. */
export class SearchService {
  constructor(
    private readonly search: RecordSearch,
    private readonly inclusions: Inclusions,
    private readonly pages: PageTokens,
  ) {}

  /**
   * @param base URL of the FHIR service, without a slash at the end
   * @param counted is told of resources that the answer does not hold and yet says something of: where few are counted
   */
  async bundle(
    request: SearchRequest,
    visibility: Visibility,
    base: string,
    counted?: (resource: ServedResource) => void,
  ): Promise<Bundle> {
    const { compartment, searched } = request;
    const path = compartment ? `${compartment.type}/${compartment.id}/${searched.type}` : searched.type;
    const url = `${base}/${path}`;
    const self = { relation: 'self', url: request.query === '' ? url : `${url}?${request.query}` } as const;
    if (request.countOnly) {
      const total = await this.search.total(request, visibility);
      if (counted && total > 0 && total <= fewCounted) {
        const { found } = await this.search.page({ ...request, sort: [], count: fewCounted }, visibility);
        for (const { resource } of found) counted(resource);
      }
      return bundleOf({ total, links: [self], entries: notices(request.ignored) });
    }
    const page = await this.search.page(request, visibility);
    const matches = page.found.map(({ resource }) => resource);
    const included = await this.inclusions.of(request, matches, visibility);
    const whole = page.next === undefined && request.after === undefined;
    const total = whole ? matches.length : request.total ? await this.search.total(request, visibility) : undefined;
    const next = page.next && {
      relation: 'next' as const,
      url: `${url}?_page=${this.pages.write(request.query, page.next)}`,
    };
    return bundleOf({
      ...(total !== undefined && { total }),
      links: [self, ...(next ? [next] : [])],
      entries: [
        ...matches.map((resource) => entry(base, shown(resource, request), 'match')),
        ...included.map((resource) => entry(base, shown(resource, request), 'include')),
        ...notices(request.ignored),
      ],
    });
  }
}

function bundleOf({
  total,
  links,
  entries,
}: {
  readonly total?: number;
  readonly links: NonNullable<Bundle['link']>;
  readonly entries: readonly BundleEntry[];
}): Bundle {
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    ...(total !== undefined && { total }),
    link: links,
    ...(entries.length > 0 && { entry: [...entries] }),
  };
}

export function entry(base: string, resource: ServedResource, mode: 'match' | 'include'): BundleEntry {
  return { fullUrl: `${base}/${nameOf(resource)}`, resource, search: { mode } };
}

function notices(ignored: readonly string[]): readonly BundleEntry[] {
  if (ignored.length === 0) return [];
  const names = ignored.map((name) => name.slice(0, 100)).join(', ');
  const notice = issue('warning', 'not-supported', {
    vi: `Đã bỏ qua tham số: ${names}.`,
    en: `Parameters ignored: ${names}.`,
  });
  return [{ resource: outcome([notice]), search: { mode: 'outcome' } }];
}
