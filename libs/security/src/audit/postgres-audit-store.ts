import type { ClientBase, Pool } from 'pg';
import { openPool } from '#projections/postgres/connections.js';
import { sorted } from '#projections/postgres/faults.js';
import { PostgresReadDatabase } from '#projections/postgres/postgres-read-database.js';
import type { ReadDatabase, SqlValue } from '#projections/projection.js';
import { auditTables, beforeFirst, entryTable, residentTable, type Seal, sealedRows, sealTable } from './audit-rows.js';
import type { AuditStore } from './audit-store.js';

export interface PostgresAuditOptions {
  readonly url: string;
  /** Key of the seals; the same on every replica. */
  readonly key: Uint8Array;
  readonly schema?: string;
}

const limits = { statementTimeoutMs: 15_000, patienceMs: 10_000 };

/**
 * The audit trail in PostgreSQL, one chain for all replicas: they commit one after the other.
 * @throws DatabaseUnavailable
 */
export async function openPostgresAuditStore({
  url,
  key,
  schema = 'audit_trail',
}: PostgresAuditOptions): Promise<AuditStore> {
  if (!/^[a-z][a-z0-9_]*$/.test(schema)) throw new Error(`${schema} is no name of a schema`);
  const writing = openPool({
    url,
    purpose: 'audit trail',
    most: 1,
    ...limits,
    // Whoever is told that an entry is written may answer: it must outlive the server.
    settings: { search_path: schema, synchronous_commit: 'on' },
  });
  try {
    await inTransaction(writing, async (client) => {
      await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`lien-tuyen schema ${schema}`]);
      await client.query(`create schema if not exists ${schema}`);
      for (const statement of auditTables) await client.query(statement);
      await client.query(`create or replace function append_only() returns trigger language plpgsql
        as $$ begin raise exception 'append only'; end $$`);
      for (const { name } of [entryTable, residentTable, sealTable]) {
        await client.query(`create or replace trigger ${name}_append_only before update or delete or truncate on ${name}
          for each statement execute function append_only()`);
      }
    });
  } catch (error) {
    await writing.end();
    throw error;
  }
  const reading = openPool({
    url,
    purpose: 'reads the audit trail',
    most: 4,
    ...limits,
    settings: { search_path: schema, default_transaction_read_only: 'on' },
  });
  return new PostgresAuditStore(writing, new PostgresReadDatabase(reading), schema, key);
}

class PostgresAuditStore implements AuditStore {
  constructor(
    private readonly writing: Pool,
    readonly database: ReadDatabase,
    private readonly schema: string,
    private readonly key: Uint8Array,
  ) {}

  async append(bodies: readonly string[]): Promise<void> {
    await inTransaction(this.writing, async (client) => {
      await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`lien-tuyen audit ${this.schema}`]);
      const { rows } = await client.query<Seal>('select last, digest from audit_seal order by last desc limit 1');
      const { entries, residents, seal } = sealedRows(bodies, rows[0] ?? beforeFirst, this.key);
      await client.query(
        `insert into audit_entry (${entryTable.columns.join(', ')})
         select * from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::integer[], $8::text[])`,
        byColumn(entries, entryTable.columns.length),
      );
      await client.query(
        `insert into audit_resident (${residentTable.columns.join(', ')}) select * from unnest($1::text[], $2::bigint[], $3::bigint[])`,
        byColumn(residents, residentTable.columns.length),
      );
      await client.query('insert into audit_seal (last, digest) values ($1, $2)', [seal.last, seal.digest]);
    });
  }

  async close(): Promise<void> {
    await this.database.close();
    await this.writing.end();
  }
}

function byColumn(rows: readonly (readonly SqlValue[])[], columns: number): SqlValue[][] {
  return Array.from({ length: columns }, (_, column) => rows.map((row) => row[column] ?? null));
}

async function inTransaction(pool: Pool, work: (client: ClientBase) => Promise<void>): Promise<void> {
  const client = await pool.connect().catch((error: unknown) => {
    throw sorted(error);
  });
  let lost = true;
  try {
    await client.query('begin');
    await work(client);
    await client.query('commit');
    lost = false;
  } catch (error) {
    throw sorted(error);
  } finally {
    // A transaction whose end is not known ends with its connection.
    client.release(lost);
  }
}
