import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { describeOn, describeWhere } from '#deploy/local/src/describe-on.js';
import type { EngineProcess } from '#deploy/local/src/engine-process.js';
import { everyTestDatabase } from '#deploy/local/src/test-database.js';
import { openEmbeddedEventStore } from '#event-store/embedded/embedded-event-store.js';
import { type EventStore, streamName } from '#event-store/event-store.js';
import { createPostgresViewHost, type PostgresViewHostOptions } from '../src/postgres/postgres-view-host.js';
import type { View, ViewHost } from '../src/view-host.js';
import { countsIn, visitsModule } from './view-host-contract.js';

const program = fileURLToPath(new URL('postgres-replica-process.js', import.meta.url));

describeOn(await everyTestDatabase('replicas on PostgreSQL'), (engine, database, killable) => {
  describe(`replicas of views: ${engine}`, () => {
    let folder: string;
    let file: string;
    let schemaPrefix: string;
    let events: EventStore;
    const hosts: ViewHost[] = [];
    const processes: ChildProcess[] = [];
    const expected: Record<string, number> = {};

    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), 'replicas-'));
      file = join(folder, 'events.sqlite');
      schemaPrefix = `t${randomUUID().slice(0, 8)}`;
      events = await openEmbeddedEventStore({ file });
      for (const facility of Object.keys(expected)) delete expected[facility];
    });
    afterEach(async () => {
      for (const one of processes.splice(0)) await kill(one);
      await Promise.all(hosts.splice(0).map((host) => host.close()));
      await events.close();
      await database().dropSchemas(schemaPrefix);
      rmSync(folder, { recursive: true });
    }, 30_000);

    async function replica(more: Partial<PostgresViewHostOptions> = {}): Promise<{ host: ViewHost; view: View }> {
      const host = await createPostgresViewHost({
        url: database().url,
        events,
        schemaPrefix,
        takeOverAfterMs: 1_500,
        readingMs: 200,
        ...more,
      });
      hosts.push(host);
      return { host, view: await host.add({ module: visitsModule, settings: { busyMs: 1 } }) };
    }

    /** A projecting replica in a process of its own. */
    async function started(): Promise<ChildProcess> {
      const child = spawn(process.execPath, [program, database().url, schemaPrefix, file], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      processes.push(child);
      await once(child.stdout, 'data');
      return child;
    }

    async function kill(child: ChildProcess): Promise<void> {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const closed = once(child, 'close');
      child.kill('SIGKILL');
      await closed;
    }

    async function record(count: number): Promise<void> {
      const visits = Array.from({ length: count }, () => {
        const facility = `08Z${randomInt(10, 15)}`;
        expected[facility] = (expected[facility] ?? 0) + 1;
        const metadata = { occurredAt: '2026-10-01T07:30:00+07:00', facility };
        return { id: randomUUID(), type: 'VisitRecorded', data: {}, metadata };
      });
      await events.append(streamName('visit', randomUUID()), 'noStream', visits);
    }

    /** Records while the work goes on. */
    async function underLoad(work: () => Promise<void>, atOnce = 8): Promise<void> {
      const enough = new AbortController();
      const load = (async () => {
        for (; !enough.signal.aborted; await pause(20)) await record(atOnce);
      })();
      try {
        await work();
      } finally {
        enough.abort();
        await load;
      }
    }

    async function generations(): Promise<readonly string[]> {
      const client = new pg.Client({ connectionString: database().url });
      await client.connect();
      const { rows } = await client.query<{ name: string }>(
        `select schema_name as name from ${schemaPrefix}_host.view_checkpoint`,
      );
      await client.end();
      return rows.map(({ name }) => name);
    }

    async function expectEachOnce(view: View, withinMs = 30_000): Promise<void> {
      expect(await view.waitFor(await events.head(), withinMs)).toBe(true);
      expect(await countsIn(view.database)).toEqual(expected);
      const arrivals = await view.database.query<{ position: number }>(
        'select position from arrivals order by sequence',
      );
      const positions = arrivals.map(({ position }) => position);
      expect(positions).toEqual(positions.toSorted((a, b) => a - b));
      expect(await view.status()).toMatchObject({ setAside: 0 });
    }

    it('that start at once make the tables once, and one projects for all', async () => {
      await record(50);
      const all = await Promise.all([replica(), replica(), replica()]);
      await record(50);
      for (const { view } of all) await expectEachOnce(view);
    });

    it('hear of each other’s commits', async () => {
      const { view: projecting } = await replica();
      const { view } = await replica({ projects: false });
      await record(1);
      await expectEachOnce(projecting);
      const heard: number[] = [];
      view.onAdvanced((position) => heard.push(position));
      for (let i = 0; i < 20; i++) {
        await record(1);
        expect(await view.waitFor(await events.head(), 5_000)).toBe(true);
      }
      expect(heard.at(-1)).toBe(await events.head());
      await expectEachOnce(view);
    });

    it('take over from one that closes', async () => {
      const first = await replica();
      await record(20);
      await expectEachOnce(first.view);
      const second = await replica();
      await first.host.close();
      await record(20);
      await expectEachOnce(second.view, 5_000);
    });

    it('take over from one that is killed, again and again, and lose or double nothing', async () => {
      const { view } = await replica({ projects: false });
      await underLoad(async () => {
        let projecting = await started();
        for (let round = 0; round < 4; round++) {
          const next = await started();
          await pause(randomInt(100, 600));
          await kill(projecting);
          projecting = next;
          const before = (await view.status()).position;
          expect(await view.waitFor(before + 20, 10_000)).toBe(true);
        }
      });
      await expectEachOnce(view);
    }, 60_000);

    it('take over from one that is held up, and what it still had in hand is not written when it goes on', async () => {
      const { view } = await replica({ projects: false });
      await underLoad(async () => {
        const held = await started();
        await view.waitFor(20, 10_000);
        await started();
        for (let round = 0; round < 2; round++) {
          held.kill('SIGSTOP');
          const before = (await view.status()).position;
          expect(await view.waitFor(before + 50, 15_000)).toBe(true);
          held.kill('SIGCONT');
          await pause(500);
        }
      });
      await expectEachOnce(view);
    }, 60_000);

    it('rebuild together, whoever is asked: one builds, all go over, those who only read too', async () => {
      await record(200);
      const [first, second] = [await replica(), await replica()];
      const { view: reading } = await replica({ projects: false });
      await expectEachOnce(reading);
      await underLoad(async () => {
        expect(await reading.rebuild()).toBe('begun');
        expect(await first.view.rebuild()).toBe('under-way');
        let least = 0;
        for (let building = true; building;) {
          const statuses = await Promise.all([first.view, second.view, reading].map((view) => view.status()));
          building = statuses.some(({ build }) => build !== undefined);
          for (const { view } of [first, second, { view: reading }]) {
            expect(Object.keys(await countsIn(view.database))).toHaveLength(5);
          }
          const [row] = await reading.database.query<{ count: number }>('select count(*) as count from arrivals');
          expect(row?.count).toBeGreaterThanOrEqual(least);
          least = row?.count ?? 0;
        }
      }, 1);
      for (const view of [first.view, second.view, reading]) await expectEachOnce(view);
      while ((await generations()).length > 1) await pause(50);
      expect(await generations()).toEqual([`${schemaPrefix}_visits_by_facility_v1_g2`]);
    }, 60_000);

    it('go on building where one that is killed was', async () => {
      const { view } = await replica({ projects: false });
      const building = await started();
      for (let i = 0; i < 20; i++) await record(100);
      await expectEachOnce(view);
      await view.rebuild();
      let reached = 0;
      while (reached < 200) reached = (await view.status()).build?.position ?? 0;
      await kill(building);
      await started();
      for (let status = await view.status(); status.build !== undefined; status = await view.status()) {
        expect(status.build.position).toBeGreaterThanOrEqual(reached);
        reached = status.build.position;
        await pause(20);
      }
      await expectEachOnce(view);
    }, 60_000);

    describeWhere(killable, 'the server is not the suite’s own to kill', () => {
      it('go on where they were when the server is killed and started again under load', async () => {
        const server = database().process;
        if (!server) throw new Error('no process to kill');
        const faults: string[] = [];
        const { view } = await replica({ onFault: ({ reason }) => faults.push(reason) });
        const { view: reading } = await replica({ projects: false });
        await underLoad(async () => {
          for (let round = 0; round < 2; round++) {
            await pause(700);
            await server.kill();
            expect(await view.status()).toMatchObject({ state: 'failed' });
            await expect(reading.database.query('select 1 as one')).rejects.toMatchObject({
              name: 'DatabaseUnavailable',
            });
            await startAgain(server);
          }
          await pause(500);
        });
        await expectEachOnce(view);
        await expectEachOnce(reading);
        expect(faults.filter((reason) => !reason.startsWith('DatabaseUnavailable'))).toEqual([]);
      }, 90_000);
    });
  });
});

/** What a killed server leaves behind is in the way of the next for a moment. */
async function startAgain(server: EngineProcess): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await server.start();
    } catch (error) {
      if (tries >= 20) throw error;
      await pause(250);
    }
  }
}
