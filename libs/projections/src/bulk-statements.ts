/** Statements over many rows or keys, for projections: few texts, made once, that every engine can keep prepared. */
import type { SqlValue, TableColumns, ViewTransaction } from './projection.js';

/** Rows or keys a statement takes; with the columns there are, far below the parameters either engine allows (32,766 and 65,535). */
const sizes = [64, 8, 1] as const;

/** Inserts rows, as many as come, in their order. */
export class BulkInsert {
  readonly #table: TableColumns;
  readonly #onConflict: string;
  readonly #texts: readonly string[];

  /** @param onConflict `on conflict …`; no two rows of one {@link run} may then have the same key */
  constructor(table: TableColumns, onConflict = '') {
    const { name, columns } = table;
    this.#table = table;
    this.#onConflict = onConflict;
    const row = `(${places(columns.length)})`;
    this.#texts = sizes.map((size) =>
      `insert into ${name} (${columns.join(', ')}) values ${Array<string>(size).fill(row).join(', ')} ${onConflict}`.trimEnd(),
    );
  }

  async run(view: ViewTransaction, rows: readonly (readonly SqlValue[])[]): Promise<void> {
    if (view.many && rows.length > 0) return view.many.insert(this.#table, this.#onConflict, rows);
    let next = 0;
    for (const [index, size] of sizes.entries()) {
      const text = this.#texts[index] ?? '';
      for (; rows.length - next >= size; next += size) {
        const parameters: SqlValue[] = [];
        for (let row = next; row < next + size; row += 1) parameters.push(...(rows[row] ?? []));
        await view.execute(text, parameters);
      }
    }
  }
}

/** `on conflict … do update` that takes every other column from the new row. */
export function replaceOnConflict(key: string, columns: readonly string[]): string {
  return `on conflict (${key}) do update set ${columns
    .filter((column) => column !== key)
    .map((column) => `${column} = excluded.${column}`)
    .join(', ')}`;
}

/** A statement that ends in `… in (keys)`, over any number of different keys. */
export class KeyedStatement {
  readonly #statement: string;
  readonly #texts: ReadonlyMap<number, string>;

  /** @param statement without the list of keys: `select * from document where id in` */
  constructor(statement: string) {
    this.#statement = statement;
    this.#texts = new Map(sizes.map((size) => [size, `${statement} (${places(size)})`]));
  }

  async query<Found>(view: ViewTransaction, keys: Iterable<SqlValue>): Promise<readonly Found[]> {
    const wanted = [...keys];
    if (view.many) return wanted.length === 0 ? [] : view.many.query<Found>(this.#statement, wanted);
    const found: Found[] = [];
    for (const [text, group] of this.#groups(wanted)) {
      for (const row of await view.query<Found>(text, group)) found.push(row);
    }
    return found;
  }

  async execute(view: ViewTransaction, keys: Iterable<SqlValue>): Promise<void> {
    const wanted = [...keys];
    if (view.many) {
      if (wanted.length > 0) await view.many.execute(this.#statement, wanted);
      return;
    }
    for (const [text, group] of this.#groups(wanted)) await view.execute(text, group);
  }

  /** Groups of the constant sizes; the last one is filled up by repeating its first key. */
  *#groups(keys: readonly SqlValue[]): Iterable<readonly [text: string, group: readonly SqlValue[]]> {
    const [largest] = sizes;
    for (let next = 0; next < keys.length; next += largest) {
      const group = keys.slice(next, next + largest);
      const size = sizes.findLast((one) => one >= group.length) ?? largest;
      while (group.length < size) group.push(group[0] ?? null);
      yield [this.#texts.get(size) ?? '', group];
    }
  }
}

const places = (count: number): string => Array<string>(count).fill('?').join(', ');
