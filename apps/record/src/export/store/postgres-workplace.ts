import pg from 'pg';
import { connectionConfig } from '#projections/postgres/connections.js';
import { StatementTexts } from '#projections/postgres/statement-texts.js';
import { ask } from '#projections/postgres/statements.js';
import type { ReadDatabase, SqlValue } from '#projections/projection.js';
import type { ExportJob, ExportState, StoredExport } from '../export-job.js';
import { type Copying, NotToBeWorkedOn, type Workplace, type WorkplaceSettings } from './export-store.js';
import { exportsSchema, schemaOf } from './postgres-tables.js';

const pieceBytes = 1024 ** 2;

/**
 * One connection for all of the work. It holds a lock of the job's: while it lives no other worker has the job, and when it is lost
 * this one can write nothing more.
 * @throws NotToBeWorkedOn when there is no such job, or another worker has it
 */
export async function openPostgresWorkplace(
  id: string,
  { url, viewPrefix }: Extract<WorkplaceSettings, { readonly engine: 'postgres' }>,
): Promise<Workplace> {
  const client = new pg.Client(
    connectionConfig(url, 'makes an export', {
      search_path: schemaOf(id),
      // A worker that has died is noticed by the server within half a minute.
      tcp_keepalives_idle: '10',
      tcp_keepalives_interval: '5',
      tcp_keepalives_count: '4',
      // What is written is durable with the checkpoint that speaks of it.
      synchronous_commit: 'off',
    }),
  );
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows: locks } = await client.query<{ free: number }>(
      'select pg_try_advisory_lock(hashtextextended($1, 0)) as free',
      [`lien-tuyen export ${id}`],
    );
    const { rows } = await client.query<{ job: string; state: string }>(
      `select job, state from ${exportsSchema}.job where id = $1`,
      [id],
    );
    const [row] = rows;
    if (locks[0]?.free !== 1 || !row) throw new NotToBeWorkedOn('Another worker has the export, or it was cancelled');
    const stored = { job: JSON.parse(row.job) as ExportJob, state: JSON.parse(row.state) as ExportState };
    return new PostgresWorkplace(client, id, viewPrefix, stored);
  } catch (error) {
    await client.end();
    throw error;
  }
}

class PostgresWorkplace implements Workplace {
  readonly copies: ReadDatabase;
  readonly #texts = new StatementTexts();
  readonly #schema: string;
  /** Ends of files that this worker has written to. */
  readonly #ends = new Map<string, number>();

  constructor(
    private readonly client: pg.Client,
    private readonly id: string,
    private readonly viewPrefix: string,
    readonly stored: StoredExport,
  ) {
    this.#schema = schemaOf(id);
    this.copies = { query: (sql, parameters = []) => this.#ask(sql, parameters), close: async () => undefined };
  }

  async copied(): Promise<boolean> {
    return (await this.#copiedTables()).length > 0;
  }

  async copy(work: (copying: Copying) => Promise<void>): Promise<void> {
    await this.client.query('begin isolation level repeatable read');
    try {
      const { rows } = await this.client.query<{ schema: string }>(
        `select schema_name as schema from ${this.viewPrefix}_host.view_checkpoint
         where name = 'health-record' and state = 'serving' order by version desc limit 1`,
      );
      const [view] = rows;
      if (!view) throw new Error('The view of the health record is being built');
      await this.client.query(`set local search_path = ${view.schema}`);
      const query = <T>(sql: string, parameters: readonly SqlValue[] = []): Promise<readonly T[]> =>
        this.#ask<T>(sql, parameters);
      await work({
        own: (table) => `${this.#schema}.${table}`,
        query,
        execute: async (sql, parameters) => void (await query(sql, parameters)),
      });
      await this.client.query('commit');
    } catch (error) {
      await this.client.query('rollback').catch(() => undefined);
      throw error;
    }
  }

  async write(file: string, at: number, bytes: Uint8Array): Promise<void> {
    const piece = `${this.#schema}.piece`;
    if (this.#ends.get(file) !== at) await this.#ask(`delete from ${piece} where file = ? and at >= ?`, [file, at]);
    for (let next = 0; next < bytes.length; next += pieceBytes) {
      await this.#ask(`insert into ${piece} (file, at, bytes) values (?, ?, ?)`, [
        file,
        at + next,
        bytes.subarray(next, next + pieceBytes),
      ]);
    }
    this.#ends.set(file, at + bytes.length);
  }

  async checkpoint(state: ExportState): Promise<void> {
    await this.client.query('begin');
    await this.client.query('set local synchronous_commit = on');
    const found = await this.#ask(`update ${exportsSchema}.job set state = ? where id = ? returning id`, [
      JSON.stringify(state),
      this.id,
    ]);
    await this.client.query('commit');
    if (found.length === 0) throw new NotToBeWorkedOn('The export was cancelled');
  }

  /** The database's own matter. */
  async room(): Promise<undefined> {
    return undefined;
  }

  async removeCopy(): Promise<void> {
    for (const table of await this.#copiedTables()) await this.client.query(`drop table ${this.#schema}.${table}`);
  }

  async close(): Promise<void> {
    await this.client.end();
  }

  async #copiedTables(): Promise<readonly string[]> {
    const rows = await this.#ask<{ readonly name: string }>(
      `select tablename as name from pg_tables where schemaname = ? and starts_with(tablename, 'copied_')`,
      [this.#schema],
    );
    return rows.map(({ name }) => name);
  }

  #ask<T>(sql: string, parameters: readonly SqlValue[]): Promise<readonly T[]> {
    return ask<T>(this.client, this.#texts, sql, parameters);
  }
}
