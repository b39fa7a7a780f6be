/** Appends visits and projects them, in one process, and rebuilds the views if asked, until it is killed. */
import { randomInt, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { openEmbeddedEventStore } from '#event-store/embedded/embedded-event-store.js';
import { streamName } from '#event-store/event-store.js';
import { createEmbeddedViewHost } from '../src/embedded/embedded-view-host.js';

const [folder = '', work] = process.argv.slice(2);
const eventStoreFile = join(folder, 'events.sqlite');
const store = await openEmbeddedEventStore({ file: eventStoreFile });
const host = await createEmbeddedViewHost({ eventStoreFile, folder, readingMs: 5 });
const module = new URL('modules/visits-by-facility.js', import.meta.url);
for (const name of ['visits-by-facility', 'visits-slowly']) {
  await host.add({ module, settings: { name, busyMs: name === 'visits-slowly' ? 1 : 0 } });
}
process.stdout.write('running\n');

async function keepRebuilding(): Promise<never> {
  for (; ; await new Promise((resolve) => setTimeout(resolve, 10))) {
    for (const name of ['visits-by-facility', 'visits-slowly']) await host.find(name)?.rebuild();
  }
}

async function keepAppending(): Promise<never> {
  for (;;) {
    const events = Array.from({ length: randomInt(1, 4) }, () => ({
      id: randomUUID(),
      type: randomInt(4) === 0 ? 'VisitAmended' : 'VisitRecorded',
      data: { refuse: randomInt(50) === 0 },
      metadata: { occurredAt: new Date().toISOString(), facility: `08Z${randomInt(10, 20)}` },
    }));
    await store.append(streamName('visit', randomUUID()), 'noStream', events);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

await Promise.all([...Array.from({ length: 8 }, keepAppending), ...(work === 'rebuilding' ? [keepRebuilding()] : [])]);
