import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { EventFilter } from '../event-store.js';

interface Kind {
  /** The stream name up to its first hyphen. */
  readonly category: string;
  readonly type: string;
}

/** Pairs of category and event type as a reader knows them; the log stores the number of the pair. */
export class Kinds {
  readonly #kinds: Kind[] = [];
  readonly #newer: StatementSync;

  constructor(database: DatabaseSync) {
    this.#newer = database.prepare('select id, category, type from kinds where id > ? order by id');
    this.refresh();
  }

  /** To be called after a position was read and before events up to it are: their kinds are known then. */
  refresh(): void {
    for (const row of this.#newer.iterate(this.#kinds.length)) {
      this.#kinds.push({ category: String(row['category']), type: String(row['type']) });
    }
  }

  typeOf(id: number): string {
    const kind = this.#kinds[id - 1] ?? (this.refresh(), this.#kinds[id - 1]);
    if (kind === undefined) throw new Error(`The log has no kind ${id}`);
    return kind.type;
  }

  /** Numbers of the kinds that can match the filter. */
  matching({ categories, types }: EventFilter): readonly number[] {
    const firstWords = categories?.map((category) => category.split('-', 1)[0]);
    return this.#kinds.flatMap((kind, i) =>
      (firstWords?.includes(kind.category) ?? true) && (types?.includes(kind.type) ?? true) ? [i + 1] : [],
    );
  }
}
