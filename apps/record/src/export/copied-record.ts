import type { StreamName } from '#event-store/event-store.js';
import type { FacilityDocument } from '#fhir/documents.js';
import { targetOf } from '#fhir/provenance.js';
import type { ReadDatabase, SqlValue } from '#projections/projection.js';
import type { Shown } from '../access/visibility.js';
import { DocumentResources } from '../reading/document-resources.js';
import {
  type EventType,
  originalOfTouch,
  provenanceOfTouch,
  touchColumns,
  type TouchRow,
} from '../reading/event-resources.js';
import { type DocumentRow, type StoredDocument, storedDocumentOf } from '../reading/stored-documents.js';
import type { ServedResource } from '../reading/record-reader.js';

/** A document with what there is of its events. */
export interface CopiedDocument {
  readonly stored: StoredDocument;
  readonly stream: StreamName;
  /** As it was written. */
  readonly body: string | null;
  readonly resources: readonly ServedResource[];
}

const columns =
  'number, id, kind, resident, version, updated, sensitive, body, told_of_id, survivor_id, stream, resident_id, person_alone';

interface CopiedRow extends DocumentRow {
  readonly stream: StreamName;
  readonly resident_id: string | null;
  readonly person_alone: SqlValue;
}
/** Of documents that others refer to, those named last. */
const mostBesides = 10_000;

/** What {@link copyRecord} has copied, made into FHIR as a read would have answered it at that moment. */
export class CopiedRecord {
  readonly #besides = new Map<number, readonly string[]>();

  private constructor(
    private readonly copies: ReadDatabase,
    readonly made: DocumentResources,
    private readonly joined: ReadonlyMap<number, readonly string[]>,
    private readonly shown: Shown,
  ) {}

  static async open(copies: ReadDatabase, shown: Shown): Promise<CopiedRecord> {
    const facilities = await copies.query<{ readonly body: string }>('select body from copied_facility');
    const names = new Map<string, string>(
      facilities.map(({ body }) => {
        const { facility } = JSON.parse(body) as FacilityDocument;
        return [facility.code, facility.name];
      }),
    );
    const rows = await copies.query<{ readonly into_number: SqlValue; readonly id: string }>(
      'select into_number, id from copied_joined order by number',
    );
    const joined = new Map<number, string[]>();
    for (const { into_number: into, id } of rows) joined.set(Number(into), [...(joined.get(Number(into)) ?? []), id]);
    return new CopiedRecord(copies, new DocumentResources({ facilityName: (code) => names.get(code) }), joined, shown);
  }

  async count(): Promise<number> {
    const [row] = await this.copies.query<{ readonly count: SqlValue }>(
      'select count(*) as count from copied_document',
    );
    return Number(row?.count);
  }

  /** When the newest event that is in it was recorded, in milliseconds since 1970; `undefined` when there is none. */
  async moment(): Promise<number | undefined> {
    const [row] = await this.copies.query<{ readonly recorded: SqlValue }>('select recorded from copied_moment');
    return row === undefined || row.recorded === null ? undefined : Number(row.recorded);
  }

  /**
   * The next documents in the order of their numbers, with what there is of their events.
   * @param types of events that are told of
   * @param newestAlone of each document's events
   */
  async after(
    number: number,
    limit: number,
    types: readonly EventType[],
    newestAlone: boolean,
  ): Promise<readonly CopiedDocument[]> {
    const rows = await this.copies.query<CopiedRow>(
      `select ${columns} from copied_document where number > ? order by number limit ${limit}`,
      [number],
    );
    const last = rows.at(-1);
    if (!last) return [];
    const range = [number, last.number] as const;
    const touches = types.length === 0 ? new Map<number, TouchRow[]>() : await this.#touches(range);
    const besides = types.includes('Provenance') ? await this.#touchedBesides(range) : new Map<string, string[]>();
    return rows.map((row) => {
      const stored = this.#stored(row);
      const resources = this.made.of(stored, this.shown);
      const copied = { stored, stream: row.stream, body: row.body };
      const events = touches.get(stored.number) ?? [];
      if (events.length === 0) return { ...copied, resources };
      const own = resources.map(targetOf);
      const ofEvents = (newestAlone ? events.slice(-1) : events).flatMap((touch) =>
        types.flatMap((type) => {
          const one =
            type === 'Provenance'
              ? provenanceOfTouch(touch, stored, own, besides.get(touch.event) ?? [], this.made.context)
              : originalOfTouch(touch, stored, own.length > 0, row.resident_id ?? undefined, this.made.context);
          return one ? [one] : [];
        }),
      );
      return { ...copied, resources: [...resources, ...ofEvents] };
    });
  }

  #stored(row: CopiedRow): StoredDocument {
    const stored = storedDocumentOf(row);
    const joined = stored.kind === 'resident' ? this.joined.get(stored.number) : undefined;
    const alone = Number(row.person_alone) === 1;
    return joined || alone ? { ...stored, ...(joined && { joined }), ...(alone && { personAlone: true }) } : stored;
  }

  async #touches([from, to]: readonly [SqlValue, SqlValue]): Promise<Map<number, TouchRow[]>> {
    const rows = await this.copies.query<TouchRow>(
      `select ${touchColumns} from copied_touch where document > ? and document <= ? order by document, version`,
      [from, to],
    );
    return Map.groupBy(rows, ({ document }) => Number(document));
  }

  /** Names of the resources of other documents that events of these have touched, by event. */
  async #touchedBesides([from, to]: readonly [SqlValue, SqlValue]): Promise<Map<string, string[]>> {
    const rows = await this.copies.query<{ readonly event: string; readonly document: SqlValue }>(
      `select b.event as event, b.document as document from copied_touch k join copied_besides b on b.event = k.event
       where k.document > ? and k.document <= ? order by b.document`,
      [from, to],
    );
    await this.#learn(new Set(rows.map(({ document }) => Number(document))));
    const names = new Map<string, string[]>();
    for (const { event, document } of rows) {
      const found = names.get(event) ?? [];
      if (found.length === 0) names.set(event, found);
      found.push(...(this.#besides.get(Number(document)) ?? []));
    }
    return names;
  }

  async #learn(numbers: ReadonlySet<number>): Promise<void> {
    if (this.#besides.size + numbers.size > mostBesides) this.#besides.clear();
    const unknown = [...numbers].filter((number) => !this.#besides.has(number));
    for (let next = 0; next < unknown.length; next += 100) {
      const group = unknown.slice(next, next + 100);
      const rows = await this.copies.query<CopiedRow>(
        `select ${columns} from copied_document where number in (${group.map(() => '?').join(', ')})`,
        group,
      );
      for (const row of rows)
        this.#besides.set(Number(row.number), this.made.of(this.#stored(row), this.shown).map(targetOf));
    }
  }
}
