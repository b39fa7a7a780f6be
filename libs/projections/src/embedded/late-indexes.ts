/** Indexes that only readers need: made in one go when a view has been built, sorted, instead of row by row meanwhile. */
import type { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import type { Projection } from '../projection.js';
import type { IndexThreadSettings } from './index-thread.js';

export interface LateIndex {
  readonly name: string;
  /** `create index …` */
  readonly statement: string;
}

/** Those of the schema that applying events does without. */
export function lateIndexesOf({ schema, appliesBy }: Pick<Projection, 'schema' | 'appliesBy'>): readonly LateIndex[] {
  if (appliesBy === undefined) return [];
  return schema.flatMap((statement) => {
    const name = /^\s*create index (\w+)/.exec(statement)?.[1];
    return name === undefined || appliesBy.includes(name) ? [] : [{ name, statement }];
  });
}

export function missingIndexes(database: DatabaseSync, indexes: readonly LateIndex[]): readonly LateIndex[] {
  const made = database.prepare(`select name from sqlite_schema where type = 'index'`).all();
  const names = new Set(made.map(({ name }) => name));
  return indexes.filter(({ name }) => !names.has(name));
}

/** Indexes being made by a thread of their own: those of a large view take minutes. */
export class IndexMaking {
  readonly #thread: Worker;
  /** Rejects when an index could not be made; those before it are there. */
  readonly ended: Promise<void>;
  #stopped = false;

  /** @param path file of the view; nobody else may write to it until the end */
  constructor(path: string, indexes: readonly LateIndex[]) {
    const workerData: IndexThreadSettings = { path, statements: indexes.map(({ statement }) => statement) };
    this.#thread = new Worker(new URL('index-thread.js', import.meta.url), { name: 'view-indexes', workerData });
    this.ended = new Promise((resolve, reject) => {
      this.#thread.once('error', reject);
      this.#thread.once('exit', (code) =>
        code === 0 || this.#stopped ? resolve() : reject(new Error(`The thread that makes indexes ended with ${code}`)),
      );
    });
  }

  /** Ends after the index that is being made. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#thread.terminate();
    await this.ended.catch(() => undefined);
  }
}
