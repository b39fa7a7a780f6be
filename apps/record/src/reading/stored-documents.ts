import type { RecordDocument } from '#fhir/documents.js';
import type { ReadDatabase, SqlValue } from '#projections/projection.js';
import { sharingCondition } from '../access/sharing.js';
import type { Visibility } from '../access/visibility.js';

export interface StoredDocument {
  readonly number: number;
  readonly id: string;
  readonly kind: RecordDocument['kind'];
  /** Number of the resident it is about; where records are merged, of the one that goes on. */
  readonly resident: number | undefined;
  /** Given where it was told of a record that is part of another now. */
  readonly merged?: { readonly toldOf: string; readonly survivor: string };
  /** Records that were joined to this resident's; given where there are any. */
  readonly joined?: readonly string[];
  /** Of a resident's document the caller may know who it is, not their history. */
  readonly personAlone?: true;
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly updated: number;
  /** Something in it may tell of a sensitive class. */
  readonly sensitive: boolean;
  /** `undefined` after a retraction. */
  readonly document: RecordDocument | undefined;
}

/** What of a document says who may see it. */
type Whose = Pick<StoredDocument, 'kind' | 'resident' | 'id' | 'number'>;

/** A document's row, with whose record it was told of where that is part of another now. */
export interface DocumentRow {
  readonly number: SqlValue;
  readonly id: string;
  readonly kind: RecordDocument['kind'];
  readonly resident: SqlValue;
  readonly version: SqlValue;
  readonly updated: SqlValue;
  readonly sensitive: SqlValue;
  readonly body: string | null;
  readonly told_of_id: string | null;
  readonly survivor_id: string | null;
}

/** What was told of a record that is part of another names both; of the others, neither is looked up. */
export const documentColumns =
  'd.number, d.id, d.kind, d.resident, d.version, d.updated, d.sensitive, d.body, t.id as told_of_id, s.id as survivor_id';
export const documentTables = `document d left join document t on t.number = d.told_of and d.told_of <> d.resident
  left join document s on s.number = d.resident and d.told_of <> d.resident`;

/** Documents of the view, and whether they may be seen. */
export class StoredDocuments {
  constructor(private readonly database: ReadDatabase) {}

  async byIds(ids: readonly string[]): Promise<readonly StoredDocument[]> {
    return this.#select('id', ids);
  }

  async byNumbers(numbers: readonly number[]): Promise<readonly StoredDocument[]> {
    return this.#select('number', numbers);
  }

  /** A resident's documents in the order they were begun. */
  async ofResident(resident: number, after: number, limit: number): Promise<readonly StoredDocument[]> {
    const rows = await this.database.query<DocumentRow>(
      `select ${documentColumns} from ${documentTables} where d.resident = ? and d.number > ? and d.body is not null order by d.number limit ${limit}`,
      [resident, after],
    );
    return this.#withJoined(rows.map(storedDocumentOf));
  }

  /** Number of a document by its id, and of whom it is now; `undefined` when there is none. */
  async numberOf(
    id: string,
  ): Promise<
    | { readonly number: number; readonly kind: RecordDocument['kind']; readonly resident: number | undefined }
    | undefined
  > {
    const [row] = await this.database.query<Pick<DocumentRow, 'number' | 'kind' | 'resident'>>(
      'select number, kind, resident from document where id = ?',
      [id],
    );
    return row && { number: Number(row.number), kind: row.kind, resident: residentNumber(row) };
  }

  /** As {@link numberOf}, of many; those there are. */
  async numbersOf(ids: readonly string[]): Promise<
    readonly {
      readonly id: string;
      readonly number: number;
      readonly kind: RecordDocument['kind'];
      readonly resident: number | undefined;
    }[]
  > {
    const unique = [...new Set(ids)];
    const found: Pick<DocumentRow, 'id' | 'number' | 'kind' | 'resident'>[] = [];
    for (let next = 0; next < unique.length; next += 100) {
      const group = unique.slice(next, next + 100);
      const places = group.map(() => '?').join(', ');
      found.push(
        ...(await this.database.query<Pick<DocumentRow, 'id' | 'number' | 'kind' | 'resident'>>(
          `select id, number, kind, resident from document where id in (${places})`,
          group,
        )),
      );
    }
    return found.map((row) => ({
      id: row.id,
      number: Number(row.number),
      kind: row.kind,
      resident: residentNumber(row),
    }));
  }

  async visible(document: Whose, visibility: Visibility): Promise<boolean> {
    return (await this.#concerned(document, visibility)) && (await this.#shared(document, visibility));
  }

  /** The document of an id, if there is one and it may be seen. */
  async visibleById(id: string, visibility: Visibility): Promise<readonly StoredDocument[]> {
    return this.visibleAmong(await this.byIds([id]), visibility);
  }

  /** Those of the documents that may be seen; each resident is asked about once. */
  async visibleAmong(documents: readonly StoredDocument[], visibility: Visibility): Promise<readonly StoredDocument[]> {
    const known = new Map<string, { readonly concerned: boolean; readonly restricted: boolean }>();
    const visible: StoredDocument[] = [];
    for (const document of documents) {
      const whose = document.kind === 'facility' ? 'facility' : `${document.kind === 'resource'} ${document.resident}`;
      const of = known.get(whose) ?? {
        concerned: await this.#concerned(document, visibility),
        restricted: await this.#restricted(document.resident, visibility),
      };
      known.set(whose, of);
      if (!of.concerned) continue;
      if (!of.restricted) visible.push(document);
      else if (await this.#shared(document, visibility)) {
        const whole = document.kind !== 'resident' || (await this.#shared(document, visibility, 'part'));
        visible.push(whole ? document : { ...document, personAlone: true });
      }
    }
    return visible;
  }

  async #concerned({ kind, resident, id }: Whose, visibility: Visibility): Promise<boolean> {
    if (kind === 'facility' || visibility.kind === 'everybody') return true;
    // A resource that is about nobody.
    if (resident === undefined) return kind === 'resource' || kind === 'practitioner';
    if (visibility.kind === 'resident') {
      if (id === visibility.resident) return true;
      return (await this.numberOf(visibility.resident))?.resident === resident;
    }
    const found = await this.database.query('select 1 from concern where facility = ? and resident = ?', [
      visibility.facility,
      resident,
    ]);
    return found.length > 0;
  }

  /** Whether the resident has withdrawn consent from anybody. */
  async #restricted(resident: number | undefined, { regardless }: Visibility): Promise<boolean> {
    if (resident === undefined || regardless) return false;
    const found = await this.database.query('select 1 from consent_entry where resident = ? and shared = 0 limit 1', [
      resident,
    ]);
    return found.length > 0;
  }

  async #shared(
    { kind, number, resident }: Whose,
    visibility: Visibility,
    as: 'resident' | 'part' = kind === 'resident' ? 'resident' : 'part',
  ): Promise<boolean> {
    if (kind === 'facility' || resident === undefined) return true;
    const condition = sharingCondition('d.resident', 'd.number', as, visibility);
    if (!condition) return true;
    const found = await this.database.query(`select 1 from document d where d.number = ? and ${condition.text}`, [
      number,
      ...condition.values,
    ]);
    return found.length > 0;
  }

  async #select(column: 'id' | 'number', keys: readonly (string | number)[]): Promise<readonly StoredDocument[]> {
    const unique = [...new Set(keys)];
    const found: StoredDocument[] = [];
    for (let next = 0; next < unique.length; next += 100) {
      const group = unique.slice(next, next + 100);
      const places = group.map(() => '?').join(', ');
      const rows = await this.database.query<DocumentRow>(
        `select ${documentColumns} from ${documentTables} where d.${column} in (${places})`,
        group,
      );
      found.push(...rows.map(storedDocumentOf));
    }
    // Engines give them in orders of their own.
    return this.#withJoined(found.toSorted((a, b) => a.number - b.number));
  }

  /** A resident's record names those that were joined to it. */
  async #withJoined(documents: readonly StoredDocument[]): Promise<readonly StoredDocument[]> {
    const residents = documents.filter(({ kind }) => kind === 'resident').map(({ number }) => number);
    const joined = new Map<number, string[]>();
    for (let next = 0; next < residents.length; next += 100) {
      const group = residents.slice(next, next + 100);
      const rows = await this.database.query<{ readonly into_number: SqlValue; readonly id: string }>(
        `select m.into_number, d.id from merged m join document d on d.number = m.number
         where m.into_number in (${group.map(() => '?').join(', ')}) order by m.number`,
        group,
      );
      for (const row of rows) {
        const of = joined.get(Number(row.into_number));
        if (of) of.push(row.id);
        else joined.set(Number(row.into_number), [row.id]);
      }
    }
    if (joined.size === 0) return documents;
    return documents.map((one) => {
      const of = one.kind === 'resident' ? joined.get(one.number) : undefined;
      return of ? { ...one, joined: of } : one;
    });
  }
}

const residentNumber = ({ resident }: Pick<DocumentRow, 'resident'>): number | undefined =>
  resident === null ? undefined : Number(resident);

export function storedDocumentOf(row: DocumentRow): StoredDocument {
  return {
    number: Number(row.number),
    id: row.id,
    kind: row.kind,
    resident: residentNumber(row),
    ...(row.told_of_id !== null &&
      row.survivor_id !== null && { merged: { toldOf: row.told_of_id, survivor: row.survivor_id } }),
    version: Number(row.version),
    updated: Number(row.updated),
    sensitive: Number(row.sensitive) === 1,
    document: row.body === null ? undefined : (JSON.parse(row.body) as RecordDocument),
  };
}
