/** A view of the record on either engine, and where exports of it are kept and made. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RecordedEvent } from '#event-store/event-store.js';
import { createPostgresViewHost } from '#projections/postgres/postgres-view-host.js';
import type { ProjectedLog } from '#projections/postgres/projected-log.js';
import type { ReadDatabase } from '#projections/projection.js';
import type { ExportStore, WorkplaceSettings } from '../src/export/store/export-store.js';
import { FolderStore } from '../src/export/store/folder-store.js';
import { PostgresStore } from '../src/export/store/postgres-store.js';
import { healthRecordProjection } from '../src/record.module.js';
import { viewOfEvents } from './view-of-events.js';

export interface ExportWorld {
  readonly database: ReadDatabase;
  readonly store: ExportStore;
  readonly workplace: WorkplaceSettings;
  apply(events: readonly RecordedEvent[]): Promise<void>;
  close(): Promise<void>;
}

export async function embeddedWorld(events: readonly RecordedEvent[]): Promise<ExportWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'exports-'));
  const view = await viewOfEvents();
  await view.apply(events);
  return {
    database: view.database,
    store: new FolderStore(folder),
    workplace: { engine: 'embedded', folder, viewFile: view.file },
    apply: (more) => view.apply(more),
    close: async () => {
      await view.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

let worlds = 0;

/** @param url of a PostgreSQL server */
export async function postgresWorld(url: string, events: readonly RecordedEvent[]): Promise<ExportWorld> {
  const log = new LogInMemory(events);
  const viewPrefix = `exported${process.pid}_${(worlds += 1)}`;
  const host = await createPostgresViewHost({ url, schemaPrefix: viewPrefix, events: log });
  const view = await host.add({ module: healthRecordProjection });
  const store = new PostgresStore(url);
  const reach = async (): Promise<void> => {
    if (!(await view.waitFor(await log.head(), 60_000))) throw new Error('The view does not follow');
  };
  await reach();
  return {
    database: view.database,
    store,
    workplace: { engine: 'postgres', url, viewPrefix },
    apply: async (more) => {
      log.append(more);
      await reach();
    },
    close: async () => {
      for (const { job } of await store.all()) await store.remove(job.id);
      await store.close();
      await host.close();
    },
  };
}

class LogInMemory implements ProjectedLog {
  readonly #events: RecordedEvent[];
  #grown = Promise.withResolvers<void>();

  constructor(events: readonly RecordedEvent[]) {
    this.#events = [...events];
  }

  append(events: readonly RecordedEvent[]): void {
    this.#events.push(...events);
    this.#grown.resolve();
    this.#grown = Promise.withResolvers<void>();
  }

  head = async (): Promise<number> => this.#events.at(-1)?.position ?? 0;

  async *readAll({ after = 0 }: Parameters<ProjectedLog['readAll']>[0] = {}): ReturnType<ProjectedLog['readAll']> {
    const events = this.#events.filter(({ position }) => position > after);
    yield { events, position: await this.head(), caughtUp: true };
  }

  async *subscribe({ after = 0, signal }: Parameters<ProjectedLog['subscribe']>[0] = {}): ReturnType<
    ProjectedLog['subscribe']
  > {
    const aborted = new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
    let from = after;
    for (;;) {
      if (signal?.aborted === true) return;
      const grown = this.#grown.promise;
      for await (const batch of this.readAll({ after: from })) {
        yield batch;
        from = batch.position;
      }
      await Promise.race([grown, aborted]);
    }
  }
}
