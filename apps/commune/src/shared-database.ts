import type pg from 'pg';
import { openPool } from '#projections/postgres/connections.js';
import { sorted } from '#projections/postgres/faults.js';
import { MadeByNewerVersion } from '#projections/postgres/migrations.js';
import { inTransaction as transact } from '#projections/postgres/transaction.js';
import { mostTurns } from './identity/shared-registrations.js';

/** Schema of what the replicas of the intake share. */
export const intakeSchema = 'intake';

/** Changes of the tables, in order; never edited once released. */
const migrations: readonly string[] = [
  `create table original (
     facility text not null, digest text not null, content_type text not null, received_at text not null, actor text not null,
     size bigint not null, upload bigint, body bytea, primary key (facility, digest)
   );
   create table part (upload bigint not null, number integer not null, body bytea not null, primary key (upload, number));
   create table upload (id bigint generated always as identity primary key, begun_at timestamptz not null default now());
   create table unanswered (
     facility text not null, digest text not null, received_at text not null, idempotency_key text,
     held_until timestamptz not null, primary key (facility, digest)
   );
   -- Bodies are compressed before they come here.
   alter table original alter column body set storage external;
   alter table part alter column body set storage external;
   -- Who was registered, or is about to be, before the view of likeness shows it; keys in the order of blockKinds.
   create table registration (
     resident text primary key, person text not null, keys bigint[] not null, position bigint, begun_at timestamptz not null default now()
   );
   create index registration_by_key on registration using gin (keys);`,
];

export interface SharedDatabaseOptions {
  readonly url: string;
  /** Default {@link intakeSchema}. */
  readonly schema?: string;
}

/** What the replicas of the intake share. */
export interface SharedDatabase {
  /** For statements that are done in a moment. */
  readonly pool: pg.Pool;
  /** For those that wait for other replicas. */
  readonly turns: pg.Pool;
  close(): Promise<void>;
}

/**
 * Connections to what the replicas of the intake share, with its tables as this release has them. Replicas that start at once
 * make them one after the other.
 * @throws DatabaseUnavailable, MadeByNewerVersion
 */
export async function openSharedDatabase({
  url,
  schema = intakeSchema,
}: SharedDatabaseOptions): Promise<SharedDatabase> {
  const poolOf = (purpose: string, most: number): pg.Pool =>
    openPool({
      url,
      purpose,
      most,
      statementTimeoutMs: 60_000,
      patienceMs: 30_000,
      // A replica that is held up keeps nobody waiting for longer.
      settings: { search_path: schema, idle_session_timeout: '60000' },
    });
  const pool = poolOf('intake', 12);
  const turns = poolOf('registrations', mostTurns);
  const close = async (): Promise<void> => {
    await Promise.all([pool.end(), turns.end()]);
  };
  try {
    await inTransaction(pool, async (client) => {
      await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`lien-tuyen schema ${schema}`]);
      await client.query(`create schema if not exists ${schema}`);
      await client.query('create table if not exists migration (version integer primary key)');
      const { rows } = await client.query<{ applied: number | null }>('select max(version) as applied from migration');
      const applied = rows[0]?.applied ?? 0;
      if (applied > migrations.length) {
        throw new MadeByNewerVersion(
          `The tables of ${schema} are of version ${applied}; this software knows ${migrations.length}`,
        );
      }
      for (const [index, statements] of migrations.entries()) {
        if (index < applied) continue;
        await client.query(statements);
        await client.query('insert into migration (version) values ($1)', [index + 1]);
      }
    });
  } catch (error) {
    await close();
    throw error;
  }
  return { pool, turns, close };
}

/** All or nothing. @throws DatabaseUnavailable, or the server's own error about what it was asked */
export function inTransaction<Result>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  return transact(pool, work).catch((error: unknown) => {
    throw error instanceof MadeByNewerVersion ? error : sorted(error);
  });
}
