import type { ClientBase } from 'pg';

/** A later version of this software has changed the host's tables: this one must not touch them. */
export class MadeByNewerVersion extends Error {
  override readonly name = 'MadeByNewerVersion';
}

/** Changes of the host's own tables, in order; never edited once released. */
const migrations: readonly (readonly string[])[] = [
  [
    // term: how often the view has changed hands. A replica of an earlier term writes nothing more.
    `create table view_checkpoint (
      schema_name text primary key,
      name text not null,
      version integer not null,
      schema_digest text not null,
      log text,
      position bigint not null,
      term bigint not null,
      settled boolean not null
    )`,
    `create table set_aside (
      schema_name text not null references view_checkpoint on delete cascade,
      position bigint not null,
      event_id text not null,
      type text not null,
      stream text not null,
      reason text not null,
      set_aside_at text not null,
      primary key (schema_name, position)
    )`,
    `create table relay_place (
      topic text primary key,
      position bigint not null,
      partitions text not null
    )`,
  ],
  [
    // The keys of the installation, by their fingerprint: one row at most.
    `create table key_binding (only_row boolean primary key default true check (only_row), fingerprint text not null)`,
  ],
  [
    // state: 'building', then 'serving', then 'replaced'. A replaced generation is written no more, and goes when nobody reads it.
    `alter table view_checkpoint
      add column generation integer not null default 1,
      add column state text not null default 'building'`,
    `update view_checkpoint set state = 'serving' where settled`,
    'create index view_checkpoint_name on view_checkpoint (name)',
  ],
];

/**
 * Brings the host's tables up to date in their schema. Replicas that start at once do it one after the other; done already, it
 * changes nothing.
 * @throws MadeByNewerVersion
 */
export async function migrate(client: ClientBase, hostSchema: string): Promise<void> {
  await client.query('begin');
  try {
    await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`lien-tuyen schema ${hostSchema}`]);
    await client.query(`create schema if not exists ${hostSchema}`);
    await client.query(`create table if not exists ${hostSchema}.migration (
      version integer primary key, applied_at timestamptz not null default now())`);
    const { rows } = await client.query<{ applied: number | null }>(
      `select max(version) as applied from ${hostSchema}.migration`,
    );
    const applied = rows[0]?.applied ?? 0;
    if (applied > migrations.length) {
      throw new MadeByNewerVersion(
        `The tables of ${hostSchema} are of version ${applied}; this software knows ${migrations.length}`,
      );
    }
    await client.query(`set local search_path = ${hostSchema}`);
    for (let version = applied + 1; version <= migrations.length; version += 1) {
      for (const statement of migrations[version - 1] ?? []) await client.query(statement);
      await client.query('insert into migration (version) values ($1)', [version]);
    }
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}
