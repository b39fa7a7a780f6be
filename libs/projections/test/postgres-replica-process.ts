/** One replica: projects visits into PostgreSQL whenever it is its turn, until it is killed. */
import { openEmbeddedReader } from '#event-store/embedded/embedded-reader.js';
import { createPostgresViewHost } from '../src/postgres/postgres-view-host.js';

const [url = '', schemaPrefix = '', file = ''] = process.argv.slice(2);
const host = await createPostgresViewHost({
  url,
  schemaPrefix,
  events: openEmbeddedReader({ file }),
  takeOverAfterMs: 1_500,
  onFault: ({ reason }) => process.stdout.write(`fault ${reason}\n`),
});
await host.add({ module: new URL('modules/visits-by-facility.js', import.meta.url), settings: { busyMs: 1 } });
process.stdout.write('running\n');
