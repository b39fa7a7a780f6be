import { spawn } from 'node:child_process';
import { randomInt, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { openEmbeddedEventStore } from '#event-store/embedded/embedded-event-store.js';
import { streamName } from '#event-store/event-store.js';
import { createEmbeddedViewHost } from '../src/embedded/embedded-view-host.js';
import {
  type ContractStorage,
  countsIn,
  describeViewHostContract,
  visit,
  visitsModule as module,
} from './view-host-contract.js';
import { describeRebuildContract } from './view-rebuild-contract.js';

describeViewHostContract('embedded SQLite', newStorage);
describeRebuildContract('embedded SQLite', newStorage);

async function newStorage(): Promise<ContractStorage> {
  const folder = mkdtempSync(join(tmpdir(), 'views-'));
  return {
    open: ({ file }, onFault, readingMs = 200) =>
      createEmbeddedViewHost({ eventStoreFile: file, folder, readingMs, onFault }),
    ofProcess: [folder],
    stored: async (view) => readdirSync(folder).filter((name) => name.startsWith(view) && name.endsWith('.sqlite')),
    clear: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

describe('a view that has a long way to go and asks to be built apart', () => {
  it('is run in a second thread, and is to its readers as any other', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'views-apart-'));
    const file = join(folder, 'events.sqlite');
    const store = await openEmbeddedEventStore({ file });
    const told = async (count: number): Promise<number> => {
      const events = Array.from({ length: count }, () => visit('08Z11', {}, 'VisitSeen'));
      return (await store.append(streamName('visit', randomUUID()), 'noStream', events)).position;
    };
    await told(200);
    const visits = Array.from({ length: 3 }, () => visit('08Z11'));
    const { position } = await store.append(streamName('visit', randomUUID()), 'noStream', visits);
    const faults: unknown[] = [];
    const onFault = (fault: unknown): number => faults.push(fault);
    const host = await createEmbeddedViewHost({ eventStoreFile: file, folder, longWay: 100, onFault });
    const beside = { name: 'visits-beside' };
    const apart = { name: 'visits-apart', buildsApart: true } as const;
    const views = [await host.add({ module, settings: beside }), await host.add({ module, settings: apart })];
    for (const view of views) {
      expect(await view.waitFor(position, 30_000)).toBe(true);
      expect(await countsIn(view.database)).toEqual({ '08Z11': 3 });
    }
    await expect(host.add({ module, settings: apart })).rejects.toThrow('added already');
    expect(await host.find('visits-apart')?.rebuild()).toBe('begun');
    const last = await store.append(streamName('visit', randomUUID()), 'noStream', [visit('08Z12')]);
    for (const view of views) {
      expect(await view.waitFor(last.position, 30_000)).toBe(true);
      expect(await countsIn(view.database)).toEqual({ '08Z11': 3, '08Z12': 1 });
    }
    await host.close();
    const again = await createEmbeddedViewHost({ eventStoreFile: file, folder, longWay: 100 });
    const view = await again.add({ module, settings: apart });
    expect(await view.waitFor(last.position, 30_000)).toBe(true);
    expect(await countsIn(view.database)).toEqual({ '08Z11': 3, '08Z12': 1 });
    await again.close();
    expect(faults).toEqual([]);
    await store.close();
    rmSync(folder, { recursive: true });
  }, 90_000);
});

describe('a large view', () => {
  it('is read when the indexes of its readers have been made, beside the turns of the others', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'views-large-'));
    const file = join(folder, 'events.sqlite');
    const store = await openEmbeddedEventStore({ file });
    const told = async (count: number): Promise<number> => {
      const events = Array.from({ length: count }, () => visit('08Z11'));
      return (await store.append(streamName('visit', randomUUID()), 'noStream', events)).position;
    };
    await told(40);
    const host = await createEmbeddedViewHost({ eventStoreFile: file, folder });
    const [large, small] = await Promise.all([
      host.add({ module: new URL('modules/large-rows.js', import.meta.url) }),
      host.add({ module, settings: {} }),
    ]);
    const last = await told(2);
    expect(await small.waitFor(last, 30_000)).toBe(true);
    expect(await large.waitFor(last, 30_000)).toBe(true);
    const plan = await large.database.query<{ detail: string }>(
      `explain query plan select position from page where facility = '08Z11'`,
    );
    expect(plan.map(({ detail }) => detail).join()).toContain('page_by_facility');
    expect(await large.database.query('select count(*) as count from page')).toEqual([{ count: 42 }]);
    expect(await large.status()).toMatchObject({ state: 'live', setAside: 0 });
    await host.close();
    await store.close();
    rmSync(folder, { recursive: true });
  }, 90_000);
});

describe('views of a process that is killed: embedded SQLite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'views-crash-'));
  const program = fileURLToPath(new URL('crash-process.js', import.meta.url));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ['following the log', 'following', 15],
    ['being rebuilt again and again', 'rebuilding', 25],
  ])(
    '%s, have every event once after many kills, those set aside included',
    async (_, work, kills) => {
      for (let i = 0; i < kills; i++) {
        const child = spawn(process.execPath, [program, folder, work], { stdio: ['ignore', 'pipe', 'inherit'] });
        const closed = once(child, 'close');
        await Promise.race([once(child.stdout, 'data'), closed]);
        await pause(randomInt(5, 250));
        child.kill('SIGKILL');
        expect(await closed).toEqual([null, 'SIGKILL']);
      }

      const eventStoreFile = join(folder, 'events.sqlite');
      expect(existsSync(eventStoreFile)).toBe(true);
      const store = await openEmbeddedEventStore({ file: eventStoreFile });
      const host = await createEmbeddedViewHost({ eventStoreFile, folder });
      const views = await Promise.all(
        ['visits-by-facility', 'visits-slowly'].map((name) => host.add({ module, settings: { name } })),
      );
      const expected: Record<string, number> = {};
      const refused: string[] = [];
      for await (const batch of store.readAll({ filter: { types: ['VisitRecorded'] } })) {
        for (const { id, data, metadata } of batch.events) {
          if ((data as { refuse: boolean }).refuse) refused.push(id);
          else expected[metadata.facility ?? ''] = (expected[metadata.facility ?? ''] ?? 0) + 1;
        }
      }
      expect(Object.values(expected).length).toBe(10);
      for (const view of views) {
        expect(await view.waitFor(await store.head(), 30_000)).toBe(true);
        expect(await countsIn(view.database)).toEqual(expected);
        expect((await view.setAside()).map((event) => event.eventId)).toEqual(refused);
        expect(await view.status()).toMatchObject({ setAside: refused.length, state: 'live' });
      }
      for (const view of views) {
        while ((await view.status()).build !== undefined) await pause(20);
        expect(await countsIn(view.database)).toEqual(expected);
      }
      await host.close();
      await store.close();
    },
    180_000,
  );
});
