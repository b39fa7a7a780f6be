import type { DomainEvent } from '#domain/domain-events.js';
import type { ResidentId } from '#domain/ids.js';
import { residentStream } from '#domain/streams.js';
import { type RecordedEvent, streamName } from '#event-store/event-store.js';
import type { RecordDocument } from '#fhir/documents.js';
import { mayBeSensitive } from '#fhir/sensitivity/sensitive-content.js';
import { documentIdOf } from '#fhir/resource-ids.js';
import { parseDateTime } from '#domain/dates.js';
import { BulkInsert, KeyedStatement } from '#projections/bulk-statements.js';
import type { SqlValue, ViewTransaction } from '#projections/projection.js';
import { evolve } from './evolve.js';
import { mergedNumbers, type MergedNumbers, noMerges, RecordMerges } from './record-merges.js';
import { indexRows, tablesOf } from './index-rows.js';
import { type DocumentBesides, numberBesides, type ToldBesides, toldBesides } from './told-besides.js';
import { indexSensitive } from './sensitive-rows.js';
import {
  concernTable,
  documentTable,
  type EntryTableName,
  perEntryTable,
  touchBesidesTable,
  touchTable,
} from './schema.js';

const insertDocuments = new BulkInsert(
  documentTable,
  `on conflict (number) do update set kind = excluded.kind, resident = excluded.resident, told_of = excluded.told_of, version = excluded.version,
   updated = excluded.updated, sensitive = excluded.sensitive, body = excluded.body`,
);
const insertTouches = new BulkInsert(touchTable);
const insertTouchesBesides = new BulkInsert(touchBesidesTable, 'on conflict (document, event) do nothing');
const insertConcerns = new BulkInsert(concernTable, 'on conflict (facility, resident) do nothing');
const insertEntries = perEntryTable((table) => new BulkInsert(table));
const deleteEntries = perEntryTable(({ name }) => new KeyedStatement(`delete from ${name} where number in`));
/** Visits, screenings and immunizations come whole with each event: their bodies need not be read. */
const selectDocuments = new KeyedStatement(
  `select number, id, stream, kind, told_of, version, updated, case when kind in ('visit', 'screening', 'immunization', 'resource') then null else body end as body
   from document where id in`,
);

interface StoredDocument {
  readonly number: SqlValue;
  readonly id: string;
  readonly stream: string;
  readonly kind: RecordDocument['kind'];
  readonly told_of: SqlValue;
  readonly version: SqlValue;
  readonly updated: SqlValue;
  readonly body: string | null;
}

/** A document while a batch is applied. */
interface WorkingDocument {
  readonly number: number;
  readonly id: string;
  readonly stream: string;
  readonly kind: RecordDocument['kind'];
  /** Has rows in the index from an earlier batch. */
  readonly indexed: boolean;
  version: number;
  updated: number;
  /** The record that goes on. */
  resident: number | null;
  toldOf: number | null;
  /** The stored body until an event of its own needs it. */
  document: RecordDocument | string | undefined;
  changed: boolean;
}

/** Applies one batch of events: reads what it needs at once, folds in memory, writes in bulk. */
export class RecordBatch {
  /** By stream: a digest each, so worked out once. */
  readonly #ids = new Map<string, string>();
  readonly #working = new Map<string, WorkingDocument>();
  readonly #touches: SqlValue[][] = [];
  readonly #besides = new Map<string, readonly ToldBesides[]>();
  readonly #touchesBesides: SqlValue[][] = [];
  /** Only where records are merged: by number the record that goes on, and by that its members. */
  #merged: MergedNumbers = noMerges;
  readonly #concerns = new Map<string, readonly [string, number]>();
  /** Residents of whom something turned out to have been told by mistake. */
  readonly #left = new Set<number>();

  constructor(private readonly view: ViewTransaction) {}

  async apply(events: readonly RecordedEvent[]): Promise<void> {
    await this.#load(events);
    for (const event of events) this.#fold(event);
    await this.#write();
    if (this.#left.size > 0) await new RecordMerges(this.view).concernAnew(this.#left);
  }

  async #load(events: readonly RecordedEvent[]): Promise<void> {
    const ids = new Set<string>();
    for (const event of events) {
      const id = documentIdOf(event.stream);
      this.#ids.set(event.stream, id);
      ids.add(id);
      const resident = residentOf(event);
      if (resident !== undefined) ids.add(resident);
      const told = toldBesides(event as DomainEvent & RecordedEvent, id);
      this.#besides.set(event.id, told);
      for (const one of told) ids.add(one.id).add(one.resident ?? id);
    }
    for (const stored of await selectDocuments.query<StoredDocument>(this.view, ids)) {
      this.#working.set(stored.id, {
        number: Number(stored.number),
        id: stored.id,
        stream: stored.stream,
        kind: stored.kind,
        indexed: Number(stored.version) > 0,
        version: Number(stored.version),
        updated: Number(stored.updated),
        resident: null,
        toldOf: stored.told_of === null ? null : Number(stored.told_of),
        document: stored.body ?? undefined,
        changed: false,
      });
    }
    const residents = [...this.#working.values()].filter(({ kind }) => kind === 'resident');
    this.#merged = await mergedNumbers(
      this.view,
      residents.map(({ number }) => number),
    );
  }

  #fold(event: RecordedEvent): void {
    const residentId = residentOf(event);
    const id = this.#ids.get(event.stream) ?? documentIdOf(event.stream);
    const own = this.#own(id, event, residentId === id);
    const resident =
      residentId === undefined ? undefined : residentId === id ? own : this.#mentioned(residentId, event);
    // First of all, so that an event that cannot be applied leaves nothing behind.
    const before = typeof own.document === 'string' ? (JSON.parse(own.document) as RecordDocument) : own.document;
    const document = evolve(before, event as DomainEvent & RecordedEvent);
    const updated = Date.parse(event.recordedAt);
    own.document = document;
    own.version += 1;
    own.updated = updated;
    const toldOf = resident?.number ?? null;
    if (own.toldOf !== null && own.toldOf !== toldOf) this.#left.add(own.toldOf);
    own.toldOf = toldOf;
    own.resident = resident ? this.#merged.survivorOf(resident.number) : null;
    own.changed = true;
    (this.#besides.get(event.id) ?? []).forEach((told, index) => this.#gather(told, index, event));
    const { facility, actor, source, occurredAt } = event.metadata;
    this.#touches.push([
      event.id,
      own.number,
      own.resident,
      own.toldOf,
      own.version,
      event.type,
      updated,
      parseDateTime(occurredAt) ?? event.recordedAt,
      facility ?? null,
      actor ?? null,
      source?.digest ?? null,
    ]);
    if (resident)
      for (const code of concernedFacilities(event, document))
        for (const member of this.#merged.membersWith(resident.number))
          this.#concerns.set(`${code} ${member}`, [code, member]);
  }

  /** A document that gathers what many streams tell; one that learns nothing new is not touched. */
  #gather({ id, kind, resident: about, evolve: change }: ToldBesides, index: number, event: RecordedEvent): void {
    const known = this.#working.get(id)?.document;
    const before = (typeof known === 'string' ? JSON.parse(known) : known) as DocumentBesides | undefined;
    const after = change(before);
    if (after === before) return;
    const resident = about === undefined ? undefined : this.#mentioned(about, event);
    const one = this.#find(id, event.stream, kind, numberBesides(event.position, index));
    one.document = after;
    one.version += 1;
    one.updated = Date.parse(event.recordedAt);
    one.toldOf = resident?.number ?? null;
    one.resident = resident ? this.#merged.survivorOf(resident.number) : null;
    one.changed = true;
    this.#touchesBesides.push([one.number, event.id]);
  }

  #own(id: string, event: RecordedEvent, isResident: boolean): WorkingDocument {
    const kind = event.stream.slice(0, event.stream.indexOf('-')) as RecordDocument['kind'];
    return this.#find(id, event.stream, isResident ? 'resident' : kind, event.position * 2);
  }

  /** A resident that another aggregate's event names, perhaps before the resident's own first event. */
  #mentioned(id: string, event: RecordedEvent): WorkingDocument {
    const { category, key } = residentStream(id as ResidentId);
    const resident = this.#find(id, streamName(category, key), 'resident', event.position * 2 + 1);
    resident.toldOf = resident.number;
    resident.resident = this.#merged.survivorOf(resident.number);
    return resident;
  }

  #find(id: string, stream: string, kind: RecordDocument['kind'], number: number): WorkingDocument {
    const known = this.#working.get(id);
    if (known) return known;
    const made: WorkingDocument = {
      number,
      id,
      stream,
      kind,
      indexed: false,
      version: 0,
      updated: 0,
      resident: null,
      toldOf: null,
      document: undefined,
      changed: true,
    };
    this.#working.set(id, made);
    return made;
  }

  async #write(): Promise<void> {
    const documents: SqlValue[][] = [];
    const rows = new Map<EntryTableName, (readonly SqlValue[])[]>();
    const outdated = new Map<EntryTableName, number[]>();
    for (const one of this.#working.values()) {
      if (!one.changed || typeof one.document === 'string') continue;
      const body = one.document === undefined ? null : JSON.stringify(one.document);
      const sensitive = one.document !== undefined && body !== null && mayBeSensitive(one.document, body);
      documents.push([
        one.number,
        one.id,
        one.stream,
        one.kind,
        one.kind === 'resident' ? this.#merged.survivorOf(one.number) : one.resident,
        one.kind === 'resident' ? one.number : one.toldOf,
        one.version,
        one.updated,
        sensitive ? 1 : 0,
        body,
      ]);
      if (one.indexed) for (const table of tablesOf[one.kind]) listed(outdated, table).push(one.number);
      if (!one.document) continue;
      const add = (table: EntryTableName, row: readonly SqlValue[]): void => void listed(rows, table).push(row);
      indexRows(one.document, one.number, one.resident ?? one.number, add);
      if (sensitive) indexSensitive(one.document, one.id, one.number, add);
    }
    await insertDocuments.run(this.view, documents);
    for (const [table, numbers] of outdated) await deleteEntries[table].execute(this.view, numbers);
    for (const [table, entries] of rows) await insertEntries[table].run(this.view, entries);
    await insertTouches.run(this.view, this.#touches);
    await insertTouchesBesides.run(this.view, this.#touchesBesides);
    await insertConcerns.run(this.view, [...this.#concerns.values()]);
  }
}

function residentOf(event: RecordedEvent): string | undefined {
  const resident = (event.data as { readonly resident?: unknown }).resident;
  return typeof resident === 'string' ? resident : undefined;
}

const aboutMerges: ReadonlySet<string> = new Set([
  'ResidentsMerged',
  'ResidentsUnmerged',
  'ResidentJoined',
  'ResidentSeparated',
]);

/** Facilities an event gives access to the resident's record: where they were seen, observed or registered, from where and where to they were referred. */
function concernedFacilities(event: RecordedEvent, document: RecordDocument | undefined): ReadonlySet<string> {
  const facilities = new Set<string>();
  const { facility } = event.metadata;
  // Who merges or takes apart does not come to know more than before.
  if (aboutMerges.has(event.type)) return facilities;
  switch (document?.kind) {
    case 'resident':
      facilities.add(document.registeredBy);
      if (facility !== undefined) facilities.add(facility);
      break;
    case 'visit':
      facilities.add(document.visit.facility);
      break;
    case 'screening':
      facilities.add(document.screening.facility);
      break;
    case 'immunization':
      facilities.add(document.immunization.facility);
      break;
    case 'resource':
      facilities.add(document.facility);
      break;
    case 'referral':
      facilities.add(document.state.referral.from);
      for (const addressee of document.state.addressees) facilities.add(addressee);
      break;
    default:
  }
  return facilities;
}

function listed<Key, Item>(lists: Map<Key, Item[]>, key: Key): Item[] {
  const known = lists.get(key);
  if (known) return known;
  const made: Item[] = [];
  lists.set(key, made);
  return made;
}
