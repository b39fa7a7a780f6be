import type pg from 'pg';
import { inTransaction } from '#projections/postgres/transaction.js';

/** Schema of the list of exports, and the beginning of the name of each export's own. */
export const exportsSchema = 'record_exports';

/** Schema that holds an export's files, and its copy of the record while it is made. */
export const schemaOf = (id: string): string => `record_export_${id.replaceAll('-', '')}`;

/** Makes the list of exports where there is none; replicas that start at once do it one after the other. */
export async function makeTables(pool: pg.Pool): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`lien-tuyen schema ${exportsSchema}`]);
    await client.query(`create schema if not exists ${exportsSchema}`);
    await client.query(`create table if not exists ${exportsSchema}.job (
      id text primary key, created_at bigint not null, job text not null, state text not null)`);
  });
}
