import { DatabaseSync, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { SetupError } from '#platform/setup-error.js';
import type { AnsweredEntry, ListedAnswer, OutboxEntry, TakenFile, Verdict, WaitingEntry } from './entry.js';

const formatVersion = 1;

const schema = `
  create table entries (
    id integer primary key autoincrement,
    name text not null,
    digest text not null,
    size integer not null,
    modified real not null,
    content_type text not null,
    copy text not null,
    taken_at integer not null,
    state text not null default 'waiting' check (state in ('waiting', 'answered', 'filed')),
    verdict text check (verdict in ('accepted', 'accepted-with-faults', 'duplicate', 'refused')),
    server text,
    answered_at integer,
    answer text,
    filed_as text,
    settled integer not null default 0
  ) strict;
  create index entries_open on entries (state, id) where state <> 'filed';
  create index entries_by_digest on entries (digest);
  create index entries_by_answer on entries (answered_at) where answered_at is not null;
  create index refusals_open on entries (id) where verdict = 'refused' and settled = 0;
  create table switches (paused integer not null) strict;
  insert into switches (paused) values (0);
`;

const listed =
  'id, name, digest, size, modified, content_type, copy, taken_at, state, verdict, answered_at, filed_as, settled';

export interface Answer {
  readonly verdict: Verdict;
  /** Origin of the server that gave it: what one server knows another need not. */
  readonly server: string;
  readonly at: number;
  /** JSON. */
  readonly answer: string;
  /** Its name in `sent` or `refused`, where it could be chosen. */
  readonly filedAs: string | null;
}

export interface OutboxCounts {
  readonly waiting: number;
  /** Refused, and nobody has dealt with it yet. */
  readonly refused: number;
  /** Answered since the time asked about, refusals included. */
  readonly answered: number;
}

type Row = Record<string, SQLOutputValue>;

/**
 * The durable queue of one folder. Every change is on disk (WAL, `synchronous=FULL`) when its method returns, unless it says otherwise; errors of the disk
 * are thrown and leave what was there.
 */
export class Outbox {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /**
   * Opens the outbox for this process alone: the lock is the operating system's and goes with the process, however it ends.
   * @throws SetupError when another agent has it, or it is of a newer release
   */
  static open(file: string): Outbox {
    const database = new DatabaseSync(file, { timeout: 500 });
    try {
      database.exec(`
        pragma locking_mode = exclusive;
        pragma journal_mode = wal;
        pragma synchronous = full;
        pragma wal_autocheckpoint = 256;
        begin exclusive;
        commit;
      `);
      const version = database.prepare('pragma user_version').get()?.['user_version'];
      if (version === 0) database.exec(`begin immediate; ${schema} pragma user_version = ${formatVersion}; commit;`);
      else if (version !== formatVersion) throw otherFormat(file);
    } catch (error) {
      database.close();
      throw isBusy(error) ? inUse(error) : error;
    }
    return new Outbox(database);
  }

  close(): void {
    this.#database.close();
  }

  /** Puts files at the end of the queue, in their order, all or none. A refusal of the same content counts as dealt with. */
  take(files: readonly TakenFile[], at: number): void {
    this.#database.exec('begin immediate');
    try {
      for (const { name, digest, size, modified, contentType, copy } of files) {
        this.#run(`update entries set settled = 1 where digest = ? and verdict = 'refused' and settled = 0`, digest);
        this.#run(
          'insert into entries (name, digest, size, modified, content_type, copy, taken_at) values (?, ?, ?, ?, ?, ?, ?)',
          name,
          digest,
          size,
          modified,
          contentType,
          copy,
          at,
        );
      }
      this.#database.exec('commit');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('rollback');
      throw error;
    }
  }

  /** The file whose turn it is. */
  next(): WaitingEntry | undefined {
    const row = this.#get(`select * from entries where state = 'waiting' order by id limit 1`);
    return row && waitingOf(row);
  }

  /** The receipt with which this server took the same content before, as JSON. */
  receiptOf(digest: string, server: string): string | undefined {
    const row = this.#get(
      `select answer from entries where digest = ? and server = ? and verdict in ('accepted', 'accepted-with-faults') order by id limit 1`,
      digest,
      server,
    );
    return row && String(row['answer']);
  }

  answered(id: number, { verdict, server, at, answer, filedAs }: Answer): void {
    this.#run(
      `update entries set state = 'answered', verdict = ?, server = ?, answered_at = ?, answer = ?, filed_as = ? where id = ? and state = 'waiting'`,
      verdict,
      server,
      at,
      answer,
      filedAs,
      id,
    );
  }

  /** Answered, and not yet in their place; oldest first, from an id on. */
  unfiled(after: number): AnsweredEntry | undefined {
    const row = this.#get(`select * from entries where state = 'answered' and id > ? order by id limit 1`, after);
    return row && answeredOf(row);
  }

  /** Fixed before the file is moved, so that a move cut short is finished under the same name. */
  nameChosen(id: number, filedAs: string): void {
    this.#run('update entries set filed_as = ? where id = ?', filedAs, id);
  }

  /** Durable with the next commit only: filing that is done again changes nothing. */
  filed(id: number): void {
    this.#database.exec('pragma synchronous = normal');
    try {
      this.#run(`update entries set state = 'filed' where id = ?`, id);
    } finally {
      this.#database.exec('pragma synchronous = full');
    }
  }

  settled(id: number): void {
    this.#run('update entries set settled = 1 where id = ?', id);
  }

  /** The copy of a waiting file is gone, which no crash of ours does: it is forgotten, and taken again if the file is still there. */
  forget(id: number): void {
    this.#run(`delete from entries where id = ? and state = 'waiting'`, id);
  }

  /** Names and stamps of files that were taken and may still be in the folder. */
  *inFolder(): Iterable<Pick<TakenFile, 'name' | 'size' | 'modified'>> {
    const statement = this.#statement(`select name, size, modified from entries where state <> 'filed' order by id`);
    for (const row of statement.iterate()) {
      yield { name: String(row['name']), size: Number(row['size']), modified: Number(row['modified']) };
    }
  }

  /** Names of the copies that are still needed. */
  *copies(): Iterable<string> {
    for (const row of this.#statement(`select copy from entries where state <> 'filed'`).iterate())
      yield String(row['copy']);
  }

  find(id: number): OutboxEntry | undefined {
    const row = this.#get('select * from entries where id = ?', id);
    return row && entryOf(row);
  }

  /** The next files to be sent. */
  waiting(limit: number): readonly WaitingEntry[] {
    return this.#all(`select * from entries where state = 'waiting' order by id limit ?`, limit).map(waitingOf);
  }

  /** Refusals nobody has dealt with, newest first, below an id. */
  refusals(below: number, limit: number): readonly ListedAnswer[] {
    return this.#all(
      `select ${listed} from entries where verdict = 'refused' and settled = 0 and id < ? order by id desc limit ?`,
      below,
      limit,
    ).map(listedOf);
  }

  /** What was taken by the server, newest first, below an id. */
  sent(below: number, limit: number): readonly ListedAnswer[] {
    return this.#all(
      `select ${listed} from entries where answered_at is not null and verdict <> 'refused' and id < ? order by id desc limit ?`,
      below,
      limit,
    ).map(listedOf);
  }

  counts(since: number): OutboxCounts {
    const row = this.#get(
      `select
        (select count(*) from entries where state = 'waiting') as waiting,
        (select count(*) from entries where verdict = 'refused' and settled = 0) as refused,
        (select count(*) from entries where answered_at is not null and answered_at >= ?) as answered`,
      since,
    );
    return {
      waiting: Number(row?.['waiting']),
      refused: Number(row?.['refused']),
      answered: Number(row?.['answered']),
    };
  }

  get paused(): boolean {
    return this.#get('select paused from switches')?.['paused'] === 1;
  }

  set paused(paused: boolean) {
    this.#run('update switches set paused = ?', paused ? 1 : 0);
  }

  #statement(sql: string): StatementSync {
    const found = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, found);
    return found;
  }

  #run(sql: string, ...values: readonly (string | number | null)[]): void {
    this.#statement(sql).run(...values);
  }

  #get(sql: string, ...values: readonly (string | number)[]): Row | undefined {
    return this.#statement(sql).get(...values);
  }

  #all(sql: string, ...values: readonly (string | number)[]): readonly Row[] {
    return this.#statement(sql).all(...values);
  }
}

function waitingOf(row: Row): WaitingEntry {
  return { ...common(row), state: 'waiting' };
}

function answeredOf(row: Row): AnsweredEntry {
  return { ...listedOf(row), answer: String(row['answer']) };
}

function listedOf(row: Row): ListedAnswer {
  return {
    ...common(row),
    state: row['state'] as AnsweredEntry['state'],
    verdict: row['verdict'] as Verdict,
    answeredAt: Number(row['answered_at']),
    filedAs: row['filed_as'] as string | null,
    settled: row['settled'] === 1,
  };
}

const entryOf = (row: Row): OutboxEntry => (row['state'] === 'waiting' ? waitingOf(row) : answeredOf(row));

function common(row: Row): Omit<WaitingEntry, 'state'> {
  return {
    id: Number(row['id']),
    name: String(row['name']),
    digest: String(row['digest']),
    size: Number(row['size']),
    modified: Number(row['modified']),
    contentType: String(row['content_type']),
    copy: String(row['copy']),
    takenAt: Number(row['taken_at']),
  };
}

/** SQLITE_BUSY. */
const isBusy = (error: unknown): boolean => (error as { errcode?: unknown }).errcode === 5;

function inUse(cause: unknown): SetupError {
  return new SetupError(
    {
      vi: 'Một chương trình gửi khác đang chạy cho thư mục này. Mỗi thư mục chỉ chạy một chương trình.',
      en: 'Another station agent is running for this folder. One agent per folder.',
    },
    { cause },
  );
}

function otherFormat(file: string): SetupError {
  return new SetupError({
    vi: `${file} do một bản khác của chương trình tạo ra; hãy dùng bản đó.`,
    en: `${file} was made by another release of this program; use that one.`,
  });
}
