import type { SqlValue, ViewTransaction } from '#projections/projection.js';

/** Few sizes, so that few statements are prepared. */
const chunkSizes = [64, 8, 1] as const;

/** Writes rows with as few statements as the sizes allow. */
export async function writeRows(
  view: ViewTransaction,
  table: string,
  columns: readonly string[],
  onConflict: string,
  rows: readonly (readonly SqlValue[])[],
): Promise<void> {
  let written = 0;
  for (const size of chunkSizes) {
    const sql = `insert into ${table} (${columns.join(', ')}) values ${Array(size).fill(placeholders(columns.length)).join(', ')} ${onConflict}`;
    for (; rows.length - written >= size; written += size) {
      await view.execute(sql, rows.slice(written, written + size).flat());
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

/** Rows whose column is one of the values. */
export async function readRowsIn<Found>(
  view: ViewTransaction,
  table: string,
  column: string,
  values: ReadonlySet<string>,
): Promise<readonly Found[]> {
  const wanted = [...values];
  const found: Found[] = [];
  for (let start = 0; start < wanted.length;) {
    const size = wanted.length - start >= 64 ? 64 : wanted.length - start >= 8 ? 8 : 1;
    const chunk = wanted.slice(start, start + size);
    const rows = await view.query<Found>(`select * from ${table} where ${column} in ${placeholders(size)}`, chunk);
    for (const row of rows) found.push(row);
    start += size;
  }
  return found;
}

const placeholders = (count: number): string => `(${Array(count).fill('?').join(', ')})`;
