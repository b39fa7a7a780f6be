import type { FacilityRegister } from '#domain/facilities/facility-register.js';
import type { DocumentReference, Provenance } from '@medplum/fhirtypes';
import { targetOf } from '#fhir/provenance.js';
import type { RecordResource } from '#fhir/translation.js';
import type { ReadDatabase, SqlValue } from '#projections/projection.js';
import type { Shown, Visibility } from '../access/visibility.js';
import { gone, notFound } from '../http/fhir-fault.js';
import { documentOf } from '../search/criteria.js';
import { DocumentResources } from './document-resources.js';
import {
  type EventType,
  isEventType,
  originalOfTouch,
  provenanceOfTouch,
  touchColumns,
  type TouchRow,
  wholeTypes,
} from './event-resources.js';
import type { StoredDocument, StoredDocuments } from './stored-documents.js';

export type ServedResource = RecordResource | Provenance | DocumentReference;

/** Most Provenance read at once for the documents of a page. */
const mostTouches = 2_000;

/** FHIR resources, made from the documents as they are read. */
export class RecordReader {
  constructor(
    private readonly database: ReadDatabase,
    private readonly documents: StoredDocuments,
    private readonly facilities: Pick<FacilityRegister, 'get'>,
  ) {}

  readonly #made = new DocumentResources({
    facilityName: (code: string): string | undefined => this.facilities.get(code)?.name,
  });

  /** The resources of a document that are shown; none after a retraction. */
  resources(stored: StoredDocument, shown: Shown): readonly RecordResource[] {
    return this.#made.of(stored, shown);
  }

  /** Of which resources of a document, by name, something is not shown; `all` when nothing is. */
  withheld(stored: StoredDocument, shown: Shown): readonly string[] | 'all' {
    return this.#made.withheld(stored, shown);
  }

  /**
   * @throws FhirFault 404 when it is not there or not the caller's to read: the two are not told apart
   * @throws FhirFault 410 when it was withdrawn
   */
  async read(type: string, id: string, visibility: Visibility): Promise<ServedResource> {
    // One that was sent is kept like any other resource.
    const made = isEventType(type) ? (await this.ofEvents(type, [id], visibility)).get(id) : undefined;
    if (made) return made;
    const document = documentOf(type, id);
    const [stored] = document === undefined ? [] : await this.documents.byIds([document]);
    if (!stored || stored.version === 0 || !(await this.documents.visible(stored, visibility))) throw notFound();
    if (!stored.document && wholeTypes[stored.kind] === type && stored.id === id) throw gone();
    const found = this.resources(stored, visibility).find(
      (resource) => resource.resourceType === type && resource.id === id,
    );
    if (!found) throw notFound();
    return found;
  }

  /** @throws FhirFault 404 where there is no such resident, or none whom the caller may read */
  async requireVisible(resident: string, visibility: Visibility): Promise<void> {
    const [stored] = await this.documents.byIds([resident]);
    if (stored?.kind !== 'resident' || !stored.document || !(await this.documents.visible(stored, visibility)))
      throw notFound();
  }

  /**
   * What there is of each event, of documents the caller may read. An event is indexed by the resident it was about; the document
   * may have become another resident's since, and what it holds now is what is referred to.
   */
  async ofEvents(
    type: EventType,
    events: readonly string[],
    visibility: Visibility,
  ): Promise<ReadonlyMap<string, Provenance | DocumentReference>> {
    const touches: TouchRow[] = [];
    for (let next = 0; next < events.length; next += 100) {
      const group = events.slice(next, next + 100);
      const places = group.map(() => '?').join(', ');
      touches.push(
        ...(await this.database.query<TouchRow>(`select ${touchColumns} from touch where event in (${places})`, group)),
      );
    }
    const touched = await this.documents.byNumbers(touches.map((touch) => Number(touch.document)));
    const visible = await this.documents.visibleAmong(touched, visibility);
    const stored = new Map(visible.map((one) => [one.number, one]));
    const gathered = type === 'Provenance' ? await this.#gathered(events, visibility) : undefined;
    const made = new Map<string, Provenance | DocumentReference>();
    for (const touch of touches) {
      const document = stored.get(Number(touch.document));
      if (!document) continue;
      const own = this.resources(document, visibility).map(targetOf);
      const besides = (gathered?.get(touch.event) ?? []).flatMap((one) => this.resources(one, visibility));
      const one = gathered
        ? provenanceOfTouch(touch, document, own, besides.map(targetOf), this.#made.context)
        : originalOfTouch(touch, document, own.length > 0, this.#made.context);
      if (one) made.set(touch.event, one);
    }
    return made;
  }

  /**
   * Events that touched documents, by the number of the document, oldest first.
   * @param documents that the caller may read
   */
  async eventsOf(documents: readonly StoredDocument[]): Promise<readonly string[]> {
    const numbers = documents.map(({ number }) => number);
    const events = new Set<string>();
    for (let next = 0; next < numbers.length; next += 100) {
      const group = numbers.slice(next, next + 100);
      const places = group.map(() => '?').join(', ');
      const touches = await this.database.query<Pick<TouchRow, 'event'>>(
        `select event from (
           select event, document, version from touch where document in (${places})
           union all select event, document, 0 from touch_besides where document in (${places})
         ) t order by document, version, event limit ${mostTouches}`,
        [...group, ...group],
      );
      for (const { event } of touches) events.add(event);
    }
    return [...events];
  }

  /** Documents besides their own that events have touched, by event: those that gather what many streams tell. */
  async #gathered(
    events: readonly string[],
    visibility: Visibility,
  ): Promise<ReadonlyMap<string, readonly StoredDocument[]>> {
    const rows: { readonly document: SqlValue; readonly event: string }[] = [];
    for (let next = 0; next < events.length; next += 100) {
      const group = events.slice(next, next + 100);
      const places = group.map(() => '?').join(', ');
      rows.push(
        ...(await this.database.query<(typeof rows)[number]>(
          `select document, event from touch_besides where event in (${places}) order by document`,
          group,
        )),
      );
    }
    if (rows.length === 0) return new Map();
    const touched = await this.documents.byNumbers([...new Set(rows.map(({ document }) => Number(document)))]);
    const visible = new Map((await this.documents.visibleAmong(touched, visibility)).map((one) => [one.number, one]));
    const ofEvents = Map.groupBy(rows, ({ event }) => event);
    return new Map(
      [...ofEvents].map(([event, found]) => [
        event,
        found.flatMap(({ document }) => visible.get(Number(document)) ?? []),
      ]),
    );
  }
}
