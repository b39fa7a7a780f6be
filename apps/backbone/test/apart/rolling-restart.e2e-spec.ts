import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { ServiceName } from '#deploy/local/src/gateway/public-paths.js';
import { openEventStoreDb } from '#event-store/eventstoredb/eventstoredb-event-store.js';
import { syntheticWorld } from '#station-formats/synthetic/synthetic-world.js';
import { waitForViews } from '../../src/verify/post-folder.js';
import { differs } from '../../src/verify/truth.js';
import { compareWithTruth } from '../../src/verify/verify-folder.js';
import { writeWorld } from '../synthetic-folder.js';
import { engineServers } from './engine-servers.js';
import { startInstallation } from './installation.js';
import { Stations } from './stations.js';

const servers = await engineServers('rolling restart');
afterAll(() => servers?.stop(), 60_000);

/** Every replica of every service once, in order or as a power cut would. */
const rollout: readonly (readonly [ServiceName, number, NodeJS.Signals])[] = [
  ['province', 0, 'SIGKILL'],
  ['commune', 0, 'SIGTERM'],
  ['district', 0, 'SIGTERM'],
  ['commune', 1, 'SIGKILL'],
  ['record', 0, 'SIGKILL'],
  ['district', 1, 'SIGKILL'],
  ['record', 1, 'SIGTERM'],
  ['province', 1, 'SIGTERM'],
];

/** How many streams of a category have how many events of a type. */
async function eventsOfLog(url: string, type: string): Promise<{ readonly streams: number; readonly most: number }> {
  const log = await openEventStoreDb({ url });
  const counts = new Map<string, number>();
  try {
    for await (const { events } of log.readAll({ filter: { types: [type] } })) {
      for (const { stream } of events) counts.set(stream, (counts.get(stream) ?? 0) + 1);
    }
  } finally {
    await log.close();
  }
  return { streams: counts.size, most: Math.max(0, ...counts.values()) };
}

(servers ? describe : describe.skip)('two replicas of each service, replaced one after the other under load', () => {
  it('lose nothing and double nothing', async () => {
    if (!servers) throw new Error('there are servers');
    const world = syntheticWorld({
      seed: 20_264,
      residents: 60,
      from: '2026-08-15',
      to: '2026-10-20',
      era: '2026',
      untidy: true,
    });
    const folder = mkdtempSync(join(tmpdir(), 'rolling-'));
    writeWorld(folder, world);
    const installation = await startInstallation(servers, { facilities: join(folder, 'facilities.tsv'), replicas: 2 });
    try {
      const stations = new Stations(installation.client, world.files);
      for (const [done, [service, replica, signal]] of rollout.entries()) {
        const share = 1 / (rollout.length + 1 - done);
        await stations.sendWhile(installation.replace(service, replica, signal), share);
      }
      await stations.sendWhile(Promise.resolve(), 1);

      expect([...stations.answers.keys()].filter((status) => status !== 200 && status !== 201)).toEqual([]);
      expect(stations.repeats).toBeGreaterThan(rollout.length);
      for (const client of installation.clients()) {
        await waitForViews(client, 60_000);
        expect(await client.get('/health/ready', { kind: 'operator' })).toMatchObject({ status: 'ready' });
      }
      expect((await compareWithTruth(folder, installation.client)).filter(differs)).toEqual([]);

      const { eventStoreUrl } = installation;
      const different = new Set(world.files.map(({ sender, bytes }) => `${sender} ${bytes.toString('base64')}`)).size;
      expect(await eventsOfLog(eventStoreUrl, 'MessageAccepted')).toEqual({ streams: different, most: 1 });
      expect(await eventsOfLog(eventStoreUrl, 'VisitRecorded')).toEqual({ streams: world.truth.visits, most: 1 });
      expect(await eventsOfLog(eventStoreUrl, 'ResidentRegistered')).toEqual({
        streams: world.truth.residentsKnown,
        most: 1,
      });
    } finally {
      await installation.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  }, 240_000);
});
