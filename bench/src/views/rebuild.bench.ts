/**
 * Views built from nothing as the services build them: by a view host, from a log of months, each alone and all at once.
 * Processor time of the whole process beside the wall clock, so that what else the machine does falls out.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createEmbeddedViewHost } from '#projections/embedded/embedded-view-host.js';
import type { BenchRow } from '../bench-row.js';
import { fillLog, type FilledLog } from './filled-log.js';
import { moduleOf, nameOf, type ViewOfApp, views } from './views-of-apps.js';

/** @param residents of the synthetic province; some 17 events come of each */
export async function rebuildBench(residents = 6_500): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'rebuild-bench-'));
  try {
    const log = await fillLog(join(folder, 'log'), residents);
    const rows: BenchRow[] = [{ name: 'events in the log', value: log.head, unit: 'events' }];
    for (const view of views) {
      const at = mkdtempSync(join(folder, 'views-'));
      rows.push(...rowsOf(nameOf(view), log.head, await build(log, [view], at)));
      if (nameOf(view) === 'health-record') rows.push(bytesPerResource(at));
    }
    rows.push(...rowsOf('all views at once', log.head, await build(log, views, mkdtempSync(join(folder, 'views-')))));
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number;
}

function rowsOf(name: string, events: number, { wallMs, cpuMs }: Cost): readonly BenchRow[] {
  return [
    { name: `${name}, wall clock`, value: (events / wallMs) * 1e3, unit: 'events of the log/s' },
    { name: '– a second of processor time', value: (events / cpuMs) * 1e3, unit: 'events of the log' },
  ];
}

async function build({ file, head }: FilledLog, built: readonly ViewOfApp[], folder: string): Promise<Cost> {
  const began = performance.now();
  const before = process.cpuUsage();
  const faults: string[] = [];
  const onFault = ({ reason }: { readonly reason: string }): void => void faults.push(reason);
  const host = await createEmbeddedViewHost({ eventStoreFile: file, folder, onFault });
  try {
    const added = await Promise.all(
      built.map((source) => host.add({ module: moduleOf(source), settings: source.settings })),
    );
    const reached = await Promise.all(added.map((view) => view.waitFor(head, 600_000)));
    const { user, system } = process.cpuUsage(before);
    const setAside = (await host.statuses()).reduce((sum, status) => sum + status.setAside, 0);
    if (!reached.every(Boolean) || setAside > 0 || faults.length > 0) {
      throw new Error(`the views were not built: ${setAside} events set aside, ${faults.join(', ')}`);
    }
    return { wallMs: performance.now() - began, cpuMs: (user + system) / 1e3 };
  } finally {
    await host.close();
  }
}

/** Bytes of the record's file for each resource made of it; provenances, one an event, are not counted. */
function bytesPerResource(folder: string): BenchRow {
  const file = readdirSync(folder).find((name) => name.endsWith('.sqlite')) ?? '';
  const database = new DatabaseSync(join(folder, file), { readOnly: true });
  const tables = database.prepare(
    `select name from sqlite_schema where type = 'table' and name like '%\\_entry' escape '\\'`,
  );
  const resources = tables.all().reduce((sum, { name }) => {
    const rows = Number(database.prepare(`select count(*) as count from "${String(name)}"`).get()?.['count']);
    // A referral is a request and a task.
    return sum + (name === 'referral_entry' ? 2 * rows : rows);
  }, 0);
  database.close();
  return {
    name: '– bytes for each resource served',
    value: statSync(join(folder, file)).size / resources,
    unit: 'bytes',
  };
}
