import type { DateTime, LocalDate } from '#domain/dates.js';
import type { FieldSchema, TableSchema } from '../schema/envelope-tables.js';
import { readDay, readMoment } from '../values/dates.js';
import { readNumber } from '../values/numbers.js';

/** The fields that the rows of a table may have, by name and by place. */
export type RowSchema = Pick<TableSchema, 'fields' | 'sequence'>;

/**
 * The non-empty fields of one row, by name. Whoever translates a field *takes* it; what nobody took is kept with the visit as
 * sent, so that nothing is lost. A value that cannot be understood is not taken.
 */
export class FieldRow {
  /** By the place of the field in its table: cheaper than a map, and rows are many. */
  readonly #known: (string | undefined)[] = [];
  readonly #schema: RowSchema | undefined;
  #unknown: Map<string, string> | undefined;
  #repeats: Map<string, number> | undefined;
  #size = 0;
  #foreign = false;

  /** @param schema of the table; without one all fields are kept by name alone. */
  constructor(schema?: RowSchema) {
    this.#schema = schema;
  }

  /** The row bears the number of another episode. */
  get isForeign(): boolean {
    return this.#foreign;
  }

  markForeign(): void {
    this.#foreign = true;
  }

  get size(): number {
    return this.#size;
  }

  get(name: string): string | undefined {
    const field = this.#schema?.fields.get(name);
    return field ? this.#known[field.place] : this.#unknown?.get(name);
  }

  has(field: FieldSchema): boolean {
    return this.#known[field.place] !== undefined;
  }

  /** Gives a field its value, if it has none yet. @returns false where it has one. */
  add(name: string, value: string, field = this.#schema?.fields.get(name)): boolean {
    if (field) {
      if (this.#known[field.place] !== undefined) return false;
      this.#known[field.place] = value;
    } else {
      this.#unknown ??= new Map();
      if (this.#unknown.has(name)) return false;
      this.#unknown.set(name, value);
    }
    this.#size += 1;
    return true;
  }

  /** A further value of a field, kept under `HO_TEN[2]`, `HO_TEN[3]` … */
  addRepeated(name: string, value: string): void {
    this.#repeats ??= new Map();
    const count = (this.#repeats.get(name) ?? 1) + 1;
    this.#repeats.set(name, count);
    this.add(`${name}[${count}]`, value);
  }

  /** Every field with its value, in the order of the table, unknown ones last. */
  *entries(): Generator<readonly [name: string, value: string]> {
    if (this.#schema) {
      for (const field of this.#schema.sequence) {
        const value = this.#known[field.place];
        if (value !== undefined) yield [field.name, value];
      }
    }
    if (this.#unknown) yield* this.#unknown;
  }

  drop(name: string): void {
    const field = this.#schema?.fields.get(name);
    if (!field) {
      if (this.#unknown?.delete(name)) this.#size -= 1;
    } else if (this.#known[field.place] !== undefined) {
      this.#known[field.place] = undefined;
      this.#size -= 1;
    }
  }

  take(name: string): string | undefined {
    const field = this.#schema?.fields.get(name);
    const value = field ? this.#known[field.place] : this.#unknown?.get(name);
    if (value === undefined) return undefined;
    if (field) this.#known[field.place] = undefined;
    else this.#unknown?.delete(name);
    this.#size -= 1;
    return value;
  }

  takeNumber(name: string): number | undefined {
    return this.#takeAs(name, readNumber);
  }

  takeMoment(name: string): DateTime | undefined {
    return this.#takeAs(name, readMoment);
  }

  takeDay(name: string): LocalDate | undefined {
    return this.#takeAs(name, readDay);
  }

  #takeAs<T>(name: string, read: (text: string) => T | undefined): T | undefined {
    const text = this.get(name);
    const value = text === undefined ? undefined : read(text);
    if (value !== undefined) this.drop(name);
    return value;
  }

  /** What is left, as it was sent. */
  toRecord(): Readonly<Record<string, string>> {
    const record: Record<string, string> = {};
    if (this.#schema) {
      for (const field of this.#schema.sequence) {
        const value = this.#known[field.place];
        if (value !== undefined) record[field.name] = value;
      }
    }
    // Unknown names may be `__proto__`: they become own properties, whatever they are called.
    return this.#unknown ? { ...record, ...Object.fromEntries(this.#unknown) } : record;
  }
}
