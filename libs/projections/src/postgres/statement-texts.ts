/** What PostgreSQL is asked: a statement of the port with its parameters numbered. */
export interface Statement {
  readonly text: string;
  /** Under which a connection keeps it prepared; absent for a text that may not come again. */
  readonly name?: string;
}

interface Known extends Statement {
  name?: string;
}

/** Texts kept, and of these prepared by name. Searches make many texts, of which few come often. */
const mostKnown = 1_000;
const mostNamed = 256;

/** Numbers the parameters of each text once; a text that comes again is prepared. */
export class StatementTexts {
  readonly #known = new Map<string, Known>();
  #named = 0;

  get(sql: string): Statement {
    const known = this.#known.get(sql);
    if (known === undefined) {
      if (this.#known.size >= mostKnown) this.#forgetOneUnnamed();
      const text = numberedParameters(sql);
      this.#known.set(sql, { text });
      return { text };
    }
    if (known.name === undefined && this.#named < mostNamed) known.name = `lt_${++this.#named}`;
    return known;
  }

  /** A name stays with its text: connections have it prepared. */
  #forgetOneUnnamed(): void {
    for (const [sql, { name }] of this.#known) {
      if (name !== undefined) continue;
      this.#known.delete(sql);
      return;
    }
  }
}

const pieces = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\?/g;

/** `?` → `$1`, `$2` …, but for those in texts, quoted names and comments. */
export function numberedParameters(sql: string): string {
  let count = 0;
  return sql.replace(pieces, (piece) => (piece === '?' ? `$${++count}` : piece));
}
