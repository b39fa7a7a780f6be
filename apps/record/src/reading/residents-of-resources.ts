import type { Resource } from '@medplum/fhirtypes';
import type { ReadDatabase } from '#projections/projection.js';
import { residentsIn } from '#security/audit/residents-in.js';
import { documentOf } from '../search/criteria.js';
import { type Sql, oneOf } from '../search/sql.js';
import { isOfEvent } from './event-resources.js';

const atOnce = 100;

/** Whose data resources are, for the audit trail: of those that name nobody too (Provenance, and what `_elements` leaves of a resource). */
export class ResidentsOfResources {
  constructor(private readonly database: ReadDatabase) {}

  /** Ids of residents: those who are named, else whom the record knows them to be of. */
  async of(resources: readonly Resource[]): Promise<ReadonlySet<string>> {
    const residents = new Set<string>();
    const events = new Set<string>();
    const documents = new Set<string>();
    for (const resource of resources) {
      const { resourceType: type, id } = resource;
      const named = residentsIn(resource);
      for (const one of named) residents.add(one);
      if (named.size > 0 || id === undefined) continue;
      if (isOfEvent(type, id)) events.add(id);
      else {
        const document = documentOf(type, id);
        if (document !== undefined) documents.add(document);
      }
    }
    const found = [
      ...(await this.#found('touch e join document d on d.number = e.document', 'e.event', [...events])),
      ...(await this.#found('document d', 'd.id', [...documents])),
    ];
    for (const one of found) residents.add(one);
    return residents;
  }

  async #found(from: string, column: string, values: readonly string[]): Promise<readonly string[]> {
    const found: string[] = [];
    for (let next = 0; next < values.length; next += atOnce) {
      const some: Sql = oneOf(column, values.slice(next, next + atOnce));
      const rows = await this.database.query<{ readonly id: string }>(
        `select distinct r.id from ${from} join document r on r.number = d.resident where ${some.text}`,
        some.values,
      );
      found.push(...rows.map(({ id }) => id));
    }
    return found;
  }
}
