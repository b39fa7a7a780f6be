/** Which of the resources that a caller may read an export holds, and how much of each. Pure. */
import { mayUse } from '#security/smart-scopes.js';
import type { Visibility } from '../access/visibility.js';
import type { ServedResource } from '../reading/record-reader.js';
import type { Matcher } from '../search/matching/matcher.js';
import { shown } from '../search/shown-elements.js';
import type { ExportAsked } from './export-job.js';
import { filterMatcher } from './type-filters.js';

export class ResourceSelection {
  readonly #types: ReadonlySet<string> | undefined;
  readonly #filters = new Map<string, Matcher[]>();
  readonly #mayUse = new Map<string, boolean>();

  constructor(
    private readonly asked: ExportAsked,
    private readonly visibility: Visibility,
  ) {
    this.#types = asked.types && new Set(asked.types);
    for (const filter of asked.filters ?? []) {
      const matcher = filterMatcher(filter);
      if (matcher) this.#filters.set(filter.type, [...(this.#filters.get(filter.type) ?? []), matcher]);
    }
  }

  /** Whether resources of the type can be in it. */
  holds(type: string): boolean {
    const asked = this.#types?.has(type) ?? true;
    return this.#allows(type) && (asked || (type === 'Provenance' && this.asked.provenance !== undefined));
  }

  /** Provenance is in it though its type was not asked for. */
  get provenanceBesides(): boolean {
    return this.asked.provenance !== undefined && this.#types !== undefined && !this.#types.has('Provenance');
  }

  /** Whether of a document's events the newest alone is told of. */
  get newestProvenanceAlone(): boolean {
    return this.asked.provenance === 'latest' && this.provenanceBesides;
  }

  /** The resource as it goes into the export; `undefined` where it does not. */
  of(resource: ServedResource): ServedResource | undefined {
    const { resourceType: type } = resource;
    if (!this.holds(type)) return undefined;
    const filters = this.#filters.get(type);
    if (filters && !filters.some((matches) => matches(resource))) return undefined;
    const elements = this.asked.elements?.filter((one) => one.type === undefined || one.type === type);
    return elements === undefined || elements.length === 0
      ? resource
      : shown(resource, { elements: elements.map(({ name }) => name) });
  }

  #allows(type: string): boolean {
    const known = this.#mayUse.get(type);
    if (known !== undefined) return known;
    const allowed = mayUse(this.visibility, type, 'r');
    this.#mayUse.set(type, allowed);
    return allowed;
  }
}
