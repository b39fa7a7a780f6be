/** Two replicas of the record on PostgreSQL: one notifies at a time, another goes on where it was killed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { Bundle, Subscription } from '@medplum/fhirtypes';
import { eventsOf, Receiver } from '#apps/record/test/subscriptions/receiver.js';
import { subscription } from '#apps/record/test/subscriptions/subscription-builder.js';
import type { FacilityCode } from '#domain/ids.js';
import { syntheticWorld } from '#station-formats/synthetic/synthetic-world.js';
import { writeWorld } from '../synthetic-folder.js';
import { engineServers } from './engine-servers.js';
import { startInstallation } from './installation.js';

const servers = await engineServers('subscriptions apart');
afterAll(() => servers?.stop(), 60_000);

const leastOfRound = 40;

(servers ? describe : describe.skip)('two replicas of the record, each killed under load', () => {
  it('tell a subscriber of every event, once by number and in order', async () => {
    if (!servers) throw new Error('there are servers');
    const world = syntheticWorld({
      seed: 7,
      residents: 10,
      from: '2026-10-01',
      to: '2026-10-10',
      era: '2026',
      untidy: false,
    });
    const folder = mkdtempSync(join(tmpdir(), 'subscriptions-apart-'));
    writeWorld(folder, world);
    const receiver = await Receiver.start();
    const installation = await startInstallation(servers, {
      facilities: join(folder, 'facilities.tsv'),
      replicas: 2,
      settings: { SUBSCRIPTION_HTTP: 'on', SUBSCRIPTION_NETWORKS: '127.0.0.0/8' },
    });
    try {
      const station = (world.files[0]?.sender ?? '') as FacilityCode;
      const authorization = `Bearer ${await installation.issuer.issue({ kind: 'station', facility: station, hours: 1 })}`;
      const ask = (method: string, path: string, body?: object, type = 'application/fhir+json') =>
        fetch(installation.origin + path, {
          method,
          headers: { authorization, ...(body && { 'content-type': type }) },
          ...(body && { body: JSON.stringify(body) }),
        });
      const made = await ask(
        'POST',
        '/fhir/Subscription',
        subscription('encounter-recorded', receiver.url, { maxCount: 10 }),
      );
      expect(made.status).toBe(201);
      const { id } = (await made.json()) as Subscription;

      let episode = 0;
      let accepted = 0;
      const send = async (count: number): Promise<void> => {
        for (const end = accepted + count; accepted < end;) {
          const command = {
            command: 'record-visit',
            person: {
              name: 'Nông Thị Thử Nghiệm',
              sex: 'female',
              birthDate: '1961-05-11',
              identifiers: [{ system: 'national-id', value: '008161000001' }],
            },
            visit: {
              episode: `${station}.202610.${String((episode += 1)).padStart(5, '0')}`,
              start: '2026-10-02T08:00:00+07:00',
              diagnoses: [{ code: 'I10', role: 'main' }],
            },
          };
          const answer = await ask('POST', '/intake/messages', command, 'application/json');
          await answer.arrayBuffer();
          if (answer.status === 201) accepted += 1;
        }
      };
      for (const [replica, signal] of [
        [0, 'SIGKILL'],
        [1, 'SIGKILL'],
        [0, 'SIGTERM'],
      ] as const)
        await Promise.all([send(leastOfRound), installation.replace('record', replica, signal)]);
      await send(leastOfRound);

      const numbers = (): readonly number[] =>
        receiver.taken.flatMap(({ bundle }) => eventsOf(bundle).map(({ number }) => number));
      for (let waited = 0; new Set(numbers()).size < accepted && waited < 3_000; waited += 1) await sleep(20);
      const first = [...new Set(numbers())];
      expect(first).toEqual(Array.from({ length: accepted }, (_, index) => index + 1));
      const events = receiver.taken.flatMap(({ bundle }) => eventsOf(bundle));
      const focusOf = new Map(events.map(({ number, focus }) => [number, focus]));
      expect(events.filter(({ number, focus }) => focusOf.get(number) !== focus)).toEqual([]);
      expect(new Set(focusOf.values()).size).toBe(accepted);
      const bundle = (await (await ask('GET', `/fhir/Subscription/${id}/$events?_count=500`)).json()) as Bundle;
      expect(eventsOf(bundle).map(({ number }) => number)).toEqual(first);
      process.stdout.write(`subscriptions apart: ${accepted} events, ${events.length - accepted} of them sent again\n`);
    } finally {
      await installation.stop();
      await receiver.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  }, 300_000);
});
