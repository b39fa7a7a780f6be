import type { DateTime, LocalDate } from '#domain/dates.js';
import { readDay, readMoment } from '../values/dates.js';
import { readNumber } from '../values/numbers.js';

/**
 * The non-empty fields of one row, by name. Whoever translates a field *takes* it; what nobody took is kept with the visit as
 * sent, so that nothing is lost. A value that cannot be understood is not taken.
 */
export class FieldRow {
  readonly #fields = new Map<string, string>();
  #repeats: Map<string, number> | undefined;
  #foreign = false;

  /** The row bears the number of another episode. */
  get isForeign(): boolean {
    return this.#foreign;
  }

  markForeign(): void {
    this.#foreign = true;
  }

  get(name: string): string | undefined {
    return this.#fields.get(name);
  }

  set(name: string, value: string): void {
    this.#fields.set(name, value);
  }

  /** A further value of a field, kept under `HO_TEN[2]`, `HO_TEN[3]` … */
  setRepeated(name: string, value: string): void {
    this.#repeats ??= new Map();
    const place = (this.#repeats.get(name) ?? 1) + 1;
    this.#repeats.set(name, place);
    this.#fields.set(`${name}[${place}]`, value);
  }

  get size(): number {
    return this.#fields.size;
  }

  names(): Iterable<string> {
    return this.#fields.keys();
  }

  drop(name: string): void {
    this.#fields.delete(name);
  }

  take(name: string): string | undefined {
    const value = this.#fields.get(name);
    if (value !== undefined) this.#fields.delete(name);
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
    const text = this.#fields.get(name);
    const value = text === undefined ? undefined : read(text);
    if (value !== undefined) this.#fields.delete(name);
    return value;
  }

  /** What is left, as it was sent. */
  toRecord(): Readonly<Record<string, string>> {
    const record: Record<string, string> = {};
    for (const [name, value] of this.#fields) {
      if (name === '__proto__')
        Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true });
      else record[name] = value;
    }
    return record;
  }
}
