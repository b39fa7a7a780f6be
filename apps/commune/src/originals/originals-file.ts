import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { pieceSize, type OriginalDetails } from './originals.js';

/**
 * Rows go to the end of their trees: what is inserted by a random key is only the small index. `part` holds the bodies that
 * were kept in pieces, by the upload they came with; `upload` lists those that are still coming.
 */
const schema = `
  create table original (
    id integer primary key, facility text not null, digest text not null, content_type text not null,
    received_at text not null, actor text not null, size integer not null, upload integer, body blob
  ) strict;
  create unique index original_of on original (facility, digest);
  create table part (upload integer not null, number integer not null, body blob not null) strict;
  create index part_of on part (upload, number);
  create table upload (id integer primary key autoincrement) strict;
  create table unanswered (
    facility text not null, digest text not null, received_at text not null, idempotency_key text, primary key (facility, digest)
  ) strict, without rowid;
`;
const version = 2;

export interface OpenedOriginal extends OriginalDetails {
  readonly size: number;
  /** Where its pieces are; absent when the body is here. */
  readonly upload?: number;
  readonly pieces: number;
  readonly body?: Uint8Array;
}

interface Row {
  facility: string;
  digest: string;
  content_type: string;
  received_at: string;
  actor: string;
  size: number;
  upload: number | null;
  body: Uint8Array | null;
  idempotency_key: string | null;
}

/** The SQLite file of originals, as the one thread that works on it sees it. */
export class OriginalsFile {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(file: string) {
    this.#database = new DatabaseSync(file);
    this.#database.exec(`
      pragma journal_mode = wal;
      pragma synchronous = full;
      pragma busy_timeout = 5000;
      pragma wal_autocheckpoint = 4000;
      pragma journal_size_limit = 67108864;
    `);
    this.#prepareTables();
    this.#dropCutUploads();
  }

  keep(details: OriginalDetails, body: Uint8Array): void {
    this.#insert(details, body.byteLength, null, zstdCompressSync(body));
    this.#waitForAnswer(details);
  }

  beginUpload(): number {
    return Number(this.#run('insert into upload default values').lastInsertRowid);
  }

  writePart(upload: number, number: number, piece: Uint8Array): void {
    this.#run('insert into part (upload, number, body) values (?, ?, ?)', upload, number, zstdCompressSync(piece));
  }

  /** The same message again keeps its first body. */
  finishUpload(upload: number, details: OriginalDetails, size: number): void {
    if (this.#insert(details, size, upload, null) > 0) this.#run('delete from upload where id = ?', upload);
    else this.discardUpload(upload);
    this.#waitForAnswer(details);
  }

  discardUpload(upload: number): void {
    this.#run('delete from part where upload = ?', upload);
    this.#run('delete from upload where id = ?', upload);
  }

  answered(facility: string, digest: string): void {
    this.#run('delete from unanswered where facility = ? and digest = ?', facility, digest);
  }

  open(facility: string, digest: string): OpenedOriginal | undefined {
    const row = this.#statement(
      `select original.*, unanswered.idempotency_key from original left join unanswered using (facility, digest)
       where facility = ? and digest = ?`,
    ).get(facility, digest) as unknown as Row | undefined;
    if (!row) return undefined;
    const count = row.upload === null ? 0 : this.#countParts(row.upload);
    return {
      facility: row.facility as OriginalDetails['facility'],
      digest: row.digest,
      contentType: row.content_type,
      receivedAt: row.received_at,
      actor: row.actor,
      ...(row.idempotency_key !== null && { idempotencyKey: row.idempotency_key }),
      size: row.size,
      pieces: count,
      ...(row.upload !== null && { upload: row.upload }),
      ...(row.body !== null && { body: new Uint8Array(zstdDecompressSync(row.body)) }),
    };
  }

  piece(upload: number, number: number): Uint8Array {
    const row = this.#statement('select body from part where upload = ? and number = ?').get(upload, number);
    if (!row) throw new Error(`upload ${upload} has no part ${number}`);
    return zstdDecompressSync(row['body'] as Uint8Array, { chunkSize: pieceSize });
  }

  unanswered(): readonly unknown[] {
    return this.#statement('select facility, digest from unanswered order by received_at').all();
  }

  /** Digest of the message that waits for its answer and begins so. */
  waiting(facility: string, digestBegin: string): string | undefined {
    const sql = 'select digest from unanswered where facility = ? and digest >= ? and digest < ? limit 1';
    // `g` comes after the digits of hexadecimal numbers.
    return this.#statement(sql).get(facility, digestBegin, `${digestBegin}g`)?.['digest'] as string | undefined;
  }

  /** All or nothing, and durable when it returns. */
  inTransaction<Result>(work: () => Result): Result {
    this.#database.exec('begin immediate');
    try {
      const result = work();
      this.#database.exec('commit');
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('rollback');
      throw error;
    }
  }

  close(): void {
    this.#database.close();
  }

  #insert(details: OriginalDetails, size: number, upload: number | null, body: Uint8Array | null): number {
    const { facility, digest, contentType, receivedAt, actor } = details;
    const sql = `insert into original (facility, digest, content_type, received_at, actor, size, upload, body)
      values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (facility, digest) do nothing`;
    return Number(this.#run(sql, facility, digest, contentType, receivedAt, actor, size, upload, body).changes);
  }

  #waitForAnswer({ facility, digest, receivedAt, idempotencyKey }: OriginalDetails): void {
    this.#run(
      `insert into unanswered (facility, digest, received_at, idempotency_key) values (?, ?, ?, ?)
       on conflict (facility, digest) do update set idempotency_key = excluded.idempotency_key`,
      facility,
      digest,
      receivedAt,
      idempotencyKey ?? null,
    );
  }

  #countParts(upload: number): number {
    return Number(this.#statement('select count(*) as parts from part where upload = ?').get(upload)?.['parts']);
  }

  /** Makes the tables, or moves what the first release kept into them. */
  #prepareTables(): void {
    const found = Number(this.#database.prepare('pragma user_version').get()?.['user_version']);
    if (found === version) return;
    if (found > version) throw new Error(`the file is of a newer release (${found})`);
    const hasOld = this.#database.prepare(`select 1 from sqlite_schema where name = 'original'`).get() !== undefined;
    this.inTransaction(() => {
      if (!hasOld) this.#database.exec(schema);
      else {
        this.#database.exec(
          'alter table original rename to old_original; alter table unanswered rename to old_unanswered;',
        );
        this.#database.exec(schema);
        const insert = this.#statement(
          `insert into original (facility, digest, content_type, received_at, actor, size, body) values (?, ?, ?, ?, ?, ?, ?)`,
        );
        for (const old of this.#database.prepare('select * from old_original order by received_at').iterate()) {
          const row = old as unknown as Row & { body: Uint8Array };
          const size = zstdDecompressSync(row.body).byteLength;
          insert.run(row.facility, row.digest, row.content_type, row.received_at, row.actor, size, row.body);
        }
        this.#database.exec(`
          insert into unanswered (facility, digest, received_at) select facility, digest, received_at from old_unanswered;
          drop table old_original;
          drop table old_unanswered;
        `);
      }
      this.#database.exec(`pragma user_version = ${version}`);
    });
  }

  /** Bodies whose end never came: the process ended before. */
  #dropCutUploads(): void {
    this.inTransaction(() =>
      this.#database.exec('delete from part where upload in (select id from upload); delete from upload;'),
    );
  }

  #run(sql: string, ...parameters: (string | number | Uint8Array | null)[]): ReturnType<StatementSync['run']> {
    return this.#statement(sql).run(...parameters);
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#database.prepare(sql)));
    return statement;
  }
}
