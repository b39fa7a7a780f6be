import type { RecordDocument } from '#fhir/documents.js';
import type { ReadDatabase, SqlValue } from '#projections/projection.js';
import type { Visibility } from '../access/visibility.js';

export interface StoredDocument {
  readonly number: number;
  readonly id: string;
  readonly kind: RecordDocument['kind'];
  /** Number of the resident it is about. */
  readonly resident: number | undefined;
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly updated: number;
  /** `undefined` after a retraction. */
  readonly document: RecordDocument | undefined;
}

interface Row {
  readonly number: SqlValue;
  readonly id: string;
  readonly kind: RecordDocument['kind'];
  readonly resident: SqlValue;
  readonly version: SqlValue;
  readonly updated: SqlValue;
  readonly body: string | null;
}

const columns = 'number, id, kind, resident, version, updated, body';

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
    const rows = await this.database.query<Row>(
      `select ${columns} from document where resident = ? and number > ? and body is not null order by number limit ${limit}`,
      [resident, after],
    );
    return rows.map(documentOf);
  }

  /** Number of a document by its id; `undefined` when there is none. */
  async numberOf(id: string): Promise<{ readonly number: number; readonly kind: RecordDocument['kind'] } | undefined> {
    const [row] = await this.database.query<Pick<Row, 'number' | 'kind'>>(
      'select number, kind from document where id = ?',
      [id],
    );
    return row && { number: Number(row.number), kind: row.kind };
  }

  async visible(
    { kind, resident, id }: Pick<StoredDocument, 'kind' | 'resident' | 'id'>,
    visibility: Visibility,
  ): Promise<boolean> {
    if (kind === 'facility' || visibility.kind === 'everybody') return true;
    if (resident === undefined) return false;
    if (visibility.kind === 'resident') {
      return kind === 'resident'
        ? id === visibility.resident
        : (await this.numberOf(visibility.resident))?.number === resident;
    }
    const found = await this.database.query('select 1 from concern where facility = ? and resident = ?', [
      visibility.facility,
      resident,
    ]);
    return found.length > 0;
  }

  /** Those of the documents that may be seen; each resident is asked about once. */
  async visibleAmong(documents: readonly StoredDocument[], visibility: Visibility): Promise<readonly StoredDocument[]> {
    const known = new Map<string, boolean>();
    const visible: StoredDocument[] = [];
    for (const document of documents) {
      const whose = document.kind === 'facility' ? 'facility' : String(document.resident);
      const may = known.get(whose) ?? (await this.visible(document, visibility));
      known.set(whose, may);
      if (may) visible.push(document);
    }
    return visible;
  }

  async #select(column: 'id' | 'number', keys: readonly (string | number)[]): Promise<readonly StoredDocument[]> {
    const unique = [...new Set(keys)];
    const found: StoredDocument[] = [];
    for (let next = 0; next < unique.length; next += 100) {
      const group = unique.slice(next, next + 100);
      const places = group.map(() => '?').join(', ');
      const rows = await this.database.query<Row>(
        `select ${columns} from document where ${column} in (${places})`,
        group,
      );
      found.push(...rows.map(documentOf));
    }
    // Engines give them in orders of their own.
    return found.toSorted((a, b) => a.number - b.number);
  }
}

function documentOf(row: Row): StoredDocument {
  return {
    number: Number(row.number),
    id: row.id,
    kind: row.kind,
    resident: row.resident === null ? undefined : Number(row.resident),
    version: Number(row.version),
    updated: Number(row.updated),
    document: row.body === null ? undefined : (JSON.parse(row.body) as RecordDocument),
  };
}
