/**
 * The engines of a province that has outgrown one machine, all as processes of their own on this one: how fast topics are filled
 * from the log, and views in PostgreSQL. The log is a double that speaks EventStoreDB's protocol: its own cost is not measured here.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineMissing } from '#deploy/local/src/engine-process.js';
import { openEventStoreDb } from '#event-store/eventstoredb/eventstoredb-event-store.js';
import type { EventStore } from '#event-store/event-store.js';
import { createPostgresViewHost } from '#projections/postgres/postgres-view-host.js';
import { ViewDatabase } from '#projections/postgres/view-database.js';
import { median, type BenchRow } from '../bench-row.js';
import { processesMs } from '../processor-time.js';
import { fillLog } from '../views/filled-log.js';
import { moduleOf, views } from '../views/views-of-apps.js';
import { copyLog } from './copied-log.js';
import { type EngineProcesses, startEngineProcesses } from './engine-processes.js';
import { rawProducerRate, relayAll, relayedTopics } from './relayed.js';

/** The first round warms up the compilers and does not count. */
const rounds = 4;

/** @param residents of the synthetic province; some 35 events come of each */
export async function enginesBench(residents = 600): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lien-tuyen-bench-'));
  try {
    const engines = await startEngineProcesses();
    try {
      const { file } = await fillLog(join(folder, 'log'), residents);
      const events = await openEventStoreDb({ url: engines.logUrl });
      const count = await copyLog(file, events);
      const rows: BenchRow[] = [{ name: 'events in the log', value: count, unit: 'events' }];
      rows.push(...(await relayRows(engines, events, count)));
      rows.push(...(await projectionRows(engines, events, count)));
      await events.close();
      return rows;
    } finally {
      await engines.stop();
    }
  } catch (error) {
    if (!(error instanceof EngineMissing)) throw error;
    process.stderr.write(`  skipped: ${error.message}\n`);
    return [];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function relayRows(engines: EngineProcesses, events: EventStore, count: number): Promise<readonly BenchRow[]> {
  const database = await ViewDatabase.open({ url: engines.databaseUrl, schemaPrefix: 'relays' });
  const rows: BenchRow[] = [];
  for (const topic of relayedTopics) {
    const measured = [];
    for (let round = 0; round < rounds; round++) {
      // One after the other, so that what else the machine does falls on both sides of the ratio.
      const raw = await rawProducerRate(engines, events, topic);
      measured.push({ ...(await relayAll(engines, database, events, topic, count)), raw });
    }
    const counted = measured.slice(1);
    const of = (pick: (one: (typeof counted)[number]) => number): number => median(counted.map(pick));
    const messages = of((one) => one.messages);
    const rawName = `bare producer of ${topic.name}`;
    rows.push(
      { name: rawName, value: of((one) => one.raw), unit: 'messages/s' },
      {
        name: `relay of ${topic.name}, wall clock`,
        value: of((one) => one.perSecond),
        unit: 'messages/s',
        ratioTo: { name: rawName, ratio: of((one) => one.perSecond / one.raw) },
      },
      { name: '– events of the log passed by', value: of((one) => one.eventsPerSecond), unit: 'events/s' },
      { name: '– processor time of the relay', value: (of((one) => one.relayMs) / messages) * 1e3, unit: 'µs/message' },
      {
        name: '– processor time of the broker',
        value: (of((one) => one.brokerMs) / messages) * 1e3,
        unit: 'µs/message',
      },
    );
  }
  await database.close();
  return rows;
}

async function projectionRows(
  engines: EngineProcesses,
  events: EventStore,
  count: number,
): Promise<readonly BenchRow[]> {
  const head = await events.head();
  const measured: { wallMs: number; replicaMs: number; serverMs: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const host = await createPostgresViewHost({ url: engines.databaseUrl, schemaPrefix: `b${round}`, events });
    const before = { use: process.cpuUsage(), server: processesMs(engines.pids.postgres), at: performance.now() };
    const added = await Promise.all(
      views.map((source) => host.add({ module: moduleOf(source), settings: source.settings })),
    );
    const reached = await Promise.all(added.map((view) => view.waitFor(head, 300_000)));
    const wallMs = performance.now() - before.at;
    const { user, system } = process.cpuUsage(before.use);
    measured.push({
      wallMs,
      replicaMs: (user + system) / 1e3,
      serverMs: processesMs(engines.pids.postgres) - before.server,
    });
    await host.close();
    if (!reached.every(Boolean)) throw new Error('the views were not built in time');
  }
  const of = (pick: (one: (typeof measured)[number]) => number): number => median(measured.slice(1).map(pick));
  return [
    {
      name: 'all views on PostgreSQL, one replica, wall clock',
      value: of(({ wallMs }) => (count / wallMs) * 1e3),
      unit: 'events/s',
    },
    {
      name: '– processor time of the replica',
      value: (of(({ replicaMs }) => replicaMs) / count) * 1e3,
      unit: 'µs/event',
    },
    { name: '– processor time of the server', value: (of(({ serverMs }) => serverMs) / count) * 1e3, unit: 'µs/event' },
  ];
}
