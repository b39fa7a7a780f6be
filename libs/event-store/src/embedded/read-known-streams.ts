import type { DatabaseSync } from 'node:sqlite';
import type { StreamName } from '../event-store.js';
import type { KnownStreams } from './known-streams.js';

/**
 * Puts in every stream of the index tables, which have all that was appended before the writer opened the log; of what comes
 * later the writer takes care.
 */
export function readKnownStreams(database: DatabaseSync, known: KnownStreams): void {
  const names = database.prepare('select stream from stream_events where revision = 0', { returnArrays: true });
  for (const row of names.iterate()) known.add((row as unknown as readonly [StreamName])[0]);
  known.completed();
}
