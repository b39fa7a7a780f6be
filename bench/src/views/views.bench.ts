/**
 * What each view costs: built from nothing in big batches, and kept up to date in small ones. Processor time of the one thread
 * that applies the events, reading and parsing them included, so that what else the machine does falls out.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedReader } from '#event-store/embedded/embedded-reader.js';
import { ViewFile } from '#projections/embedded/view-file.js';
import type { Projection } from '#projections/projection.js';
import { median, type BenchRow } from '../bench-row.js';
import { fillLog, type FilledLog } from './filled-log.js';
import { loadView, views } from './views-of-apps.js';

/** Events in one transaction: while a view is built, and while it follows a steady stream. */
const batches = { rebuild: 1000, live: 100 } as const;
const rounds = 3;

/** @param residents of the synthetic province */
export async function viewsBench(residents = 300): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'views-bench-'));
  try {
    const log = await fillLog(join(folder, 'log'), residents);
    const rows: BenchRow[] = [{ name: 'events in the log', value: log.head, unit: 'events' }];
    for (const [way, batch] of Object.entries(batches) as [keyof typeof batches, number][]) {
      let ofAllViews = 0;
      for (const view of views) {
        const projection = await loadView(view);
        const measured: Cost[] = [];
        for (let round = 0; round < rounds; round++)
          measured.push(await build(log, projection, mkdtempSync(join(folder, 'views-')), way, batch));
        const microseconds = median(measured.map((cost) => cost.microseconds));
        const { events } = measured[0] ?? { events: NaN };
        ofAllViews += microseconds;
        rows.push(
          { name: `${projection.name}, ${way}`, value: (events / microseconds) * 1e6, unit: 'own events/s' },
          { name: '– processor time', value: microseconds / events, unit: 'µs/own event' },
        );
      }
      rows.push({ name: `all views, ${way}`, value: (log.head / ofAllViews) * 1e6, unit: 'events/s' });
      rows.push({ name: '– processor time', value: ofAllViews / log.head, unit: 'µs/event' });
    }
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Cost {
  /** That the view reads. */
  readonly events: number;
  /** Processor time of this thread. */
  readonly microseconds: number;
}

async function build(
  log: FilledLog,
  projection: Projection,
  folder: string,
  way: keyof typeof batches,
  batchSize: number,
): Promise<Cost> {
  const reader = openEmbeddedReader({ file: log.file });
  const view = ViewFile.open(folder, projection, reader.identity);
  if (way === 'live') view.settle();
  const cursor = reader.cursor({ filter: projection.filter });
  const before = process.threadCpuUsage();
  let events = 0;
  for (let caughtUp = false; !caughtUp;) {
    const batch = await cursor.next(batchSize);
    if (batch.events.length > 0) await view.transaction(batch.position, (rows) => projection.apply(batch.events, rows));
    events += batch.events.length;
    ({ caughtUp } = batch);
  }
  view.settle();
  const { user, system } = process.threadCpuUsage(before);
  view.close();
  await reader.close();
  return { events, microseconds: user + system };
}
