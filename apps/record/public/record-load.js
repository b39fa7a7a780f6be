/** Reads a record page by page. */
import { everything, nextQuery } from './service.js';
import { shownTypes } from './shown-types.js';

const pageSize = '250';

/**
 * Pages of resources, as they come. What was cut off goes on from `from`.
 * @yields { resources, next }: next is where to go on, nothing at the end
 */
export async function* pagesOf(id, { asOf, signal, from }) {
  let query =
    from ?? new URLSearchParams({ _type: shownTypes.join(), _count: pageSize, ...(asOf && { asOf }) }).toString();
  while (query !== undefined) {
    const page = await everything(id, query, signal);
    query = nextQuery(page);
    yield { resources: (page.entry ?? []).map(({ resource }) => resource), next: query };
  }
}

/** Provenance of the record as it is now: when what became known. */
export async function provenancesOf(id, signal) {
  const found = [];
  let query = new URLSearchParams({ _type: 'Provenance', _count: '500' }).toString();
  while (query !== undefined) {
    const page = await everything(id, query, signal);
    found.push(...(page.entry ?? []).map(({ resource }) => resource));
    query = nextQuery(page);
  }
  return found;
}
