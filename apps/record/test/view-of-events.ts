/** The view of the health record on the embedded engine's own file, filled without an event store. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RecordedEvent } from '#event-store/event-store.js';
import { SqliteReadDatabase } from '#projections/embedded/sqlite-read-database.js';
import { ViewFile } from '#projections/embedded/view-file.js';
import type { Projection, ReadDatabase } from '#projections/projection.js';
import type { View, ViewHost } from '#projections/view-host.js';
import { createProjection } from '../src/projection/health-record.projection.js';

export interface ViewOfEvents {
  readonly file: string;
  readonly database: ReadDatabase;
  /** One batch. */
  apply(events: readonly RecordedEvent[]): Promise<void>;
  /** A view host that has this view alone. */
  readonly host: ViewHost;
  close(): Promise<void>;
}

export async function viewOfEvents(): Promise<ViewOfEvents> {
  const folder = mkdtempSync(join(tmpdir(), 'record-view-'));
  const projection: Projection = await createProjection(undefined);
  const file = ViewFile.open(folder, projection, 'test');
  file.settle();
  const database = new SqliteReadDatabase(file.path);
  const view: View = {
    database,
    file: () => file.path,
    status: () => Promise.reject(new Error('not asked for in these tests')),
    onAdvanced: () => () => undefined,
    waitFor: () => Promise.resolve(true),
    setAside: () => Promise.resolve([]),
    retrySetAside: () => Promise.resolve({ applied: 0, remaining: 0 }),
    rebuild: () => Promise.reject(new Error('not asked for in these tests')),
    cancelRebuild: () => Promise.resolve('none'),
  };
  return {
    file: file.path,
    database,
    apply: (events) => file.transaction(events.at(-1)?.position ?? 0, (rows) => projection.apply(events, rows)),
    host: {
      add: () => Promise.resolve(view),
      find: () => view,
      statuses: () => Promise.resolve([]),
      whileAlone: (_name, signal, work) => work(signal).then(() => true),
      close: () => Promise.resolve(),
    },
    close: async () => {
      await database.close();
      file.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
