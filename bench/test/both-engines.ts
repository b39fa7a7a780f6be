/** The same log, its views on the embedded engine and on PostgreSQL. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestDatabase } from '#deploy/local/src/test-database.js';
import { openEmbeddedEventStore } from '#event-store/embedded/embedded-event-store.js';
import type { EventStore } from '#event-store/event-store.js';
import { createEmbeddedViewHost } from '#projections/embedded/embedded-view-host.js';
import { createPostgresViewHost } from '#projections/postgres/postgres-view-host.js';
import type { View } from '#projections/view-host.js';
import { fillLog } from '../src/views/filled-log.js';
import { loadView, moduleOf, type ViewOfApp } from '../src/views/views-of-apps.js';

export interface ViewOnBoth {
  readonly embedded: View;
  readonly postgres: View;
  /** Of the embedded engine. */
  readonly file: string;
}

export interface BothEngines {
  readonly events: EventStore;
  /** Resolves when both have applied the whole log. */
  build(source: ViewOfApp): Promise<ViewOnBoth>;
  close(): Promise<void>;
}

/** @param residents of the synthetic province */
export async function bothEngines(database: TestDatabase, residents: number): Promise<BothEngines> {
  const folder = mkdtempSync(join(tmpdir(), 'both-engines-'));
  const schemaPrefix = `t${randomUUID().slice(0, 8)}`;
  const { file } = await fillLog(join(folder, 'log'), residents);
  const events = await openEmbeddedEventStore({ file });
  const views = join(folder, 'views');
  const embedded = await createEmbeddedViewHost({ eventStoreFile: file, folder: views });
  const postgres = await createPostgresViewHost({ url: database.url, events, schemaPrefix });
  return {
    events,
    async build(source) {
      const { name, version } = await loadView(source);
      const added = { module: moduleOf(source), settings: source.settings };
      const [onFile, onServer] = await Promise.all([embedded.add(added), postgres.add(added)]);
      const head = await events.head();
      for (const view of [onFile, onServer]) {
        const reached = await view.waitFor(head, 60_000);
        const { setAside } = await view.status();
        if (!reached || setAside > 0) throw new Error(`${name} has not applied the log: ${setAside} set aside`);
      }
      return { embedded: onFile, postgres: onServer, file: join(views, `${name}-v${version}.sqlite`) };
    },
    async close() {
      await Promise.all([embedded.close(), postgres.close()]);
      await events.close();
      await database.dropSchemas(schemaPrefix);
      rmSync(folder, { recursive: true });
    },
  };
}
