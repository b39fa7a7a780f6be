/** A thread that lives as long as it takes to read the names of all streams of a log once. */
import { workerData } from 'node:worker_threads';
import { KnownStreams } from './known-streams.js';
import { openLogForReading } from './log-file.js';
import { readKnownStreams } from './read-known-streams.js';

const { file, shared } = workerData as { readonly file: string; readonly shared: SharedArrayBuffer };
const database = openLogForReading(file);
readKnownStreams(database, KnownStreams.of(shared));
database.close();
