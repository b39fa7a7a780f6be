import type { FacilityRegister } from '#domain/facilities/facility-register.js';
import type { DocumentReference, Provenance } from '@medplum/fhirtypes';
import { originalMessageOf } from '#fhir/original-message.js';
import { provenanceOf, targetOf, type Touch } from '#fhir/provenance.js';
import { type RecordResource, resourcesOf } from '#fhir/translation.js';
import type { ReadDatabase, SqlValue } from '#projections/projection.js';
import type { RecordDocument } from '#fhir/documents.js';
import { type ShownResource, shownResources } from '../access/shown-resources.js';
import type { Shown, Visibility } from '../access/visibility.js';
import { asMerged } from './merged-resources.js';
import { gone, notFound } from '../http/fhir-fault.js';
import { rowFilter } from '../access/row-filter.js';
import { documentOf } from '../search/criteria.js';
import { provenanceDefinition } from '../search/definitions/provenance.js';
import { all, oneOf } from '../search/sql.js';
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
    const version = { id: stored.id, version: stored.version, lastUpdated: new Date(stored.updated).toISOString() };
    const resources = resourcesOf(stored.document, version, this.#context);
    return stored.merged || stored.joined ? resources.map((resource) => asMerged(resource, stored)) : resources;
  }

  #shown(stored: StoredDocument, shown: Shown): readonly ShownResource[] {
    return stored.document ? shownResources(stored.document, this.#all(stored), shown) : [];
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
    // As in a search: a document's being shown does not make everything that was ever told of it so.
    const permitted = rowFilter(provenanceDefinition, visibility, []);
    for (let next = 0; next < events.length; next += 100) {
      const among = oneOf('e.event', events.slice(next, next + 100));
      const { text, values } = permitted ? all([among, permitted]) : among;
      touches.push(
        ...(await this.database.query<TouchRow>(`select ${touchColumns} from touch e where ${text}`, values)),
      );
    }
    const touched = await this.documents.byNumbers(touches.map((touch) => Number(touch.document)));
    const visible = await this.documents.visibleAmong(touched, visibility);
    const stored = new Map(visible.map((one) => [one.number, one]));
    const gathered = type === 'Provenance' ? await this.#gathered(events, visibility) : undefined;
    const residents = gathered ? undefined : await this.#residentsOf(visible);
    const made = new Map<string, Provenance | DocumentReference>();
    for (const touch of touches) {
      const document = stored.get(Number(touch.document));
      const one =
        document &&
        (gathered
          ? this.#provenance(touch, document, visibility, gathered.get(touch.event))
          : this.#original(touch, document, visibility, residents?.get(document.resident ?? 0)));
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
