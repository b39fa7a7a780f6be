import type { SqlValue, ViewTransaction } from '#projections/projection.js';
import type { EntryTable } from './schema.js';

/** Statements take this many rows or keys at once; few sizes, so that engines keep them prepared. */
const insertSizes = [32, 8, 1];
const keySize = 32;

/** Inserts rows with statements of constant text. */
export class BulkInsert {
  readonly #texts: readonly string[];

  constructor(table: EntryTable, onConflict = '') {
    const row = `(${table.columns.map(() => '?').join(', ')})`;
    this.#texts = insertSizes.map((size) =>
      `insert into ${table.name} (${table.columns.join(', ')}) values ${Array<string>(size).fill(row).join(', ')} ${onConflict}`.trimEnd(),
    );
  }

  async run(view: ViewTransaction, rows: readonly (readonly SqlValue[])[]): Promise<void> {
    let next = 0;
    for (const [index, size] of insertSizes.entries()) {
      const statement = this.#texts[index] ?? '';
      for (; rows.length - next >= size; next += size)
        await view.execute(statement, rows.slice(next, next + size).flat());
    }
  }
}

/** `… in (?, ?, …)` over any number of keys: groups of constant size, the last filled up by repeating its first key. */
export function keyGroups<Key extends SqlValue>(keys: readonly Key[]): readonly (readonly Key[])[] {
  const groups: Key[][] = [];
  for (let next = 0; next < keys.length; next += keySize) {
    const group = keys.slice(next, next + keySize);
    const [first] = group;
    groups.push(first === undefined ? group : [...group, ...Array<Key>(keySize - group.length).fill(first)]);
  }
  return groups;
}

export const keyPlaces = Array<string>(keySize).fill('?').join(', ');
