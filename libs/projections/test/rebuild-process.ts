/** Rebuilds the view of visits and says how far it is, until it is killed. */
import { setTimeout as pause } from 'node:timers/promises';
import { openEmbeddedReader } from '#event-store/embedded/embedded-reader.js';
import { createEmbeddedViewHost } from '../src/embedded/embedded-view-host.js';
import { createPostgresViewHost } from '../src/postgres/postgres-view-host.js';

const [eventStoreFile = '', where = '', schemaPrefix] = process.argv.slice(2);
const host =
  schemaPrefix === undefined
    ? await createEmbeddedViewHost({ eventStoreFile, folder: where })
    : await createPostgresViewHost({ url: where, schemaPrefix, events: openEmbeddedReader({ file: eventStoreFile }) });
const view = await host.add({
  module: new URL('modules/visits-by-facility.js', import.meta.url),
  settings: { busyMs: 1 },
});
await view.rebuild();
for (; ; await pause(5)) process.stdout.write(`${(await view.status()).build?.position ?? 'built'}\n`);
