import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from '@jest/globals';
import type { Kafka } from 'kafkajs';
import { pino } from 'pino';
import { openEmbeddedEventStore } from '#event-store/embedded/embedded-event-store.js';
import { type EventStore, streamName } from '#event-store/event-store.js';
import { kafkaClient } from '../../src/kafka/kafka-client.js';
import { type RelayOptions, type RelayPlace, runRelay } from '../../src/kafka/relay.js';
import { ensureTopics, layoutsOf } from '../../src/kafka/topic-layout.js';
import { readTopic, type TopicReaderOptions } from '../../src/kafka/topic-reader.js';
import type { Topic } from '../../src/topic.js';
import { type CountedVisit, countedEvent, countedVisits, listVisits, newTopicName } from './counted-visits.js';
import { type TestView, testViews, type TestViews } from './test-views.js';

const facilities = Array.from({ length: 12 }, (_, i) => `08Z${String(i + 10)}`);

/** A log, a topic of its own on the broker, the relay between them, and readers with views: what a delivery is made of. */
export class Delivery {
  /** Visits recorded, by facility. */
  readonly numbers = new Map<string, number>();
  /** What the relay told of its faults. */
  readonly relayFaults: string[] = [];
  place: RelayPlace | undefined;
  readonly #readers: { stop(): Promise<void> }[] = [];
  /** The place before a crash that came between acknowledgement and saving. */
  #forgotten: RelayPlace | undefined;
  #stopRelay = new AbortController();
  #relaying: Promise<void> = Promise.resolve();

  private constructor(
    readonly partitions: number,
    readonly kafka: Kafka,
    readonly topic: Topic<CountedVisit>,
    readonly events: EventStore,
    readonly views: TestViews,
    private readonly folder: string,
  ) {}

  static async start(suite: string, brokers: readonly string[], partitions: number): Promise<Delivery> {
    const folder = mkdtempSync(join(tmpdir(), 'lien-tuyen-delivery-'));
    const topic = countedVisits(newTopicName());
    const kafka = kafkaClient({ brokers, clientId: 'test' }, pino({ level: 'silent' }));
    const events = await openEmbeddedEventStore({ file: join(folder, 'events.sqlite') });
    const delivery = new Delivery(partitions, kafka, topic, events, await testViews(suite, partitions), folder);
    await delivery.makeTopics(topic.name, partitions);
    delivery.startRelay();
    return delivery;
  }

  async close(): Promise<void> {
    await this.stopReaders();
    await this.stopRelay();
    await this.events.close();
    await this.views.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async makeTopics(name: string, partitions: number): Promise<void> {
    const admin = this.kafka.admin();
    await admin.connect();
    await ensureTopics(admin, layoutsOf(name, partitions, 1));
    await admin.disconnect();
  }

  startRelay(more: Partial<RelayOptions<CountedVisit>> = {}): void {
    const { kafka, topic, events, views, partitions } = this;
    this.#stopRelay = new AbortController();
    this.#relaying = runRelay({
      topic,
      partitions,
      events,
      kafka,
      signal: this.#stopRelay.signal,
      places: {
        load: async (name) => this.#forgotten ?? views.places.load(name),
        save: async (name, saved) => {
          this.#forgotten = undefined;
          this.place = saved;
          await views.places.save(name, saved);
        },
      },
      onFault: ({ reason }) => this.relayFaults.push(reason),
      ...more,
    });
  }

  async stopRelay(): Promise<void> {
    this.#stopRelay.abort();
    await this.#relaying;
  }

  /** Starts the relay where it was then, as after a crash that came before its place was saved. */
  startRelayFrom(place: RelayPlace | undefined): void {
    this.#forgotten = place;
    this.startRelay();
  }

  /** As many visits, to each facility in turn. */
  async record(count: number): Promise<void> {
    await Promise.all(
      Array.from({ length: count }, (_, i) => {
        const facility = facilities[i % facilities.length] ?? '';
        const number = this.numbers.get(facility) ?? 0;
        this.numbers.set(facility, number + 1);
        const data: CountedVisit = { kind: 'visit', facility, number };
        return this.events.append(streamName('counted', `${facility}.${number}`), 'noStream', [countedEvent(data)]);
      }),
    );
  }

  get recorded(): number {
    return [...this.numbers.values()].reduce((sum, count) => sum + count, 0);
  }

  get facilities(): readonly string[] {
    return facilities;
  }

  /** Records while the work goes on. */
  async underLoad(work: () => Promise<void>): Promise<void> {
    const enough = new AbortController();
    const load = (async () => {
      for (; !enough.signal.aborted; await pause(100)) await this.record(12);
    })();
    try {
      await work();
    } finally {
      enough.abort();
      await load;
    }
  }

  read(view: TestView, more: Partial<TopicReaderOptions<CountedVisit>> = {}): { stop(): Promise<void> } {
    const stop = new AbortController();
    const { kafka, topic } = this;
    const reading = readTopic({ kafka, topic, handler: listVisits(), view, signal: stop.signal, ...more });
    const reader = {
      stop: async () => {
        stop.abort();
        await reading;
      },
    };
    this.#readers.push(reader);
    return reader;
  }

  async stopReaders(): Promise<void> {
    await Promise.all(this.#readers.splice(0).map((reader) => reader.stop()));
  }
}

export const countIn = async (view: TestView): Promise<number> =>
  Number((await view.rows<{ count: number }>('select count(*) as count from listed_visit'))[0]?.count);

export async function until(condition: () => boolean | Promise<boolean>, withinMs = 30_000): Promise<void> {
  for (const end = Date.now() + withinMs; !(await condition()) && Date.now() < end;) await pause(20);
  expect(await condition()).toBe(true);
}

/** Every visit recorded has its row in the view, once, in the order of its facility. */
export async function expectEachOnceInOrder(delivery: Delivery, view: TestView, withinMs = 30_000): Promise<void> {
  await until(async () => (await countIn(view)) === delivery.recorded, withinMs);
  const rows = await view.rows<{ facility: string; count: number; wrong: number }>(
    'select facility, count(*) as count, sum(case when place_in_order <> number then 1 else 0 end) as wrong from listed_visit group by facility',
  );
  expect(new Map(rows.map(({ facility, count }) => [facility, count]))).toEqual(delivery.numbers);
  expect(rows.reduce((sum, { wrong }) => sum + wrong, 0)).toBe(0);
}
