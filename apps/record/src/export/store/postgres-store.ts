import type pg from 'pg';
import { openPool } from '#projections/postgres/connections.js';
import { sorted } from '#projections/postgres/faults.js';
import { accepted, type ExportJob, type ExportState, type StoredExport } from '../export-job.js';
import type { ExportStore } from './export-store.js';
import { inTransaction } from '#projections/postgres/transaction.js';
import { exportsSchema, makeTables, schemaOf } from './postgres-tables.js';

interface JobRow {
  readonly job: string;
  readonly state: string;
}

const idOfJob = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Exports in the database that all replicas share: any of them answers for any export, and goes on with one that was left. */
export class PostgresStore implements ExportStore {
  readonly #pool: pg.Pool;
  #made: Promise<void> | undefined;

  constructor(url: string) {
    this.#pool = openPool({ url, purpose: 'exports', most: 4, statementTimeoutMs: 60_000, patienceMs: 10_000 });
  }

  async create(job: ExportJob): Promise<void> {
    await this.#tables();
    const schema = schemaOf(job.id);
    await inTransaction(this.#pool, async (client) => {
      await client.query(`insert into ${exportsSchema}.job (id, created_at, job, state) values ($1, $2, $3, $4)`, [
        job.id,
        job.createdAt,
        JSON.stringify(job),
        JSON.stringify(accepted),
      ]);
      await client.query(`create schema ${schema}`);
      await client.query(
        `create table ${schema}.piece (file text not null, at bigint not null, bytes bytea not null, primary key (file, at))`,
      );
      // It is read in parts; compressing it would mean opening each part whole.
      await client.query(`alter table ${schema}.piece alter column bytes set storage external`);
    });
  }

  async all(): Promise<readonly StoredExport[]> {
    const rows = await this.#ask<JobRow>(`select job, state from ${exportsSchema}.job order by created_at, id`, []);
    return rows.map(storedOf);
  }

  async find(id: string): Promise<StoredExport | undefined> {
    const [row] = await this.#ask<JobRow>(`select job, state from ${exportsSchema}.job where id = $1`, [id]);
    return row && storedOf(row);
  }

  async fail(id: string, failure: NonNullable<ExportState['failure']>): Promise<void> {
    const stored = await this.find(id);
    if (!stored) return;
    const state: ExportState = { ...stored.state, status: 'failed', failure, finishedAt: Date.now() };
    await this.#ask(`update ${exportsSchema}.job set state = $2 where id = $1`, [id, JSON.stringify(state)]);
    await this.#ask(`drop schema if exists ${schemaOf(id)} cascade`, []);
  }

  async remove(id: string): Promise<void> {
    if (!idOfJob.test(id)) return;
    await this.#ask(`delete from ${exportsSchema}.job where id = $1`, [id]);
    await this.tidy();
  }

  async tidy(): Promise<void> {
    const left = await this.#ask<{ readonly name: string }>(
      `select nspname as name from pg_namespace where starts_with(nspname, 'record_export_')
       and nspname not in (select 'record_export_' || replace(id, '-', '') from ${exportsSchema}.job)`,
      [],
    );
    for (const { name } of left) {
      // Where somebody is still at work in it, it goes another time.
      await this.#pool.query(`drop schema if exists ${name} cascade`).catch(() => undefined);
    }
  }

  async *read(id: string, file: string, start: number, end: number): AsyncIterable<Uint8Array> {
    for (let at = start; at < end;) {
      const [piece] = await this.#ask<{ readonly at: number; readonly bytes: Buffer }>(
        `select at, bytes from ${schemaOf(id)}.piece where file = $1 and at <= $2 order by at desc limit 1`,
        [file, at],
      );
      const bytes = piece?.bytes.subarray(at - piece.at, end - piece.at);
      if (!bytes || bytes.length === 0) throw new Error('A file of an export is shorter than was written down');
      yield bytes;
      at += bytes.length;
    }
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #ask<Row extends pg.QueryResultRow>(text: string, values: readonly unknown[]): Promise<readonly Row[]> {
    await this.#tables();
    try {
      return (await this.#pool.query<Row>(text, [...values])).rows;
    } catch (error) {
      throw sorted(error);
    }
  }

  #tables(): Promise<void> {
    this.#made ??= makeTables(this.#pool).catch((error: unknown) => {
      this.#made = undefined;
      throw sorted(error);
    });
    return this.#made;
  }
}

const storedOf = ({ job, state }: JobRow): StoredExport => ({
  job: JSON.parse(job) as ExportJob,
  state: JSON.parse(state) as ExportState,
});
