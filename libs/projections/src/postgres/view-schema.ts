import { createHash } from 'node:crypto';
import pg, { type ClientBase } from 'pg';
import type { Projection } from '../projection.js';

export interface ViewSchema {
  /** PostgreSQL schema in which the view's tables are. */
  readonly name: string;
  readonly hostSchema: string;
  readonly projection: ViewTables;
  readonly generation: number;
}

/** The tables of a view, and what it is called. */
export type ViewTables = Pick<Projection, 'name' | 'version' | 'schema'>;

/** Longest name PostgreSQL keeps whole. */
const longestName = 63;

/**
 * @param generation 1 for the first building of this version, one more for each rebuild
 * @throws Error when the view's name is none, or too long
 */
export function viewSchemaName(
  prefix: string,
  { name, version }: Pick<Projection, 'name' | 'version'>,
  generation: number,
): string {
  const view = `${name}-v${version}`;
  if (!/^[a-z][a-z0-9-]*-v\d+$/.test(view)) {
    throw new Error(`${view} is no name of a view: lower case letters and hyphens`);
  }
  const schema = `${prefix}_${view.replaceAll('-', '_')}${generation === 1 ? '' : `_g${generation}`}`;
  if (schema.length > longestName) throw new Error(`${view} is too long for the name of a schema`);
  return schema;
}

/** Name of the lock that the replica holds that projects a view. */
export const leaderLock = (schema: string): string => `lien-tuyen view ${schema}`;

/** Name of the lock that every replica shares that reads a view. */
export const readersLock = (schema: string): string => `lien-tuyen readers ${schema}`;

/**
 * Makes the view's tables where there are none, or where they were built from another log; replicas that start at once do it
 * one after the other.
 * @param log identity of the log; `undefined` while it is empty
 * @returns whether the tables were made
 * @throws Error when the schema is not the one the view was built with though the version is the same, or when another
 * replica is projecting another log into it
 */
export async function ensureViewSchema(
  client: ClientBase,
  view: ViewSchema,
  log: string | undefined,
): Promise<boolean> {
  const { name: schema, hostSchema, projection, generation } = view;
  const digest = createHash('sha256').update(projection.schema.join(';\n')).digest('hex');
  await client.query('begin');
  try {
    await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`lien-tuyen schema ${schema}`]);
    const built = await checkpointOf(client, view);
    if (built !== undefined && built.schema_digest !== digest) {
      throw new Error(`The schema of view ${projection.name} has changed: its version must change too`);
    }
    const otherLog = built !== undefined && built.log !== null && built.log !== log;
    if (otherLog) await dropUnlessProjected(client, view);
    const made = built === undefined || otherLog;
    if (made) {
      await client.query(`create schema ${schema}`);
      await client.query(`set local search_path = ${schema}`);
      for (const statement of projection.schema) await client.query(statement);
      await orderByCodePoint(client, schema);
      await client.query(
        `insert into ${hostSchema}.view_checkpoint (schema_name, name, version, schema_digest, log, position, term, settled, generation, state)
         values ($1, $2, $3, $4, $5, 0, $6, false, $7, 'building')`,
        // A replica of before goes on with none of its terms.
        [schema, projection.name, projection.version, digest, log ?? null, (built?.term ?? 0) + 1, generation],
      );
    }
    await client.query('commit');
    return made;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

interface BuiltRow {
  readonly schema_digest: string;
  readonly log: string | null;
  readonly term: number;
}

async function checkpointOf(client: ClientBase, { name, hostSchema }: ViewSchema): Promise<BuiltRow | undefined> {
  const { rows } = await client.query<BuiltRow>(
    `select schema_digest, log, term from ${hostSchema}.view_checkpoint where schema_name = $1`,
    [name],
  );
  return rows[0];
}

async function dropUnlessProjected(client: ClientBase, { name, hostSchema, projection }: ViewSchema): Promise<void> {
  const { rows } = await client.query<{ free: number }>(
    'select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as free',
    [leaderLock(name)],
  );
  if (rows[0]?.free !== 1) {
    throw new Error(`View ${projection.name} is being projected from another log by another replica`);
  }
  await dropViewSchema(client, name, hostSchema);
}

/** In the transaction given. */
export async function dropViewSchema(client: ClientBase, schema: string, hostSchema: string): Promise<void> {
  await client.query(`drop schema if exists ${schema} cascade`);
  await client.query(`delete from ${hostSchema}.view_checkpoint where schema_name = $1`, [schema]);
}

/** Whatever the database's collation: an order and a range mean the same on every engine, and texts compare by their bytes. */
async function orderByCodePoint(client: ClientBase, schema: string): Promise<void> {
  const { rows } = await client.query<{ table_name: string; column_name: string }>(
    `select c.relname as table_name, a.attname as column_name
     from pg_attribute a join pg_class c on c.oid = a.attrelid
     where c.relnamespace = $1::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped and a.atttypid = 'text'::regtype
     order by 1, a.attnum`,
    [schema],
  );
  const columnsOf = Map.groupBy(rows, ({ table_name: table }) => table);
  for (const [table, columns] of columnsOf) {
    const changes = columns.map(
      ({ column_name: column }) => `alter column ${pg.escapeIdentifier(column)} type text collate "C"`,
    );
    await client.query(`alter table ${pg.escapeIdentifier(table)} ${changes.join(', ')}`);
  }
}
