import type { FacilityRegister } from '#domain/facilities/facility-register.js';
import type { DocumentReference, Provenance } from '@medplum/fhirtypes';
import { originalMessageOf } from '#fhir/original-message.js';
import { provenanceOf, targetOf, type Touch } from '#fhir/provenance.js';
import { type RecordResource, resourcesOf } from '#fhir/translation.js';
import type { ReadDatabase, SqlValue } from '#projections/projection.js';
import type { RecordDocument } from '#fhir/documents.js';
import { type ShownResource, shownResources } from '../access/shown-resources.js';
import { type Shown, showsType, type Visibility } from '../access/visibility.js';
import { asMerged } from './merged-resources.js';
import { gone, notFound } from '../http/fhir-fault.js';
import { rowFilter } from '../access/row-filter.js';
import { documentOf } from '../search/criteria.js';
import { provenanceDefinition } from '../search/definitions/provenance.js';
import { all, oneOf, type Sql } from '../search/sql.js';
import type { StoredDocument, StoredDocuments } from './stored-documents.js';

export type ServedResource = RecordResource | Provenance | DocumentReference;

/** Types of which there is one resource for each event, beside those that were sent. */
export type EventType = 'Provenance' | 'DocumentReference';

export const eventTypes: readonly EventType[] = ['Provenance', 'DocumentReference'];

export const isEventType = (type: string): type is EventType => eventTypes.some((one) => one === type);

/** Ids of what was sent are longer than that of an event. */
export const isOfEvent = (type: string, id: string): boolean => isEventType(type) && id.length === 36;

interface TouchRow {
  readonly event: string;
  readonly document: SqlValue;
  readonly version: SqlValue;
  readonly type: string;
  readonly recorded: SqlValue;
  readonly occurred: string;
  readonly facility: string | null;
  readonly actor: string | null;
  readonly digest: string | null;
}

const touchColumns = 'event, document, version, type, recorded, occurred, facility, actor, digest';

/** Most Provenance read at once for the documents of a page. */
const mostTouches = 2_000;

/** Resource type that stands for a whole document. */
const wholeTypes: Readonly<Record<RecordDocument['kind'], string>> = {
  resident: 'Patient',
  visit: 'Encounter',
  screening: 'Encounter',
  immunization: 'Immunization',
  referral: 'ServiceRequest',
  facility: 'Organization',
  programme: 'EpisodeOfCare',
  practitioner: 'Practitioner',
  // Never withdrawn, so never named without its own type.
  resource: 'Basic',
};

/** FHIR resources, made from the documents as they are read. */
export class RecordReader {
  constructor(
    private readonly database: ReadDatabase,
    private readonly documents: StoredDocuments,
    private readonly facilities: FacilityRegister,
  ) {}

  /** A document that was read once may be asked for its resources several times: its Provenance names them all. */
  readonly #translated = new WeakMap<StoredDocument, readonly RecordResource[]>();
  readonly #context = { facilityName: (code: string): string | undefined => this.facilities.get(code)?.name };

  /** The resources of a document that are shown; none after a retraction. */
  resources(stored: StoredDocument, shown: Shown): readonly RecordResource[] {
    return this.#shown(stored, shown).flatMap(({ resource }) => (resource ? [resource] : []));
  }

  /** Of which resources of a document, by name, something is not shown; `all` when nothing is. */
  withheld(stored: StoredDocument, shown: Shown): readonly string[] | 'all' {
    const all = this.#all(stored);
    const names = this.#shown(stored, shown).flatMap(({ resource, redacted }, index) => {
      const whole = all[index];
      return whole && (!resource || redacted) ? [targetOf(whole)] : [];
    });
    return names.length > 0 && names.length === all.length ? 'all' : names;
  }

  #all(stored: StoredDocument): readonly RecordResource[] {
    if (!stored.document) return [];
    const known = this.#translated.get(stored);
    if (known) return known;
    const version = { id: stored.id, version: stored.version, lastUpdated: new Date(stored.updated).toISOString() };
    const resources = resourcesOf(stored.document, version, this.#context);
    const all = stored.merged || stored.joined ? resources.map((resource) => asMerged(resource, stored)) : resources;
    this.#translated.set(stored, all);
    return all;
  }

  #shown(stored: StoredDocument, shown: Shown): readonly ShownResource[] {
    return shownResources(stored, this.#all(stored), shown);
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
      return (
        (gathered
          ? this.#provenance(touch, document, visibility, gathered.get(touch.event))
          : this.#original(touch, document, visibility, residents?.get(document.resident ?? 0))) ?? []
      );
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
    const ofEvents = Map.groupBy(rows, ({ event }) => event);
    return new Map(
      [...ofEvents].map(([event, found]) => [
        event,
        found.flatMap(({ document }) => visible.get(Number(document)) ?? []),
      ]),
    );
  }

  /** None of a document of which nothing is shown: that it was told of is told by it. */
  #provenance(
    touch: TouchRow,
    stored: StoredDocument,
    shown: Shown,
    gathered: readonly StoredDocument[] = [],
  ): Provenance | undefined {
    const own = this.resources(stored, shown).map(targetOf);
    if (stored.document && own.length === 0) return undefined;
    // Of what was withdrawn, only the whole is still named.
    const now = own.length > 0 ? own : [wholeOf(stored)];
    const besides = gathered.flatMap((one) => this.resources(one, shown)).map(targetOf);
    return provenanceOf(touchOf(touch), [...now, ...besides], this.#context);
  }

  #original(
    touch: TouchRow,
    stored: StoredDocument,
    shown: Shown,
    resident: string | undefined,
  ): DocumentReference | undefined {
    if (stored.document && this.resources(stored, shown).length === 0) return undefined;
    return originalMessageOf(touchOf(touch), resident, wholeOf(stored), this.#context);
  }
}

/** As in a search: that a document is shown does not make everything that was ever told of it so. */
const permittedTouches = (visibility: Visibility): Sql | undefined => rowFilter(provenanceDefinition, visibility, []);

const wholeOf = ({ kind, id, document }: StoredDocument): string =>
  `${wholeTypes[kind]}/${document?.kind === 'facility' ? document.facility.code : id}`;

function touchOf({ event, type, version, recorded, occurred, facility, actor, digest }: TouchRow): Touch {
  return {
    event,
    eventType: type,
    version: Number(version),
    recordedAt: new Date(Number(recorded)).toISOString(),
    occurredAt: occurred,
    ...(facility !== null && { facility }),
    ...(actor !== null && { actor }),
    ...(digest !== null && { digest }),
  };
}
