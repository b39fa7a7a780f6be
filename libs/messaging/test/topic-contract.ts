/** What a reader of a topic is promised, whichever engine delivers: observed from outside, in a view of the topic. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openEmbeddedEventStore } from '#event-store/embedded/embedded-event-store.js';
import { type EventStore, type Position, streamName } from '#event-store/event-store.js';
import type { View, ViewHost } from '#projections/view-host.js';
import type { Topic } from '../src/topic.js';
import { type CountedVisit, countedEvent, countedVisits, newTopicName } from './kafka/counted-visits.js';
import type { ListedVisitsSettings } from './kafka/modules/listed-visits.js';

const module = new URL('kafka/modules/listed-visits.js', import.meta.url);
const facilities = ['08Z10', '08Z11', '08Z12', '08Z13', '08Z14'];
/** The number that the handler of the view cannot take until it is mended. */
const poison = 5;

/** How an engine brings the messages of one topic to the views of one service. */
export interface TopicEngine {
  /** Opens a host on the same views every time; the suite closes what it opened before it opens again. */
  open(log: { readonly file: string; readonly events: EventStore }): Promise<ViewHost>;
  /** Nothing is left. */
  clear(): Promise<void>;
}

/** @param newEngine without any view, for one test */
export function describeTopicContract(
  name: string,
  newEngine: (topic: Topic<CountedVisit>) => Promise<TopicEngine>,
): void {
  describe(`topic contract: ${name}`, () => {
    let folder: string;
    let events: EventStore;
    let engine: TopicEngine;
    let host: ViewHost;
    let settings: ListedVisitsSettings;
    let recorded: number;

    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), 'topics-'));
      recorded = 0;
      const topic = countedVisits(newTopicName());
      settings = { topic: topic.name, view: `visits-${randomUUID().slice(0, 8)}`, mendedBy: join(folder, 'mended') };
      events = await openEmbeddedEventStore({ file: join(folder, 'events.sqlite') });
      engine = await newEngine(topic);
      host = await openHost();
    }, 60_000);
    afterEach(async () => {
      await host.close();
      await engine.clear();
      await events.close();
      rmSync(folder, { recursive: true, force: true });
    }, 60_000);

    const openHost = (): Promise<ViewHost> => engine.open({ file: join(folder, 'events.sqlite'), events });
    const addView = (): Promise<View> => host.add({ module, settings });

    const append = async (data: unknown): Promise<Position> =>
      (await events.append(streamName('counted', randomUUID()), 'noStream', [countedEvent(data)])).position;

    /** One visit of each facility, so many times. */
    async function record(rounds: number): Promise<Position> {
      for (let round = 0; round < rounds; round++, recorded++) {
        for (const facility of facilities) await append({ kind: 'visit', facility, number: recorded });
      }
      return events.head();
    }

    /** Numbers in the order in which they came, by facility. */
    async function listedIn(view: View): Promise<ReadonlyMap<string, readonly number[]>> {
      const rows = await view.database.query<{ facility: string; number: number }>(
        'select facility, number from listed_visit order by facility, place_in_order',
      );
      return new Map(
        [...Map.groupBy(rows, ({ facility }) => facility)].map(([facility, of]) => [
          facility,
          of.map(({ number }) => number),
        ]),
      );
    }

    const eachWith = (numbers: readonly number[]): ReadonlyMap<string, readonly number[]> =>
      new Map(facilities.map((facility) => [facility, numbers]));

    const upTo = (count: number, without?: number): readonly number[] =>
      Array.from({ length: count }, (_, number) => number).filter((number) => number !== without);

    it('every message has its effect once, in the order of its key: what was sent before the reader came, and after', async () => {
      writeFileSync(settings.mendedBy, '');
      await record(8);
      const view = await addView();
      expect(await view.waitFor(await record(8), 30_000)).toBe(true);
      expect(await listedIn(view)).toEqual(eachWith(upTo(16)));
    }, 60_000);

    it('a reader that was away goes on where it was', async () => {
      const view = await addView();
      expect(await view.waitFor(await record(3), 30_000)).toBe(true);
      await host.close();
      const head = await record(2);
      host = await openHost();
      const again = await addView();
      expect(await again.waitFor(head, 30_000)).toBe(true);
      expect(await listedIn(again)).toEqual(eachWith(upTo(5)));
    }, 60_000);

    it('a message that cannot be applied is set aside with its reason, stops no other, and is applied when it can be', async () => {
      const view = await addView();
      expect(await view.waitFor(await record(8), 30_000)).toBe(true);
      expect(await listedIn(view)).toEqual(eachWith(upTo(8, poison)));
      expect(await view.status()).toMatchObject({ setAside: facilities.length });
      expect((await view.setAside()).map(({ reason }) => /^\w+/.exec(reason)?.[0])).toEqual(
        facilities.map(() => 'PoisonousNumber'),
      );
      expect(await view.retrySetAside()).toEqual({ applied: 0, remaining: facilities.length });
      writeFileSync(settings.mendedBy, '');
      expect(await view.retrySetAside()).toEqual({ applied: facilities.length, remaining: 0 });
      expect(await listedIn(view)).toEqual(eachWith([...upTo(8, poison), poison]));
      expect(await view.status()).toMatchObject({ setAside: 0 });
    }, 60_000);

    it('what the schema of the topic does not allow reaches nobody, and stops nothing', async () => {
      const view = await addView();
      await record(2);
      await append({ kind: 'visit', facility: '08Z10', number: -1 });
      await append({ kind: 'visit', facility: '08Z10', number: 99, patient: 'a name' });
      expect(await view.waitFor(await record(2), 30_000)).toBe(true);
      expect(await listedIn(view)).toEqual(eachWith(upTo(4)));
    }, 60_000);

    it('a view says how far it is, also over what is not for it', async () => {
      const view = await addView();
      await record(1);
      const passed = await events.append(streamName('other', randomUUID()), 'noStream', [countedEvent({})]);
      expect(await view.waitFor(passed.position, 30_000)).toBe(true);
      expect(await view.status()).toMatchObject({ position: passed.position, delayMs: 0, state: 'live' });
      expect(await view.waitFor(passed.position + 1, 30)).toBe(false);
    }, 60_000);
  });
}
