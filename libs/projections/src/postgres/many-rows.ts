import type { ManyRows, SqlValue, TableColumns } from '../projection.js';

/** What the rows are sent by. */
interface Sending {
  query<T>(sql: string, parameters: readonly SqlValue[]): Promise<readonly T[]>;
  execute(sql: string, parameters: readonly SqlValue[]): Promise<void>;
}

/** Rows in one statement: each of its parameters is one column, as text. */
const mostRows = 4_000;

/** Types of the columns of a view's tables, asked for once. */
export class ColumnTypes {
  readonly #of = new Map<string, ReadonlyMap<string, string>>();

  async of(table: string, sending: Sending): Promise<ReadonlyMap<string, string>> {
    const known = this.#of.get(table);
    if (known) return known;
    const rows = await sending.query<{ name: string; type: string }>(
      `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
       where attrelid = ?::regclass and attnum > 0 and not attisdropped`,
      [table],
    );
    const types = new Map(rows.map(({ name, type }) => [name, type]));
    this.#of.set(table, types);
    return types;
  }
}

/** Columns as arrays: the server reads one parameter for each column, however many rows there are. */
export class RowsAsArrays implements ManyRows {
  constructor(
    private readonly sending: Sending,
    private readonly types: ColumnTypes,
  ) {}

  async insert(
    { name, columns }: TableColumns,
    onConflict: string,
    rows: readonly (readonly SqlValue[])[],
  ): Promise<void> {
    const types = await this.types.of(name, this.sending);
    const arrays = columns.map((column) => `?::${types.get(column) ?? 'text'}[]`);
    const text = `insert into ${name} (${columns.join(', ')}) select * from unnest(${arrays.join(', ')}) ${onConflict}`;
    for (let next = 0; next < rows.length; next += mostRows) {
      const group = rows.slice(next, next + mostRows);
      const parameters = columns.map((_, index) => arrayText(group.map((row) => row[index] ?? null)));
      await this.sending.execute(text, parameters);
    }
  }

  query<Found>(statement: string, keys: readonly SqlValue[]): Promise<readonly Found[]> {
    return this.sending.query<Found>(anyOf(statement), [arrayText(keys)]);
  }

  execute(statement: string, keys: readonly SqlValue[]): Promise<void> {
    return this.sending.execute(anyOf(statement), [arrayText(keys)]);
  }
}

const anyOf = (statement: string): string => statement.replace(/ in$/, ' = any(?)');

/** Values as PostgreSQL reads an array from text: https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO */
export function arrayText(values: readonly SqlValue[]): string {
  return `{${values.map(elementText).join(',')}}`;
}

function elementText(value: SqlValue): string {
  if (value === null) return 'NULL';
  if (typeof value === 'string') return `"${toBeEscaped.test(value) ? value.replaceAll(/["\\]/g, '\\$&') : value}"`;
  if (value instanceof Uint8Array) return `"\\\\x${Buffer.from(value).toString('hex')}"`;
  return String(value);
}

const toBeEscaped = /["\\]/;
