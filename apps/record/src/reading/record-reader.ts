import type { FacilityRegister } from '#domain/facilities/facility-register.js';
import type { DocumentReference, Provenance } from '@medplum/fhirtypes';
import { targetOf } from '#fhir/provenance.js';
import type { RecordResource } from '#fhir/translation.js';
import type { ReadDatabase, SqlValue } from '#projections/projection.js';
import { type Shown, showsType, type Visibility } from '../access/visibility.js';
import { gone, notFound } from '../http/fhir-fault.js';
import { documentOf } from '../search/criteria.js';
import { DocumentResources } from './document-resources.js';
import {
  type EventType,
  eventTypes,
  isEventType,
  isOfEvent,
  originalOfTouch,
  permittedTouches,
  provenanceOfTouch,
  touchColumns,
  type TouchRow,
  wholeTypes,
} from './event-resources.js';
import { all, oneOf } from '../search/sql.js';
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
    const [stored] = document === undefined ? [] : await this.documents.visibleById(document, visibility);
    if (!stored || stored.version === 0) throw notFound();
    if (!stored.document && wholeTypes[stored.kind] === type && stored.id === id) throw gone();
    const found = this.resources(stored, visibility).find(
      (resource) => resource.resourceType === type && resource.id === id,
    );
    if (!found) throw notFound();
    return found;
  }

  /** Those of many resources, by name (`Type/id`), that are there and the caller's to read; each document is read once. */
  async readAll(names: readonly string[], visibility: Visibility): Promise<ReadonlyMap<string, ServedResource>> {
    const wanted = new Set(names);
    const asked = [...wanted].map((name) => {
      const [type = '', id = ''] = name.split('/');
      return { type, id };
    });
    const found = new Map<string, ServedResource>();
    for (const type of eventTypes) {
      const events = asked.filter((one) => one.type === type && isOfEvent(type, one.id)).map(({ id }) => id);
      if (events.length === 0 || !showsType(visibility, type)) continue;
      for (const [event, made] of await this.ofEvents(type, events, visibility)) found.set(`${type}/${event}`, made);
    }
    const ids = asked.map(({ type, id }) => documentOf(type, id)).filter((id) => id !== undefined);
    for (const stored of await this.documents.visibleAmong(await this.documents.byIds(ids), visibility))
      for (const resource of this.resources(stored, visibility))
        if (wanted.has(targetOf(resource))) found.set(targetOf(resource), resource);
    return found;
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
    const permitted = permittedTouches(visibility);
    for (let next = 0; next < events.length; next += 100) {
      const among = oneOf('e.event', events.slice(next, next + 100));
      const { text, values } = permitted ? all([among, permitted]) : among;
      touches.push(
        ...(await this.database.query<TouchRow>(`select ${touchColumns} from touch e where ${text}`, values)),
      );
    }
    const documents = await this.#touchedDocuments(touches, visibility, []);
    const made = await this.#madeOf(type, touches, documents, visibility);
    return new Map(made.map((one) => [one.id ?? '', one]));
  }

  /**
   * What there is of each event that touched documents, by the number of the document, oldest first.
   * @param readable documents that the caller may read
   */
  async ofEventsOn(
    types: readonly EventType[],
    readable: readonly StoredDocument[],
    visibility: Visibility,
  ): Promise<readonly (Provenance | DocumentReference)[]> {
    const touches = new Map<string, TouchRow>();
    const permitted = permittedTouches(visibility);
    for (let next = 0; next < readable.length; next += 100) {
      const group = readable.slice(next, next + 100).map(({ number }) => number);
      const places = group.map(() => '?').join(', ');
      const { text, values } = permitted ?? all([]);
      const rows = await this.database.query<TouchRow>(
        `select ${touchColumns} from (
           select t.*, t.document as of_document, t.version as turn from touch t where t.document in (${places})
           union all
           select t.*, b.document, 0 from touch_besides b join touch t on t.event = b.event where b.document in (${places})
         ) e where ${text} order by of_document, turn, event limit ${mostTouches}`,
        [...group, ...group, ...values],
      );
      for (const row of rows) if (!touches.has(row.event)) touches.set(row.event, row);
    }
    const documents = await this.#touchedDocuments([...touches.values()], visibility, readable);
    const made: (Provenance | DocumentReference)[] = [];
    for (const type of types) made.push(...(await this.#madeOf(type, [...touches.values()], documents, visibility)));
    return made;
  }

  /** @throws FhirFault 404 where one of them is no resident, or none whom the caller may read */
  async requireResidents(ids: readonly string[], visibility: Visibility): Promise<void> {
    const visible = await this.documents.visibleAmong(await this.documents.byIds(ids), visibility);
    const residents = visible.filter(({ kind, document }) => kind === 'resident' && document !== undefined);
    if (residents.length < new Set(ids).size) throw notFound();
  }

  /** By number, those that the caller may read. */
  async #touchedDocuments(
    touches: readonly TouchRow[],
    visibility: Visibility,
    readable: readonly StoredDocument[],
  ): Promise<ReadonlyMap<number, StoredDocument>> {
    const known = new Map(readable.map((one) => [one.number, one]));
    const unknown = touches.map(({ document }) => Number(document)).filter((number) => !known.has(number));
    const visible = await this.documents.visibleAmong(await this.documents.byNumbers(unknown), visibility);
    for (const one of visible) known.set(one.number, one);
    return known;
  }

  async #madeOf(
    type: EventType,
    touches: readonly TouchRow[],
    documents: ReadonlyMap<number, StoredDocument>,
    visibility: Visibility,
  ): Promise<readonly (Provenance | DocumentReference)[]> {
    const events = touches.map(({ event }) => event);
    const gathered = type === 'Provenance' ? await this.#gathered(events, visibility) : undefined;
    const residents = gathered ? undefined : await this.#residentsOf([...documents.values()]);
    return touches.flatMap((touch) => {
      const document = documents.get(Number(touch.document));
      if (!document) return [];
      const own = this.resources(document, visibility).map(targetOf);
      if (!gathered) {
        const resident = residents?.get(document.resident ?? 0);
        return originalOfTouch(touch, document, own.length > 0, resident, this.#made.context) ?? [];
      }
      const besides = (gathered.get(touch.event) ?? []).flatMap((one) => this.resources(one, visibility));
      return provenanceOfTouch(touch, document, own, besides.map(targetOf), this.#made.context) ?? [];
    });
  }

  /** Ids of the residents that documents are about, those of withdrawn documents among them, by their numbers. */
  async #residentsOf(documents: readonly StoredDocument[]): Promise<ReadonlyMap<number, string>> {
    const residents = await this.documents.byNumbers(documents.flatMap(({ resident }) => resident ?? []));
    return new Map(residents.map(({ number, id }) => [number, id]));
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
          `select document, event from touch_besides where event in (${places})`,
          group,
        )),
      );
    }
    if (rows.length === 0) return new Map();
    const touched = await this.documents.byNumbers([...new Set(rows.map(({ document }) => Number(document)))]);
    const visible = new Map((await this.documents.visibleAmong(touched, visibility)).map((one) => [one.number, one]));
    // Engines give them in orders of their own.
    const inOrder = rows.toSorted((a, b) => Number(a.document) - Number(b.document));
    const ofEvents = Map.groupBy(inOrder, ({ event }) => event);
    return new Map(
      [...ofEvents].map(([event, found]) => [
        event,
        found.flatMap(({ document }) => visible.get(Number(document)) ?? []),
      ]),
    );
  }
}
