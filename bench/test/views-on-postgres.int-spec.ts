import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { testDatabase } from '#deploy/local/src/test-database.js';
import { openEmbeddedEventStore } from '#event-store/embedded/embedded-event-store.js';
import type { EventStore } from '#event-store/event-store.js';
import { createEmbeddedViewHost } from '#projections/embedded/embedded-view-host.js';
import { createPostgresViewHost } from '#projections/postgres/postgres-view-host.js';
import type { View, ViewHost } from '#projections/view-host.js';
import { fillLog } from '../src/views/filled-log.js';
import { loadView, moduleOf, views } from '../src/views/views-of-apps.js';

const database = await testDatabase('views of the services on PostgreSQL');
const schemaPrefix = `t${randomUUID().slice(0, 8)}`;

type Rows = Readonly<Record<string, readonly string[]>>;

const inOrder = (rows: readonly Readonly<Record<string, unknown>>[]): readonly string[] =>
  rows.map((row) => JSON.stringify(Object.entries(row).toSorted())).toSorted();

(database === undefined ? describe.skip : describe)('the views of the services on PostgreSQL', () => {
  let folder: string;
  let events: EventStore;
  let embedded: ViewHost;
  let postgres: ViewHost;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'views-on-postgres-'));
    const { file } = await fillLog(join(folder, 'log'), 25);
    events = await openEmbeddedEventStore({ file });
    embedded = await createEmbeddedViewHost({ eventStoreFile: file, folder: join(folder, 'views') });
    postgres = await createPostgresViewHost({ url: database?.url ?? '', events, schemaPrefix });
  }, 120_000);
  afterAll(async () => {
    await embedded.close();
    await postgres.close();
    await events.close();
    const client = new pg.Client({ connectionString: database?.url });
    await client.connect();
    const { rows } = await client.query<{ name: string }>(
      'select nspname as name from pg_namespace where starts_with(nspname, $1)',
      [`${schemaPrefix}_`],
    );
    for (const { name } of rows) await client.query(`drop schema ${name} cascade`);
    await client.end();
    await database?.stop();
    rmSync(folder, { recursive: true });
  }, 60_000);

  async function built(host: ViewHost, source: (typeof views)[number]): Promise<View> {
    const view = await host.add({ module: moduleOf(source), settings: source.settings });
    expect(await view.waitFor(await events.head(), 60_000)).toBe(true);
    expect(await view.status()).toMatchObject({ setAside: 0 });
    return view;
  }

  it.each(views.map((source) => [source.module, source] as const))(
    '%s has the same rows as on the embedded engine',
    async (_, source) => {
      const { name, version } = await loadView(source);
      await built(embedded, source);
      const onFile = rowsInFile(join(folder, 'views', `${name}-v${version}.sqlite`));
      const view = await built(postgres, source);
      const onServer: Record<string, readonly string[]> = {};
      for (const table of Object.keys(onFile)) {
        onServer[table] = inOrder(await view.database.query(`select * from "${table}"`));
      }
      expect(onServer).toEqual(onFile);
      expect(Object.values(onServer).flat().length).toBeGreaterThan(50);
    },
    120_000,
  );
});

function rowsInFile(file: string): Rows {
  const opened = new DatabaseSync(file, { readOnly: true });
  const tables = opened.prepare(`select name from sqlite_schema where type = 'table' order by name`).all();
  const own = new Set(['checkpoint', 'set_aside']);
  const rows = tables
    .map(({ name }) => String(name))
    .filter((name) => !own.has(name))
    .map((name) => [name, inOrder(opened.prepare(`select * from "${name}"`).all())] as const);
  opened.close();
  return Object.fromEntries(rows);
}
