/** The thread that makes the late indexes of one view. */
import { DatabaseSync } from 'node:sqlite';
import { workerData } from 'node:worker_threads';

export interface IndexThreadSettings {
  readonly path: string;
  readonly statements: readonly string[];
}

const { path, statements } = workerData as IndexThreadSettings;
const database = new DatabaseSync(path, { timeout: 5_000 });
// As the view is being built: unsynced until all of it is written out. What is sorted has as much memory as the cache.
database.exec('pragma synchronous = off; pragma cache_size = -65536');
for (const statement of statements) database.exec(statement);
database.close();
