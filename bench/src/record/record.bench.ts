import type { BenchRow } from '../bench-row.js';
import { exportRows } from './exports.js';
import { overHttpRows } from './over-http.js';
import { buildRecord } from './record-file.js';
import { searchRows } from './searches.js';

/** `BENCH_RESIDENTS=1000000` for a province; what is built is thrown away. */
const residents = Number(process.env['BENCH_RESIDENTS'] ?? 20_000);

/** The record of many residents: its size, and what reading it costs. */
export async function recordBench(): Promise<readonly BenchRow[]> {
  using record = await buildRecord(residents);
  const { resources, bytes, eventsPerSecond } = record;
  return [
    { name: 'resources in the view', value: resources, unit: 'resources' },
    { name: 'size of the view', value: bytes / resources, unit: 'bytes a resource' },
    { name: 'built, without an event store (processor time)', value: eventsPerSecond, unit: 'events/s' },
    ...(await searchRows(record)),
    ...(await overHttpRows(record)),
    ...(await exportRows(record)),
  ];
}
