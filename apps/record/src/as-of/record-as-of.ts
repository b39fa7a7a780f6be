import { randomUUID } from 'node:crypto';
import { parseFacilityCode } from '#domain/ids.js';
import { facilityStream } from '#domain/streams.js';
import { type EventStore, type RecordedEvent, type StreamName, streamName } from '#event-store/event-store.js';
import { PassingView } from '#projections/embedded/passing-view.js';
import type { ReadDatabase, SqlValue } from '#projections/projection.js';
import type { Visibility } from '../access/visibility.js';
import { FhirFault, notFound } from '../http/fhir-fault.js';
import type { DocumentHistory } from '../history/document-history.js';
import { createProjection } from '../projection/health-record.projection.js';
import type { RecordReader } from '../reading/record-reader.js';
import type { StoredDocument, StoredDocuments } from '../reading/stored-documents.js';
import { Leases } from './leases.js';

/** Most documents of one resident that are brought back; far more than a life has. */
const mostDocuments = 5_000;
const streamsAtOnce = 16;
/** Passing views kept for the next page or the next move of a slider. */
const mostViews = 16;

/**
 * The record as it was known at a moment: the same projection over the events that had been recorded by then, of one resident or
 * of one document that is about nobody. What the caller may not read now is not shown as it was either.
 */
export class RecordAsOf {
  readonly #views = new Leases<ReadDatabase>(mostViews, (view) => view.close());

  constructor(
    private readonly database: ReadDatabase,
    private readonly documents: StoredDocuments,
    private readonly history: DocumentHistory,
    private readonly events: Pick<EventStore, 'readStream'>,
    /** Tells of what a caller is not shown of a document now. */
    private readonly reader: Pick<RecordReader, 'withheld'>,
  ) {}

  /**
   * Works on the view of what was known of a document's resident, or of the document alone where it is about nobody.
   * @param before milliseconds since 1970, exclusive
   * @throws FhirFault 404 when there is no such document or it is not the caller's to read
   */
  async use<Result>(
    document: string,
    before: number,
    visibility: Visibility,
    work: (view: ReadDatabase) => Promise<Result>,
  ): Promise<Result> {
    const [stored] = await this.documents.byIds([document]);
    if (!stored || !(await this.documents.visible(stored, visibility))) throw notFound();
    // What is still to come changes what will have been known: a moment that is not over is now.
    const moment = before > Date.now() ? `now ${randomUUID()}` : String(before);
    const key = JSON.stringify([stored.resident ?? stored.number, moment, visibility]);
    return this.#views.use(key, () => this.#build(stored, before, visibility), work);
  }

  async #build(stored: StoredDocument, before: number, visibility: Visibility): Promise<ReadDatabase> {
    const view = new PassingView<RecordedEvent>(await createProjection(undefined));
    const streams = new Set<StreamName>();
    const events =
      stored.resident === undefined
        ? await this.#read(await this.history.streamsOf(stored), streams, before)
        : await this.#ofResident(stored.resident, streams, before, visibility);
    await view.apply(inOrder(events));
    const facilities = await view.database.query<{ readonly facility: string }>(facilitiesReferredTo);
    await view.apply(
      inOrder(
        await this.#read(
          facilities.flatMap(({ facility }) => streamOf(facility)),
          streams,
          before,
        ),
      ),
    );
    return view.database;
  }

  /** Events of all that was told of the resident by then, and of those whose records were one with theirs. */
  async #ofResident(
    resident: number,
    streams: Set<StreamName>,
    before: number,
    visibility: Visibility,
  ): Promise<readonly RecordedEvent[]> {
    const events: RecordedEvent[] = [];
    const members = await this.database.query<{ readonly number: SqlValue }>(
      'select number from merged where survivor = ?',
      [resident],
    );
    const residents = new Set([resident, ...members.map(({ number }) => Number(number))]);
    for (const number of residents) {
      const told = await this.#toldOf(number, before, visibility);
      const read = await this.#read(await this.history.streams(told), streams, before);
      events.push(...read);
      for (const other of await this.#joinedIn(read)) residents.add(other);
    }
    return events;
  }

  async #toldOf(resident: number, before: number, visibility: Visibility): Promise<readonly number[]> {
    const rows = await this.database.query<{ readonly document: SqlValue }>(
      `select distinct document from touch where told_of = ? and recorded < ? limit ${mostDocuments + 1}`,
      [resident, before],
    );
    if (rows.length > mostDocuments) {
      throw new FhirFault(422, 'too-costly', {
        vi: `Hồ sơ có hơn ${mostDocuments} phần: không dựng lại được.`,
        en: `The record has more than ${mostDocuments} parts: it cannot be brought back.`,
      });
    }
    const stored = await this.documents.byNumbers(rows.map(({ document }) => Number(document)));
    const { smart: _, ...shown } = visibility;
    // What is withheld now may once have been told without what makes it sensitive: beside now, that would tell.
    return (await this.documents.visibleAmong(stored, visibility)).flatMap((one) =>
      this.reader.withheld(one, shown).length === 0 || one.kind === 'resident' ? [one.number] : [],
    );
  }

  /** Records that were merged with one of these, whether they still are or not. */
  async #joinedIn(events: readonly RecordedEvent[]): Promise<readonly number[]> {
    const ids = new Set<string>();
    for (const { type, data } of events) {
      if (type === 'ResidentsMerged') ids.add((data as { readonly joined: string }).joined);
      if (type === 'ResidentJoined') ids.add((data as { readonly into: string }).into);
    }
    const found = await this.documents.byIds([...ids]);
    return found.map(({ number }) => number);
  }

  async #read(names: readonly StreamName[], known: Set<StreamName>, before: number): Promise<readonly RecordedEvent[]> {
    const unread = names.filter((name) => !known.has(name));
    for (const name of unread) known.add(name);
    const events: RecordedEvent[] = [];
    for (let next = 0; next < unread.length; next += streamsAtOnce) {
      const read = await Promise.all(
        unread.slice(next, next + streamsAtOnce).map((name) => this.events.readStream(name)),
      );
      events.push(...read.flat().filter(({ recordedAt }) => Date.parse(recordedAt) < before));
    }
    return events;
  }
}

/** Who had the person, told of them, or was asked. */
const facilitiesReferredTo = `select facility from concern
  union select facility from touch where facility is not null
  union select organization from patient_entry
  union select facility from encounter_entry
  union select requester from referral_entry
  union select performer from referral_entry`;

const inOrder = (events: readonly RecordedEvent[]): readonly RecordedEvent[] =>
  events.toSorted((a, b) => a.position - b.position);

function streamOf(facility: string): readonly StreamName[] {
  const code = parseFacilityCode(facility);
  if (code === undefined) return [];
  const { category, key } = facilityStream(code);
  return [streamName(category, key)];
}
