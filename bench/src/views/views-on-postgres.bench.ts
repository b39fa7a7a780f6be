/**
 * Views built in PostgreSQL by one replica, from nothing and all at once, as the services have them. Processor time of the
 * replica and of the server beside the wall clock, so that what else the machine does falls out.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgresServer } from '#deploy/local/src/postgres-server.js';
import { EngineMissing } from '#deploy/local/src/engine-process.js';
import { openEmbeddedReader } from '#event-store/embedded/embedded-reader.js';
import { createPostgresViewHost } from '#projections/postgres/postgres-view-host.js';
import type { BenchRow } from '../bench-row.js';
import { processesMs } from '../processor-time.js';
import { fillLog, type FilledLog } from './filled-log.js';
import { moduleOf, nameOf, type ViewOfApp, views } from './views-of-apps.js';

/** @param residents of the synthetic province */
export async function viewsOnPostgresBench(residents = 600): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'views-on-postgres-bench-'));
  const data = mkdtempSync(join(tmpdir(), 'lien-tuyen-postgres-'));
  try {
    const server = await startPostgresServer(data);
    try {
      const log = await fillLog(join(folder, 'log'), residents);
      const main = Number(readFileSync(join(data, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
      const measured = (built: readonly ViewOfApp[], round: number): Promise<Cost> =>
        build(log, built, { url: server.url, schemaPrefix: `b${round}` }, main);
      // The first warms up the compiler.
      await measured(views, 0);
      const rows: BenchRow[] = [{ name: 'events in the log', value: log.head, unit: 'events' }];
      rows.push(...rowsOf('all views at once', log.head, await measured(views, 1)));
      for (const [index, view] of views.entries()) {
        rows.push(...rowsOf(nameOf(view), log.head, await measured([view], index + 2)));
      }
      return rows;
    } finally {
      await server.process.stop();
    }
  } catch (error) {
    if (!(error instanceof EngineMissing)) throw error;
    process.stderr.write(`  skipped: ${error.message}\n`);
    return [];
  } finally {
    for (const made of [folder, data]) rmSync(made, { recursive: true, force: true });
  }
}

interface Cost {
  readonly wallMs: number;
  readonly replicaMs: number;
  readonly serverMs: number;
}

function rowsOf(name: string, events: number, { wallMs, replicaMs, serverMs }: Cost): readonly BenchRow[] {
  return [
    { name: `${name}, wall clock`, value: (events / wallMs) * 1e3, unit: 'events/s' },
    { name: '– processor time of the replica', value: (replicaMs / events) * 1e3, unit: 'µs/event' },
    { name: '– processor time of the server', value: (serverMs / events) * 1e3, unit: 'µs/event' },
  ];
}

async function build(
  { file, head }: FilledLog,
  built: readonly ViewOfApp[],
  database: { readonly url: string; readonly schemaPrefix: string },
  main: number,
): Promise<Cost> {
  // What one view has read and parsed the others find in memory.
  const events = openEmbeddedReader({ file, sharedText: 16 * 1024 * 1024 });
  const host = await createPostgresViewHost({ ...database, events });
  const before = { use: process.cpuUsage(), server: processesMs(main), at: performance.now() };
  const added = await Promise.all(
    built.map((source) => host.add({ module: moduleOf(source), settings: source.settings })),
  );
  const reached = await Promise.all(added.map((view) => view.waitFor(head, 300_000)));
  const wallMs = performance.now() - before.at;
  const { user, system } = process.cpuUsage(before.use);
  const cost = { wallMs, replicaMs: (user + system) / 1e3, serverMs: processesMs(main) - before.server };
  await host.close();
  await events.close();
  if (!reached.every(Boolean)) throw new Error('the views were not built in time');
  return cost;
}
