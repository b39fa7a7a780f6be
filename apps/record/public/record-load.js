/** Reads a record page by page. */
import { everything, nextQuery } from './service.js';

/** What the page shows; messages and their digests stay where they are. */
const types = [
  'Patient',
  'AllergyIntolerance',
  'Composition',
  'Condition',
  'Consent',
  'DiagnosticReport',
  'Encounter',
  'EpisodeOfCare',
  'FamilyMemberHistory',
  'Immunization',
  'MedicationRequest',
  'MedicationStatement',
  'Observation',
  'Procedure',
  'ServiceRequest',
  'Task',
];
const pageSize = '250';

/**
 * Pages of resources, as they come. What was cut off goes on from `from`.
 * @yields { resources, next }: next is where to go on, nothing at the end
 */
export async function* pagesOf(id, { asOf, signal, from }) {
  let query = from ?? new URLSearchParams({ _type: types.join(), _count: pageSize, ...(asOf && { asOf }) }).toString();
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
