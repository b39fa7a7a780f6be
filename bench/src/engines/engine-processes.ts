import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EngineProcess } from '#deploy/local/src/engine-process.js';
import { startKafkaBroker } from '#deploy/local/src/kafka-broker.js';
import { startLogDouble } from '#deploy/local/src/log-double/log-double.js';
import { startPostgresServer } from '#deploy/local/src/postgres-server.js';

/** Broker, database and log, each a process of its own on this machine. */
export interface EngineProcesses {
  readonly folder: string;
  readonly brokers: string;
  /** Of the broker's topics. */
  readonly topicsFolder: string;
  readonly databaseUrl: string;
  /** Of what stands in for EventStoreDB: its protocol is the real one, what it costs is not. */
  readonly logUrl: string;
  readonly pids: Readonly<Record<'kafka' | 'postgres' | 'log', number>>;
  stop: () => Promise<void>;
}

/** @throws EngineMissing when this machine lacks one of them */
export async function startEngineProcesses(): Promise<EngineProcesses> {
  const opened = new AsyncDisposableStack();
  try {
    // PostgreSQL runs as another user, who has to reach its folder.
    const own = mkdtempSync(join(tmpdir(), 'lien-tuyen-postgres-'));
    const folder = mkdtempSync(join(tmpdir(), 'lien-tuyen-engines-'));
    for (const made of [own, folder]) opened.defer(() => rmSync(made, { recursive: true, force: true }));
    const postgres = await startPostgresServer(own);
    opened.defer(() => postgres.process.stop());
    const kafka = await startKafkaBroker(join(folder, 'kafka'));
    opened.defer(() => kafka.process.stop());
    const log = await startLogDouble(join(folder, 'log'));
    opened.defer(() => log.process.stop());
    return {
      folder,
      brokers: kafka.brokers,
      topicsFolder: join(folder, 'kafka', 'log'),
      databaseUrl: postgres.url,
      logUrl: log.url,
      pids: { kafka: pidOf(kafka.process), postgres: pidOf(postgres.process), log: pidOf(log.process) },
      stop: () => opened.disposeAsync(),
    };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

function pidOf({ pid }: EngineProcess): number {
  if (pid === undefined) throw new Error('an engine has ended');
  return pid;
}
