/** Resources of which not all is given: `_summary` and `_elements` (R4 search.html §3.1.1.5.8–9). Pure. */
import { summaryElementsOf } from '#fhir/search-parameters/summary-elements.js';
import type { ServedResource } from '../reading/record-reader.js';
import type { SearchRequest } from './search-request.js';

const always: ReadonlySet<string> = new Set(['resourceType', 'id', 'meta']);
const subsetted = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' };

export function shown(
  resource: ServedResource,
  { summary, elements }: Pick<SearchRequest, 'summary' | 'elements'>,
): ServedResource {
  if (summary === undefined && elements === undefined) return resource;
  const { summary: inSummary, required } = summaryElementsOf(resource.resourceType);
  const keeps = (name: string): boolean => {
    if (always.has(name)) return true;
    if (elements) return elements.includes(name) || required.has(name);
    switch (summary) {
      case 'true':
        return inSummary.has(name);
      case 'text':
        return name === 'text' || required.has(name);
      default:
        return name !== 'text';
    }
  };
  // An underscore before a primitive's name holds its extensions.
  const kept = Object.entries(resource).filter(([name]) => keeps(name.replace(/^_/, '')));
  const tag = [...(resource.meta?.tag ?? []), subsetted];
  return { ...Object.fromEntries(kept), meta: { ...resource.meta, tag } } as ServedResource;
}
