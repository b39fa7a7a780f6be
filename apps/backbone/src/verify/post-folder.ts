import { setTimeout as sleep } from 'node:timers/promises';
import type { FacilityDetails } from '#domain/facilities/facility-events.js';
import type { ViewStatus } from '#projections/projection.js';
import { readSample, sampleFiles } from '../samples/sample-folder.js';
import { countBy } from './truth.js';
import type { Client } from './client.js';

/** Posts every message of a folder in its order; resolves to how many answers there were of each status. */
export async function postFolder(
  folder: string,
  client: Client,
  facilities: readonly FacilityDetails[],
): Promise<ReadonlyMap<string, number>> {
  const kinds = new Map(facilities.map(({ code, kind }) => [code, kind]));
  const statuses: number[] = [];
  for (const file of sampleFiles(folder)) {
    const { sender, body } = await readSample(file);
    const kind = kinds.get(sender) === 'commune-station' ? 'station' : 'hospital';
    statuses.push(await client.send(new Uint8Array(body), { kind, facility: sender }));
  }
  return countBy(statuses, String);
}

/** Waits until every view shows all that is in the log. */
export async function waitForViews(client: Client, withinMs: number): Promise<void> {
  for (const end = Date.now() + withinMs; ; await sleep(25)) {
    const { position, views } = await client.get<{ position: number; views: ViewStatus[] }>('/views', {
      kind: 'operator',
    });
    const late = views.filter((view) => view.position < position);
    if (late.length === 0) return;
    if (Date.now() > end)
      throw new Error(`Views that do not catch up: ${late.map(({ name, state }) => `${name} (${state})`).join(', ')}`);
  }
}
