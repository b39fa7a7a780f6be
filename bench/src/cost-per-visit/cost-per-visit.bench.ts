/**
 * What one visit costs at every stage, in bytes kept and in processor time, on embedded engines and on those of a province. All of
 * a synthetic province is taken in, projected and sent; the sums are divided by its visits. Feeds the tables of docs/scaling.md.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { EngineMissing } from '#deploy/local/src/engine-process.js';
import { openEmbeddedReader } from '#event-store/embedded/embedded-reader.js';
import { ViewFile } from '#projections/embedded/view-file.js';
import { createPostgresViewHost } from '#projections/postgres/postgres-view-host.js';
import { ViewDatabase } from '#projections/postgres/view-database.js';
import type { BenchRow } from '../bench-row.js';
import { needsOf, places, type VisitCost } from './needs.js';
import { copyLog } from '../engines/copied-log.js';
import { type EngineProcesses, startEngineProcesses } from '../engines/engine-processes.js';
import { relayAll, relayedTopics } from '../engines/relayed.js';
import { processesMs } from '../processor-time.js';
import { fillLog } from '../views/filled-log.js';
import { loadView, moduleOf, nameOf, views } from '../views/views-of-apps.js';
import { openEventStoreDb } from '#event-store/eventstoredb/eventstoredb-event-store.js';

const eventsAtOnce = 100;

/** @param residents of the synthetic province */
export async function costPerVisit(residents = 1500): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'cost-per-visit-'));
  try {
    // Warms up the compiler.
    await fillLog(join(folder, 'before'), 100);
    const before = process.cpuUsage();
    const log = await fillLog(join(folder, 'log'), residents);
    const { user, system } = process.cpuUsage(before);
    const counts = await countsIn(log.file);
    const per = perVisit(counts.visits);
    const bytes = {
      log: bytesIn(join(folder, 'log'), /^events\.sqlite/),
      originals: bytesIn(join(folder, 'log'), /^originals\.sqlite/),
    };
    const intakeMs = (user + system) / 1e3;
    const embedded = await embeddedViews(log.file, folder, per);
    const engines = await onEngines(log.file, per);
    const visit = (sum: number): number => sum / counts.visits;
    const cost: VisitCost = {
      log: visit(bytes.log),
      originals: visit(bytes.originals),
      views: visit(embedded.bytes),
      topics: visit(engines?.topicBytes ?? Number.NaN),
      stages: {
        'intake without HTTP': visit(intakeMs),
        'views, SQLite': visit(embedded.ms),
        'relays and broker': visit(engines?.relayMs ?? Number.NaN),
        'views, PostgreSQL': visit(engines?.viewsMs ?? Number.NaN),
      },
    };
    return [
      { name: 'visits', value: counts.visits, unit: 'visits' },
      { name: 'residents', value: counts.residents, unit: 'residents' },
      per('events', counts.events, 'events'),
      per('messages', counts.messages, 'messages'),
      per('log, embedded', bytes.log, 'bytes'),
      per('– content and metadata alone', counts.bytes, 'bytes'),
      per('originals', bytes.originals, 'bytes'),
      per('intake, processor time without HTTP', intakeMs, 'ms'),
      ...embedded.rows,
      ...(engines?.rows ?? []),
      ...places.flatMap((place) => needsOf(place, cost)),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type PerVisit = (name: string, sum: number, unit: string) => BenchRow;

const perVisit =
  (visits: number): PerVisit =>
  (name, sum, unit) => ({ name, value: sum / visits, unit: `${unit}/visit` });

interface Counts {
  readonly visits: number;
  readonly residents: number;
  readonly messages: number;
  readonly events: number;
  /** Of data and metadata as JSON. */
  readonly bytes: number;
}

async function countsIn(file: string): Promise<Counts> {
  const reader = openEmbeddedReader({ file });
  const types = new Map<string, number>();
  let [events, bytes] = [0, 0];
  for await (const batch of reader.readAll({ batchSize: 5_000 })) {
    for (const { type, data, metadata } of batch.events) {
      types.set(type, (types.get(type) ?? 0) + 1);
      events++;
      bytes += Buffer.byteLength(JSON.stringify(data)) + Buffer.byteLength(JSON.stringify(metadata));
    }
  }
  await reader.close();
  const of = (type: string): number => types.get(type) ?? 0;
  return {
    visits: of('VisitRecorded'),
    residents: of('ResidentRegistered'),
    messages: of('MessageAccepted'),
    events,
    bytes,
  };
}

/** Kept up to date in the batches of a steady stream. */
async function embeddedViews(
  file: string,
  folder: string,
  per: PerVisit,
): Promise<{ readonly rows: readonly BenchRow[]; readonly bytes: number; readonly ms: number }> {
  const rows: BenchRow[] = [];
  const all = { bytes: 0, ms: 0 };
  for (const view of views) {
    const projection = await loadView(view);
    const place = mkdtempSync(join(folder, 'view-'));
    const reader = openEmbeddedReader({ file });
    const rowsOfView = ViewFile.open(place, projection, reader.identity);
    const cursor = reader.cursor({ filter: projection.filter });
    const before = process.threadCpuUsage();
    for (let caughtUp = false; !caughtUp;) {
      const batch = await cursor.next(eventsAtOnce);
      if (batch.events.length > 0)
        await rowsOfView.transaction(batch.position, (changes) => projection.apply(batch.events, changes));
      ({ caughtUp } = batch);
    }
    rowsOfView.settle();
    const { user, system } = process.threadCpuUsage(before);
    rowsOfView.close();
    await reader.close();
    const cost = { bytes: bytesIn(place, /./), ms: (user + system) / 1e3 };
    all.bytes += cost.bytes;
    all.ms += cost.ms;
    rows.push(per(`view ${nameOf(view)}, SQLite`, cost.bytes, 'bytes'), per('– processor time', cost.ms, 'ms'));
  }
  rows.push(per('all views, SQLite', all.bytes, 'bytes'), per('– processor time', all.ms, 'ms'));
  return { rows, ...all };
}

interface CostOnEngines {
  readonly rows: readonly BenchRow[];
  /** One copy of all topics. */
  readonly topicBytes: number;
  /** Of relays and broker. */
  readonly relayMs: number;
  /** Of replica and server. */
  readonly viewsMs: number;
}

async function onEngines(file: string, per: PerVisit): Promise<CostOnEngines | undefined> {
  let engines: EngineProcesses;
  try {
    engines = await startEngineProcesses();
  } catch (error) {
    if (!(error instanceof EngineMissing)) throw error;
    process.stderr.write(`  skipped: Kafka and PostgreSQL: ${error.message}\n`);
    return undefined;
  }
  try {
    const events = await openEventStoreDb({ url: engines.logUrl });
    const count = await copyLog(file, events);
    const database = await ViewDatabase.open({ url: engines.databaseUrl, schemaPrefix: 'relays' });
    const rows: BenchRow[] = [];
    let [topicBytes, relayMs] = [0, 0];
    for (const topic of relayedTopics) {
      // The first warms up the broker's compiler.
      await relayAll(engines, database, events, topic, count);
      const sent = await relayAll(engines, database, events, topic, count);
      const bytes = bytesOfTopic(engines.topicsFolder, sent.topicName);
      topicBytes += bytes;
      relayMs += sent.relayMs + sent.brokerMs;
      rows.push(
        per(`topic ${topic.name}, one copy`, bytes, 'bytes'),
        per('– messages', sent.messages, 'messages'),
        per('– processor time of the relay', sent.relayMs, 'ms'),
        per('– processor time of the broker', sent.brokerMs, 'ms'),
      );
    }
    await database.close();
    const head = await events.head();
    const before = { use: process.cpuUsage(), server: processesMs(engines.pids.postgres) };
    const host = await createPostgresViewHost({ url: engines.databaseUrl, schemaPrefix: 'cost', events });
    const added = await Promise.all(
      views.map((source) => host.add({ module: moduleOf(source), settings: source.settings })),
    );
    const reached = await Promise.all(added.map((view) => view.waitFor(head, 600_000)));
    if (!reached.every(Boolean)) throw new Error('the views were not built in time');
    const { user, system } = process.cpuUsage(before.use);
    const serverMs = processesMs(engines.pids.postgres) - before.server;
    const replicaMs = (user + system) / 1e3;
    await host.close();
    await events.close();
    rows.push(
      per('all views, PostgreSQL', await bytesOfSchemas(engines.databaseUrl, 'cost'), 'bytes'),
      per('– processor time of the replica', replicaMs, 'ms'),
      per('– processor time of the server', serverMs, 'ms'),
    );
    return { rows, topicBytes, relayMs, viewsMs: replicaMs + serverMs };
  } finally {
    await engines.stop();
  }
}

async function bytesOfSchemas(url: string, prefix: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ bytes: string }>(
    `select sum(pg_total_relation_size(class.oid)) as bytes from pg_class class
     join pg_namespace space on space.oid = class.relnamespace
     where class.relkind = 'r' and starts_with(space.nspname, $1)`,
    [prefix],
  );
  await client.end();
  return Number(rows[0]?.bytes);
}

/** Segments alone: their indexes are preallocated and shrink when a segment is closed. */
function bytesOfTopic(folder: string, topic: string): number {
  const partitions = readdirSync(folder).filter((name) => name.replace(/-\d+$/, '') === topic);
  return partitions.reduce((sum, partition) => sum + bytesIn(join(folder, partition), /\.log$/), 0);
}

const bytesIn = (folder: string, names: RegExp): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && names.test(entry.name))
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
