import { resourceId } from '#fhir/resource-ids.js';
import type { Visibility } from '../access/visibility.js';
import { isEventType, isOfEvent, type RecordReader, type ServedResource } from '../reading/record-reader.js';
import type { StoredDocument, StoredDocuments } from '../reading/stored-documents.js';
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
  async of(type: string, rows: readonly FoundRow[]): Promise<readonly FoundResource[]> {
    if (rows.length === 0 || !isEventType(type)) return this.#ofDocuments(type, rows);
    const events = rows.map(({ part }) => part).filter((part) => isOfEvent(type, part));
    const made = await this.reader.ofEvents(type, events, this.visibility);
    const sent = await this.#ofDocuments(
      type,
      rows.filter(({ part }) => !made.has(part)),
    );
    const found = new Map(sent.map((one) => [one.row, one]));
    return rows.flatMap((row) => {
      const resource = made.get(row.part);
      return resource ? [{ row, resource }] : (found.get(row) ?? []);
    });
  }

  async #ofDocuments(type: string, rows: readonly FoundRow[]): Promise<readonly FoundResource[]> {
    if (rows.length === 0) return [];
    const unknown = rows.map((row) => row.number).filter((number) => !this.#made.has(number));
    if (this.#made.size + unknown.length > mostAtHand) this.#made.clear();
    const wanted = rows.map((row) => row.number).filter((number) => !this.#made.has(number));
    for (const stored of await this.documents.byNumbers(wanted)) {
      const resources = this.reader.resources(stored).map((one) => [`${one.resourceType}/${one.id}`, one] as const);
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

  /** The document a found resource is of. */
  documentOf({ row }: FoundResource): StoredDocument | undefined {
    return this.#made.get(row.number)?.stored;
  }
}
