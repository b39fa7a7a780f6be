import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ViewFile } from '#projections/embedded/view-file.js';
import { createProjection } from '#apps/record/src/projection/health-record.projection.js';
import { eventCount, eventsOf, resourceCount } from './many-residents.js';

const residentsAtOnce = 2_000;

/** The view of many residents' records in a file of its own. */
export interface RecordFile extends Disposable {
  readonly path: string;
  readonly residents: number;
  readonly resources: number;
  readonly bytes: number;
  /** By processor time, without an event store. */
  readonly eventsPerSecond: number;
}

export async function buildRecord(residents: number): Promise<RecordFile> {
  const folder = mkdtempSync(join(tmpdir(), 'record-bench-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const projection = await createProjection(undefined);
    const view = ViewFile.open(folder, projection, 'bench');
    const begun = process.cpuUsage();
    for (let next = 0; next < residents; next += residentsAtOnce) {
      const events = eventsOf(next, Math.min(residents, next + residentsAtOnce));
      await view.transaction(events.at(-1)?.position ?? 0, (rows) => projection.apply(events, rows));
    }
    // Indexes that only readers need are made at the end.
    view.settle();
    const { user, system } = process.cpuUsage(begun);
    view.close();
    return {
      path: view.path,
      residents,
      resources: resourceCount(residents),
      bytes: statSync(view.path).size,
      eventsPerSecond: (eventCount(residents) / (user + system)) * 1_000_000,
      [Symbol.dispose]: remove,
    };
  } catch (error) {
    remove();
    throw error;
  }
}
