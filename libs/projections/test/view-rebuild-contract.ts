/** What every view host must do when a view is built anew, or in a new version, observed from outside. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openEmbeddedEventStore } from '#event-store/embedded/embedded-event-store.js';
import type { EventStore, NewEvent, Position } from '#event-store/event-store.js';
import { streamName } from '#event-store/event-store.js';
import { asOneReading } from '../src/one-reading.js';
import type { ViewStatus } from '../src/projection.js';
import { type View, ViewBeingBuilt, type ViewHost } from '../src/view-host.js';
import type { Settings } from './modules/visits-by-facility.js';
import { type ContractStorage, countsIn, visit, visitsModule } from './view-host-contract.js';

const viewName = 'visits-by-facility';

/** @param newStorage without any view, for one test */
export function describeRebuildContract(name: string, newStorage: () => Promise<ContractStorage>): void {
  describe(`rebuilding views: ${name}`, () => {
    let folder: string;
    let store: EventStore;
    let storage: ContractStorage;
    let host: ViewHost;
    let faults: string[];

    const openHost = (readingMs?: number): Promise<ViewHost> =>
      storage.open(
        { file: join(folder, 'log', 'events.sqlite'), events: store },
        ({ reason }) => faults.push(reason),
        readingMs,
      );
    const addView = (settings: Settings = {}): Promise<View> => host.add({ module: visitsModule, settings });
    const reopened = async (settings: Settings, readingMs?: number): Promise<View> => {
      await host.close();
      host = await openHost(readingMs);
      return addView(settings);
    };
    const append = async (...events: NewEvent[]): Promise<Position> =>
      (await store.append(streamName('visit', randomUUID()), 'noStream', events)).position;
    const visits = (facility: string, count: number): Promise<Position> =>
      append(...Array.from({ length: count }, () => visit(facility)));

    /** A view that has everything. */
    async function built(count: number, settings: Settings = {}): Promise<View> {
      for (let left = count; left > 0; left -= 100) await visits('08Z11', Math.min(left, 100));
      const view = await addView(settings);
      expect(await view.waitFor(await store.head(), 60_000)).toBe(true);
      return view;
    }

    async function when(view: View, is: (status: ViewStatus) => boolean): Promise<ViewStatus> {
      for (;;) {
        const status = await view.status();
        if (is(status)) return status;
        await pause(5);
      }
    }
    const whenBuilt = (view: View): Promise<ViewStatus> => when(view, ({ build }) => build === undefined);

    async function whenStored(count: number): Promise<void> {
      while ((await storage.stored(viewName)).length !== count) await pause(20);
    }

    const rowsOf = async ({ database }: View): Promise<unknown> => ({
      visits: await database.query('select * from visits order by facility'),
      arrivals: await database.query('select * from arrivals order by sequence'),
    });

    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), 'rebuild-'));
      faults = [];
      store = await openEmbeddedEventStore({ file: join(folder, 'log', 'events.sqlite') });
      storage = await newStorage();
      host = await openHost();
    });
    afterEach(async () => {
      await host.close();
      await store.close();
      await storage.clear();
      rmSync(folder, { recursive: true, force: true });
    });

    it('gives the same rows, those set aside too, and leaves one generation behind', async () => {
      await append(visit('08Z13'), visit('08Z12', { refuse: true }), visit('08Z12'));
      const view = await built(300);
      const before = await rowsOf(view);
      const aside = (await view.setAside()).map(({ eventId }) => eventId);
      expect(aside).toHaveLength(1);
      expect(await view.rebuild()).toBe('begun');
      await whenBuilt(view);
      expect(await rowsOf(view)).toEqual(before);
      expect((await view.setAside()).map(({ eventId }) => eventId)).toEqual(aside);
      expect(await view.status()).toMatchObject({ version: 1, state: 'live', setAside: 1, delayMs: 0 });
      await whenStored(1);
      expect(await view.waitFor(await visits('08Z14', 1), 5_000)).toBe(true);
      expect(await countsIn(view.database)).toEqual({ '08Z11': 300, '08Z12': 1, '08Z13': 1, '08Z14': 1 });
    }, 60_000);

    it('is not noticed by those who read and write meanwhile; its progress is true', async () => {
      const view = await built(600, { busyMs: 1 });
      const heard: Position[] = [];
      view.onAdvanced((position) => heard.push(position));
      const enough = new AbortController();
      let written = 600;
      const writing = (async () => {
        for (; !enough.signal.aborted; await pause(10)) {
          const position = await visits('08Z11', 1);
          written += 1;
          expect(await view.waitFor(position, 20_000)).toBe(true);
          expect((await countsIn(view.database))['08Z11']).toBeGreaterThanOrEqual(written);
        }
      })();
      let asked = 0;
      const reading = (async () => {
        for (let least = 600; !enough.signal.aborted; asked++) {
          const [row] = await view.database.query<{ count: number }>('select count(*) as count from arrivals');
          expect(row?.count).toBeGreaterThanOrEqual(least);
          least = row?.count ?? 0;
          await pause(1);
        }
      })();
      expect(await view.rebuild()).toBe('begun');
      let reached: Position = 0;
      for (let build = (await view.status()).build; build !== undefined; build = (await view.status()).build) {
        expect(build).toMatchObject({ version: 1, reason: 'rebuild', failing: false });
        expect(build.position).toBeGreaterThanOrEqual(reached);
        expect(build.position).toBeLessThanOrEqual(build.logPosition);
        reached = build.position;
        await pause(20);
      }
      expect(reached).toBeGreaterThan(0);
      const asWasRead = asked;
      await whenStored(1);
      enough.abort();
      await Promise.all([writing, reading]);
      expect(asked).toBeGreaterThan(asWasRead);
      expect(heard).toEqual(heard.toSorted((a, b) => a - b));
      expect(await countsIn(view.database)).toEqual({ '08Z11': written });
      expect(faults).toEqual([]);
    }, 90_000);

    it('is begun once when it is asked for twice at once, and again when it is done', async () => {
      const view = await built(200, { busyMs: 1 });
      const asked = await Promise.all([view.rebuild(), view.rebuild()]);
      expect(asked.toSorted()).toEqual(['begun', 'under-way']);
      expect(await view.rebuild()).toBe('under-way');
      await whenBuilt(view);
      expect(await view.rebuild()).toBe('begun');
      await whenBuilt(view);
      expect(await countsIn(view.database)).toEqual({ '08Z11': 200 });
      await whenStored(1);
    }, 60_000);

    it('can be given up: what serves goes on, nothing else is left', async () => {
      const view = await built(1_000, { busyMs: 1 });
      expect(await view.cancelRebuild()).toBe('none');
      await view.rebuild();
      await when(view, ({ build }) => (build?.position ?? 0) > 0);
      expect(await view.cancelRebuild()).toBe('cancelled');
      await whenBuilt(view);
      await whenStored(1);
      expect(await view.cancelRebuild()).toBe('none');
      expect(await view.waitFor(await visits('08Z12', 1), 10_000)).toBe(true);
      expect(await countsIn(view.database)).toEqual({ '08Z11': 1_000, '08Z12': 1 });
      expect(await view.rebuild()).toBe('begun');
      await whenBuilt(view);
      expect(await countsIn(view.database)).toEqual({ '08Z11': 1_000, '08Z12': 1 });
    }, 60_000);

    it('goes on where it was after a stop; until it is done the old one serves', async () => {
      const view = await built(2_000, { busyMs: 1 });
      await view.rebuild();
      const { build } = await when(view, (status) => (status.build?.position ?? 0) > 200);
      const again = await reopened({ busyMs: 1 });
      const { build: goneOn } = await again.status();
      expect(goneOn?.position).toBeGreaterThanOrEqual(build?.position ?? Infinity);
      expect(goneOn).toMatchObject({ reason: 'rebuild' });
      expect(await countsIn(again.database)).toEqual({ '08Z11': 2_000 });
      await whenBuilt(again);
      expect(await countsIn(again.database)).toEqual({ '08Z11': 2_000 });
      await whenStored(1);
    }, 60_000);

    it('goes on where it was when its process is killed, again and again', async () => {
      await built(3_000);
      await host.close();
      const logFile = join(folder, 'log', 'events.sqlite');
      const program = fileURLToPath(new URL('rebuild-process.js', import.meta.url));
      let reached: Position = 0;
      for (let kills = 0; kills < 3; kills++) {
        const child = spawn(process.execPath, [program, logFile, ...storage.ofProcess], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        const closed = once(child, 'close');
        const from = reached;
        for await (const line of createInterface(child.stdout)) {
          expect(line).not.toBe('built');
          expect(Number(line)).toBeGreaterThanOrEqual(from);
          reached = Number(line);
          if (reached > from) child.kill('SIGKILL');
        }
        expect(await closed).toEqual([null, 'SIGKILL']);
      }
      host = await openHost();
      const view = await addView({ busyMs: 1 });
      expect((await view.status()).build?.position).toBeGreaterThanOrEqual(reached);
      expect(await countsIn(view.database)).toEqual({ '08Z11': 3_000 });
      await whenBuilt(view);
      expect(await countsIn(view.database)).toEqual({ '08Z11': 3_000 });
      await whenStored(1);
    }, 90_000);

    it('that fails leaves what serves alone, says so, and goes on when it can', async () => {
      const file = join(folder, 'disk-full');
      const view = await built(200, { failsWhile: { file, upTo: 150 } });
      writeFileSync(file, '');
      await view.rebuild();
      const status = await when(view, ({ build }) => build?.failing === true);
      expect(status).toMatchObject({ state: 'live', version: 1 });
      expect(await view.waitFor(await visits('08Z12', 1), 10_000)).toBe(true);
      expect(await countsIn(view.database)).toEqual({ '08Z11': 200, '08Z12': 1 });
      expect(await view.status()).toMatchObject({ state: 'live', build: { reason: 'rebuild', position: 0 } });
      expect(faults.length).toBeGreaterThan(0);
      rmSync(file);
      await whenBuilt(view);
      expect(await countsIn(view.database)).toEqual({ '08Z11': 200, '08Z12': 1 });
    }, 60_000);

    it('of a new version: an older one that can be read serves as it stands until the new one is level', async () => {
      await built(500);
      const view = await reopened({ version: 2, readableFrom: 1, weight: 2, busyMs: 2 });
      const heard: Position[] = [];
      view.onAdvanced((position) => heard.push(position));
      const position = await visits('08Z11', 1);
      await pause(5);
      const status = await view.status();
      expect(status).toMatchObject({ version: 1, position: 500, logPosition: 501, state: 'catching-up' });
      expect(status.build).toMatchObject({ version: 2, reason: 'version' });
      expect(status.delayMs).toBeGreaterThan(0);
      expect(await countsIn(view.database)).toEqual({ '08Z11': 500 });
      expect(await view.cancelRebuild()).toBe('needed');
      expect(await view.rebuild()).toBe('under-way');
      expect(heard).toEqual([]);
      expect(await view.waitFor(position, 30_000)).toBe(true);
      expect(await countsIn(view.database)).toEqual({ '08Z11': 1_002 });
      expect(heard.at(-1)).toBe(position);
      expect(await view.status()).toMatchObject({ version: 2, state: 'live' });
      await whenStored(1);
    }, 60_000);

    it('of a new version that older rows cannot stand in for: nothing is read before it is level', async () => {
      await built(300);
      const view = await reopened({ version: 2, weight: 2, busyMs: 8 });
      await expect(countsIn(view.database)).rejects.toThrow(ViewBeingBuilt);
      expect(await view.status()).toMatchObject({ version: 2, position: 0, state: 'building' });
      expect(await view.cancelRebuild()).toBe('needed');
      // Who must go back to the version of before finds it.
      expect((await storage.stored(viewName)).length).toBe(2);
      expect(await view.waitFor(300, 30_000)).toBe(true);
      expect(await countsIn(view.database)).toEqual({ '08Z11': 600 });
      await whenStored(1);
    }, 60_000);

    it('goes back to the version of before while the new one is not done', async () => {
      await built(300);
      await reopened({ version: 2, weight: 2, busyMs: 5 });
      const back = await reopened({});
      expect(await back.status()).toMatchObject({ version: 1, position: 300 });
      expect(await countsIn(back.database)).toEqual({ '08Z11': 300 });
    });

    it('lets those who have begun to read finish on what they began with', async () => {
      await built(100);
      const view = await reopened({ version: 2, readableFrom: 1, weight: 2, busyMs: 3 }, 60_000);
      await asOneReading(async () => {
        expect(await countsIn(view.database)).toEqual({ '08Z11': 100 });
        await when(view, ({ version }) => version === 2);
        expect(await countsIn(view.database)).toEqual({ '08Z11': 100 });
        // Who waits for something wants what has it.
        await view.waitFor(await visits('08Z11', 1), 10_000);
        expect(await countsIn(view.database)).toEqual({ '08Z11': 202 });
      });
      await asOneReading(async () => expect(await countsIn(view.database)).toEqual({ '08Z11': 202 }));
    }, 60_000);
  });
}
