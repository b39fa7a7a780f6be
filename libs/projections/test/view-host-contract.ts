/** The definition of the view-host port: what every engine must do, observed from outside. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openEmbeddedEventStore } from '#event-store/embedded/embedded-event-store.js';
import type { EventStore, NewEvent, Position } from '#event-store/event-store.js';
import { streamName } from '#event-store/event-store.js';
import type { ReadDatabase } from '../src/projection.js';
import { type View, ViewBeingBuilt, type ViewHost } from '../src/view-host.js';
import type { Settings } from './modules/visits-by-facility.js';

export const visitsModule = new URL('modules/visits-by-facility.js', import.meta.url);

export const visit = (facility: string, data: unknown = {}, type = 'VisitRecorded'): NewEvent => ({
  id: randomUUID(),
  type,
  data,
  metadata: { occurredAt: '2026-10-01T07:30:00+07:00', facility },
});

export const countsIn = async (database: ReadDatabase): Promise<Record<string, number>> => {
  const rows = await database.query<{ facility: string; count: number }>('select facility, count from visits');
  return Object.fromEntries(rows.map(({ facility, count }) => [facility, count]));
};

/** The log that views are made of. */
export interface ContractLog {
  readonly file: string;
  readonly events: EventStore;
}

/** Where the views of one test are. */
export interface ContractStorage {
  /** Opens a host on the same views every time; the suite closes what it opened before it opens again. */
  open(
    log: ContractLog,
    onFault: (fault: { readonly view?: string; readonly reason: string }) => void,
    readingMs?: number,
  ): Promise<ViewHost>;
  /** Names of what is kept of the view. */
  stored(view: string): Promise<readonly string[]>;
  /** For `rebuild-process.js`, which opens a host on the same views. */
  readonly ofProcess: readonly string[];
  /** Nothing is left. */
  clear(): Promise<void>;
}

/** @param newStorage without any view, for one test */
export function describeViewHostContract(name: string, newStorage: () => Promise<ContractStorage>): void {
  describe(`view host contract: ${name}`, () => {
    let folder: string;
    let store: EventStore;
    let storage: ContractStorage;
    let host: ViewHost;
    let faults: string[];

    const eventStoreFile = (): string => join(folder, 'log', 'events.sqlite');
    const openHost = (): Promise<ViewHost> =>
      storage.open({ file: eventStoreFile(), events: store }, ({ view, reason }) =>
        faults.push(`${view ?? 'host'}: ${reason}`),
      );
    const addView = (settings: Settings = {}): Promise<View> => host.add({ module: visitsModule, settings });
    const append = async (...events: NewEvent[]): Promise<Position> =>
      (await store.append(streamName('visit', randomUUID()), 'noStream', events)).position;

    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), 'views-'));
      faults = [];
      store = await openEmbeddedEventStore({ file: eventStoreFile() });
      storage = await newStorage();
      host = await openHost();
    });
    afterEach(async () => {
      await host.close();
      await store.close();
      await storage.clear();
      rmSync(folder, { recursive: true, force: true });
    });

    it('applies what is in the log already and what comes later, once and in order', async () => {
      for (let i = 0; i < 30; i++) await append(visit('08Z11'), visit('08Z12'), visit('08Z12', {}, 'VisitAmended'));
      const view = await addView();
      const last = await append(visit('08Z13'));
      expect(await view.waitFor(last, 5_000)).toBe(true);
      expect(await countsIn(view.database)).toEqual({ '08Z11': 30, '08Z12': 30, '08Z13': 1 });
      const arrivals = await view.database.query<{ position: number }>(
        'select position from arrivals order by sequence',
      );
      const recorded: number[] = [];
      for await (const batch of store.readAll({ filter: { types: ['VisitRecorded'] } })) {
        recorded.push(...batch.events.map((event) => event.position));
      }
      expect(arrivals.map((row) => row.position)).toEqual(recorded);
    });

    it('shows each append, and tells its listeners', async () => {
      const view = await addView();
      const heard: Position[] = [];
      const stop = view.onAdvanced((position) => heard.push(position));
      for (let i = 0; i < 50; i++) {
        const position = await append(visit('08Z11'));
        expect(await view.waitFor(position, 5_000)).toBe(true);
        expect(await countsIn(view.database)).toEqual({ '08Z11': i + 1 });
        await pause(2);
      }
      expect(heard.at(-1)).toBe(await store.head());
      stop();
      const count = heard.length;
      await view.waitFor(await append(visit('08Z11')), 5_000);
      expect(heard).toHaveLength(count);
    });

    it('moves past events it does not read, and waits no longer than asked', async () => {
      const view = await addView();
      const passed = await append(visit('08Z11', {}, 'VisitAmended'));
      expect(await view.waitFor(passed, 5_000)).toBe(true);
      expect(await view.waitFor(passed + 1, 30)).toBe(false);
      expect(await view.waitFor(passed + 1, 0)).toBe(false);
    });

    it('goes on from its checkpoint after a restart', async () => {
      const view = await addView();
      await view.waitFor(await append(visit('08Z11'), visit('08Z11')), 5_000);
      await host.close();
      await append(visit('08Z11'));
      host = await openHost();
      const again = await addView();
      expect(await again.waitFor(await store.head(), 5_000)).toBe(true);
      expect(await countsIn(again.database)).toEqual({ '08Z11': 3 });
    });

    it('sets aside what cannot be applied, without what it says of a person, and applies the rest', async () => {
      const mendedBy = join(folder, 'mended');
      const view = await addView({ mendedBy });
      const events = Array.from({ length: 20 }, (_, i) => visit('08Z11', { refuse: i === 5 || i === 12 }));
      await view.waitFor(await append(...events), 5_000);
      expect(await countsIn(view.database)).toEqual({ '08Z11': 18 });
      expect(await view.status()).toMatchObject({ setAside: 2, state: 'live', delayMs: 0 });
      const aside = await view.setAside();
      expect(aside.map((event) => event.eventId)).toEqual([events[5]?.id, events[12]?.id]);
      expect(aside[0]).toMatchObject({ type: 'VisitRecorded', stream: expect.stringMatching(/^visit-/) });
      expect(aside[0]?.reason).toMatch(/^RangeError at visits-by-facility\.[jt]s:\d+$/);

      expect(await view.retrySetAside()).toEqual({ applied: 0, remaining: 2 });
      expect(await countsIn(view.database)).toEqual({ '08Z11': 18 });
      writeFileSync(mendedBy, '');
      expect(await view.retrySetAside()).toEqual({ applied: 2, remaining: 0 });
      expect(await countsIn(view.database)).toEqual({ '08Z11': 20 });
      expect(await view.status()).toMatchObject({ setAside: 0 });
      expect(await view.setAside()).toEqual([]);
    });

    it('serves the live views while another is being built, and says truly how far that is', async () => {
      const live = await addView();
      const backlog = 1500;
      for (let i = 0; i < backlog; i += 50) await append(...Array.from({ length: 50 }, () => visit('08Z11')));
      await live.waitFor(await store.head(), 10_000);
      const building = await addView({ name: 'visits-slowly', busyMs: 1 });
      let slowest: Position = 0;
      for (let i = 0; i < 10; i++) {
        const position = await append(visit('08Z12'));
        expect(await live.waitFor(position, 5_000)).toBe(true);
        const status = await building.status();
        expect(status).toMatchObject({ state: 'building', version: 1, position: 0, logPosition: position });
        expect(status.delayMs).toBeGreaterThan(0);
        expect(status.build).toMatchObject({ reason: 'version', version: 1, logPosition: position, failing: false });
        const reached = status.build?.position ?? 0;
        expect(reached).toBeLessThan(position);
        expect(reached).toBeGreaterThanOrEqual(slowest);
        slowest = reached;
        expect(await building.waitFor(0, 0)).toBe(false);
        await expect(countsIn(building.database)).rejects.toThrow(ViewBeingBuilt);
        await pause(20);
      }
      expect(await building.waitFor(await store.head(), 20_000)).toBe(true);
      const built = await building.status();
      expect(built).toMatchObject({ state: 'live', delayMs: 0, position: await store.head() });
      expect(built.build).toBeUndefined();
      expect(await countsIn(building.database)).toEqual({ '08Z11': backlog, '08Z12': 10 });
    });

    it('refuses a changed schema under the same version, the same view twice, and a module without a projection', async () => {
      await addView();
      await expect(addView()).rejects.toThrow(/added already/);
      await expect(addView({ version: 2 })).rejects.toThrow(/added already/);
      await expect(host.add({ module: new URL('../src/position-waiters.js', import.meta.url) })).rejects.toThrow(
        /does not export createProjection/,
      );
      await host.close();
      host = await openHost();
      await expect(addView({ schemaSuffix: ' strict' })).rejects.toThrow(/its version must change/);
      await host.close();
      host = await openHost();
      await expect(addView({ version: 2 })).resolves.toBeDefined();
    });

    it('builds a view anew when it was built from another log', async () => {
      const view = await addView();
      await view.waitFor(await append(visit('08Z11')), 5_000);
      await host.close();
      await store.close();
      rmSync(join(folder, 'log'), { recursive: true });
      store = await openEmbeddedEventStore({ file: eventStoreFile() });
      host = await openHost();
      const again = await addView();
      await again.waitFor(await append(visit('08Z12')), 5_000);
      expect(await countsIn(again.database)).toEqual({ '08Z12': 1 });
    });

    it('says so when it has been closed', async () => {
      const view = await addView();
      const waiting = view.waitFor(10, 60_000);
      await host.close();
      expect(await waiting).toBe(false);
      await expect(addView({ version: 2 })).rejects.toThrow(/stopped/);
      expect(faults).toEqual([]);
    });
  });
}
