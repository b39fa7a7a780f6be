import type { Bundle, BundleEntry } from '@medplum/fhirtypes';
import type { Visibility } from '../access/visibility.js';
import { issue, outcome } from '../http/fhir-fault.js';
import type { RecordReader, ServedResource } from '../reading/record-reader.js';
import type { StoredDocument, StoredDocuments } from '../reading/stored-documents.js';
import { resourceId } from '#fhir/resource-ids.js';
import { keptDefinition } from './definitions.js';
import type { Inclusions } from './inclusions.js';
import { nameOf } from './inclusions.js';
import type { PageTokens } from './page-token.js';
import type { FoundRow, RecordSearch } from './record-search.js';
import type { SearchRequest } from './search-request.js';

/** Most resources kept whole on one page. */
const mostKept = 500;

/** Answers searches as Bundles. */
export class SearchService {
  constructor(
    private readonly search: RecordSearch,
    private readonly documents: StoredDocuments,
    private readonly reader: RecordReader,
    private readonly inclusions: Inclusions,
    private readonly pages: PageTokens,
  ) {}

  /** @param base URL of the FHIR service, without a slash at the end */
  async bundle(request: SearchRequest, visibility: Visibility, base: string): Promise<Bundle> {
    const self = {
      relation: 'self',
      url: `${base}/${request.definition.type}${request.query === '' ? '' : `?${request.query}`}`,
    } as const;
    if (request.countOnly) {
      return {
        resourceType: 'Bundle',
        type: 'searchset',
        total: await this.search.total(request, visibility),
        link: [self],
      };
    }
    const page = await this.search.page(request, visibility);
    const own = await this.#resources(request.definition.type, page.rows, visibility);
    const kept = page.next ? [] : await this.#kept(request, visibility);
    const matches = [...own.matches, ...kept];
    const { stored } = own;
    const included = await this.inclusions.of(request, matches, stored, visibility);
    const whole = page.next === undefined && request.after === undefined;
    const total = request.total ? await this.search.total(request, visibility) : whole ? matches.length : undefined;
    const entries: BundleEntry[] = [
      ...matches.map((resource) => entry(base, resource, 'match')),
      ...included.map((resource) => entry(base, resource, 'include')),
      ...notices(request.ignored),
    ];
    return {
      resourceType: 'Bundle',
      type: 'searchset',
      ...(total !== undefined && { total }),
      link: [
        self,
        ...(page.next
          ? [
              {
                relation: 'next',
                url: `${base}/${request.definition.type}?_page=${this.pages.write(request.query, page.next)}`,
              } as const,
            ]
          : []),
      ],
      ...(entries.length > 0 && { entry: entries }),
    };
  }

  /** What was kept whole of a type that has a table of its own comes last, where nothing is asked that only the table knows. */
  async #kept(request: SearchRequest, visibility: Visibility): Promise<readonly ServedResource[]> {
    const definition = request.definition.only ? undefined : keptDefinition(request.definition.type);
    if (!definition) return [];
    const criteria = request.criteria.flatMap((one) => {
      const parameter = Object.hasOwn(definition.parameters, one.name) ? definition.parameters[one.name] : undefined;
      return parameter ? [{ ...one, parameter }] : [];
    });
    if (criteria.length < request.criteria.length || criteria.length + request.ids.length === 0) return [];
    const { sort: _, after: _after, ...rest } = request;
    const { rows } = await this.search.page({ ...rest, definition, criteria, count: mostKept }, visibility);
    return (await this.#ofDocuments(definition.type, rows, visibility)).matches;
  }

  async #resources(
    type: string,
    rows: readonly FoundRow[],
    visibility: Visibility,
  ): Promise<{ readonly matches: readonly ServedResource[]; readonly stored: readonly StoredDocument[] }> {
    if (type === 'Provenance') {
      const made = await this.reader.provenances(
        rows.map((row) => row.part),
        visibility,
      );
      return { matches: rows.map((row) => made.get(row.part)).filter((one) => one !== undefined), stored: [] };
    }
    return this.#ofDocuments(type, rows, visibility);
  }

  async #ofDocuments(
    type: string,
    rows: readonly FoundRow[],
    visibility: Visibility,
  ): Promise<{ readonly matches: readonly ServedResource[]; readonly stored: readonly StoredDocument[] }> {
    const stored = await this.documents.byNumbers(rows.map((row) => row.number));
    const resources = new Map<string, ServedResource>();
    const ids = new Map<number, string>();
    for (const one of stored) {
      for (const resource of this.reader.resources(one, visibility)) {
        if (resource.resourceType === type) resources.set(resource.id ?? '', resource);
      }
      ids.set(one.number, one.document?.kind === 'facility' ? one.document.facility.code : one.id);
    }
    // A row whose document changed since it was read is left out: its successor has a row of its own.
    const matches = rows
      .map((row) => resources.get(resourceId(ids.get(row.number) ?? '', row.part)))
      .filter((one) => one !== undefined);
    return { matches, stored };
  }
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
