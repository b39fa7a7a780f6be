import { resourceId } from '#fhir/resource-ids.js';
import type { Visibility } from '../access/visibility.js';
import { type EventType, isEventType } from '../reading/event-resources.js';
import type { RecordReader, ServedResource } from '../reading/record-reader.js';
import type { StoredDocument, StoredDocuments } from '../reading/stored-documents.js';
import type { TypeDefinition } from './definitions/type-definition.js';
import type { PageKey } from './page-token.js';

/** Which resource a row stands for. */
export interface FoundRow {
  readonly number: number;
  /** Empty for the whole document; the event for Provenance. */
  readonly part: string;
  readonly key: PageKey;
}

export interface FoundResource {
  readonly row: FoundRow;
  readonly resource: ServedResource;
}

/** Most documents that one search keeps at hand. */
const mostAtHand = 4_000;

/** The resources of found rows; documents that one search asks for again are not made again. */
export class FoundResources {
  readonly #made = new Map<
    number,
    { readonly stored: StoredDocument; readonly resources: Map<string, ServedResource> }
  >();

  constructor(
    private readonly documents: StoredDocuments,
    private readonly reader: RecordReader,
    private readonly visibility: Visibility,
  ) {}

  /** In the order of the rows. A row whose document changed since it was read is left out: its successor has a row of its own. */
  async of({ type, part }: TypeDefinition, rows: readonly FoundRow[]): Promise<readonly FoundResource[]> {
    if (rows.length === 0) return [];
    // Made of an event; what was sent is kept like any other resource.
    if (part === 'e.event' && isEventType(type)) return this.#ofEvents(type, rows);
    const unknown = rows.map((row) => row.number).filter((number) => !this.#made.has(number));
    if (this.#made.size + unknown.length > mostAtHand) this.#made.clear();
    const wanted = rows.map((row) => row.number).filter((number) => !this.#made.has(number));
    for (const stored of await this.documents.byNumbers(wanted)) {
      const resources = this.reader
        .resources(stored, this.visibility)
        .map((one) => [`${one.resourceType}/${one.id}`, one] as const);
      this.#made.set(stored.number, { stored, resources: new Map(resources) });
    }
    return rows.flatMap((row) => {
      const made = this.#made.get(row.number);
      if (!made) return [];
      const { stored, resources } = made;
      const id = stored.document?.kind === 'facility' ? stored.document.facility.code : resourceId(stored.id, row.part);
      const resource = resources.get(`${type}/${id}`);
      return resource ? [{ row, resource }] : [];
    });
  }

  async #ofEvents(type: EventType, rows: readonly FoundRow[]): Promise<readonly FoundResource[]> {
    const made = await this.reader.ofEvents(
      type,
      rows.map((row) => row.part),
      this.visibility,
    );
    return rows.flatMap((row) => {
      const resource = made.get(row.part);
      return resource ? [{ row, resource }] : [];
    });
  }
}
