import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { type Kafka, type Message, Partitioners } from 'kafkajs';
import { testBroker } from '#deploy/local/src/test-broker.js';
import { openEmbeddedEventStore } from '#event-store/embedded/embedded-event-store.js';
import { type EventStore, streamName } from '#event-store/event-store.js';
import type { CloudEvent } from '../../src/cloud-event.js';
import { deadLetters, replay } from '../../src/kafka/dead-letters.js';
import { wireMessage } from '../../src/kafka/kafka-message.js';
import { positionReached } from '../../src/kafka/topic-places.js';
import { kafkaClient } from '../../src/kafka/kafka-client.js';
import { type RelayPlace, runRelay } from '../../src/kafka/relay.js';
import { readTopic, type TopicReaderOptions } from '../../src/kafka/topic-reader.js';
import { deadLetterTopic, ensureTopics, layoutsOf } from '../../src/kafka/topic-layout.js';
import { type CountedVisit, countedVisits, listVisits } from './counted-visits.js';
import { type TestView, testViews, type TestViews } from './test-views.js';

const partitions = 4;
const facilities = Array.from({ length: 12 }, (_, i) => `08Z${String(i + 10)}`);

const broker = await testBroker('topics on Kafka');
afterAll(() => broker?.stop(), 60_000);
/** A broker of somebody else's is not killed. */
const itKillsTheBroker = broker?.process ? it : it.skip;

(broker === undefined ? describe.skip : describe)('a topic on a real Kafka broker', () => {
  let folder: string;
  let kafka: Kafka;
  let events: EventStore;
  const numbers = new Map<string, number>();
  let stopRelay: AbortController;
  let relaying: Promise<void>;
  let views: TestViews;
  let place: RelayPlace | undefined;
  /** The place before a crash that came between acknowledgement and saving. */
  let forgotten: RelayPlace | undefined;
  const readers: { stop(): Promise<void> }[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lien-tuyen-kafka-'));
    views = await testViews('topics on Kafka', partitions);
    kafka = kafkaClient({ brokers: broker?.brokers ?? [], clientId: 'test' }, pino({ level: 'silent' }));
    const admin = kafka.admin();
    await admin.connect();
    await ensureTopics(admin, layoutsOf(countedVisits.name, partitions, 1));
    await admin.disconnect();
    events = await openEmbeddedEventStore({ file: join(folder, 'events.sqlite') });
    startRelay();
  }, 180_000);
  afterEach(async () => {
    await Promise.all(readers.splice(0).map((reader) => reader.stop()));
  }, 30_000);
  afterAll(async () => {
    stopRelay?.abort();
    await relaying;
    await events?.close();
    await views?.close();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  function startRelay(): void {
    stopRelay = new AbortController();
    relaying = runRelay({
      topic: countedVisits,
      partitions,
      events,
      kafka,
      signal: stopRelay.signal,
      places: {
        load: async (topic) => forgotten ?? views.places.load(topic),
        save: async (topic, saved) => {
          forgotten = undefined;
          place = saved;
          await views.places.save(topic, saved);
        },
      },
    });
  }

  async function record(count: number): Promise<void> {
    await Promise.all(
      Array.from({ length: count }, (_, i) => {
        const facility = facilities[i % facilities.length] ?? '';
        const number = numbers.get(facility) ?? 0;
        numbers.set(facility, number + 1);
        const data: CountedVisit = { kind: 'visit', facility, number };
        return events.append(streamName('counted', `${facility}.${number}`), 'noStream', [
          { id: randomUUID(), type: 'Counted', data, metadata: { occurredAt: '2026-10-01T00:00:00Z' } },
        ]);
      }),
    );
  }

  const recorded = (): number => [...numbers.values()].reduce((sum, count) => sum + count, 0);

  function read(view: TestView, more: Partial<TopicReaderOptions<CountedVisit>> = {}): { stop(): Promise<void> } {
    const stop = new AbortController();
    const reading = readTopic({
      kafka,
      topic: countedVisits,
      handler: listVisits(),
      view,
      signal: stop.signal,
      ...more,
    });
    const reader = {
      stop: async () => {
        stop.abort();
        await reading;
      },
    };
    readers.push(reader);
    return reader;
  }

  const countIn = async (view: TestView): Promise<number> =>
    Number((await view.rows<{ count: number }>('select count(*) as count from listed_visit'))[0]?.count);

  async function until(condition: () => boolean | Promise<boolean>, withinMs = 30_000): Promise<void> {
    for (const end = Date.now() + withinMs; !(await condition()) && Date.now() < end;) await pause(20);
    expect(await condition()).toBe(true);
  }

  it('brings every message once, in the order of its key', async () => {
    const view = await views.open(listVisits().schema);
    await record(500);
    read(view);
    await record(500);
    await until(async () => (await countIn(view)) === recorded());
    await expectInOrder(view);
  }, 60_000);

  itKillsTheBroker(
    'loses and doubles nothing when the broker is killed and started again under load',
    async () => {
      const view = await views.open(listVisits().schema);
      read(view);
      const enough = new AbortController();
      const load = (async () => {
        while (!enough.signal.aborted) {
          await record(12);
          await pause(100);
        }
      })();
      for (let round = 0; round < 2; round += 1) {
        await pause(1_500);
        await broker?.process?.kill();
        await pause(500);
        await broker?.process?.start();
      }
      await pause(1_000);
      enough.abort();
      await load;
      await until(async () => (await countIn(view)) === recorded(), 60_000);
      await expectInOrder(view);
    },
    150_000,
  );

  it('drops what a relay sends again after a crash between acknowledgement and saving', async () => {
    const view = await views.open(listVisits().schema);
    read(view);
    await until(async () => (await countIn(view)) === recorded());
    const before = place;
    await record(200);
    await until(async () => (await countIn(view)) === recorded());
    stopRelay.abort();
    await relaying;
    forgotten = before;
    startRelay();
    await record(50);
    await until(async () => (await countIn(view)) === recorded());
    await until(() => (place?.position ?? 0) > (before?.position ?? 0));
    await expectInOrder(view);
  }, 60_000);

  it('goes on in the right order when messages come doubled and in the wrong order', async () => {
    const view = await views.open(listVisits().schema);
    const faults: string[] = [];
    const topic = `shuffled-${randomUUID()}`;
    const admin = kafka.admin();
    await admin.connect();
    await ensureTopics(admin, layoutsOf(topic, 1, 1));
    await admin.disconnect();
    const sent = Array.from({ length: 30 }, (_, number): Message => {
      const data: CountedVisit = { kind: 'visit', facility: '08Z99', number };
      const envelope = envelopeOf(data, (number + 1) * 10);
      return wireMessage({ key: data.facility, position: (number + 1) * 10, envelope }, 0, number * 10);
    });
    const early = [...sent.slice(0, 5), ...sent.slice(10, 20).toReversed()];
    const late = [...sent.slice(3, 10), ...sent.slice(15)];
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    await producer.send({ topic, messages: early });
    read(view, {
      topic: { ...countedVisits, name: topic },
      onFault: ({ reason }) => faults.push(reason),
    });
    await until(() => faults.includes('GapInPartition'));
    expect(await countIn(view)).toBe(5);
    await producer.send({ topic, messages: late });
    await producer.disconnect();
    await until(async () => (await countIn(view)) === 30);
    const rows = await view.rows('select number from listed_visit order by place_in_order');
    expect(rows.map((row) => row['number'])).toEqual(sent.map((_, number) => number));
  }, 60_000);

  it('sets a poisonous message aside with its reason, shows it to operators, and applies it when it can be', async () => {
    let poison: number | undefined;
    const handler = listVisits(() => poison);
    const view = await views.open(handler.schema);
    await record(120);
    poison = (numbers.get('08Z15') ?? 0) + 2;
    await record(120);
    read(view, { handler });
    await until(async () => (await countIn(view)) === recorded() - facilities.length);
    const letters = await view.transaction((transaction) => deadLetters(transaction));
    expect(letters).toHaveLength(facilities.length);
    expect(new Set(letters.map(({ reason }) => reason))).toEqual(new Set(['PoisonousNumber']));
    const seen = await operatorsSee(letters.length);
    expect(new Set(seen.map(({ key }) => key))).toEqual(new Set(facilities));
    poison = undefined;
    for (const letter of letters) {
      await view.transaction((transaction) => replay(transaction, letter, countedVisits, handler));
    }
    expect(await countIn(view)).toBe(recorded());
    expect(await view.transaction((transaction) => deadLetters(transaction))).toEqual([]);
  }, 60_000);

  it('has each effect once when replicas share a view, come and go, and are slow', async () => {
    const handler = listVisits(undefined, 2);
    const view = await views.open(handler.schema);
    const first = read(view, { handler });
    await record(240);
    await pause(500);
    read(view, { handler });
    await record(240);
    await pause(2_000);
    await first.stop();
    await record(120);
    read(view, { handler });
    await until(async () => (await countIn(view)) === recorded(), 60_000);
    await expectInOrder(view);
  }, 150_000);

  it('tells readers how far the log is though nothing is sent to their partition', async () => {
    const view = await views.open(listVisits().schema);
    read(view);
    await record(1);
    const head = await events.head();
    for (const end = Date.now() + 20_000; Date.now() < end; await pause(50)) {
      if ((await view.transaction((transaction) => positionReached(transaction, partitions))) >= head) break;
    }
    expect(await view.transaction((transaction) => positionReached(transaction, partitions))).toBeGreaterThanOrEqual(
      head,
    );
  }, 60_000);

  async function expectInOrder(view: TestView): Promise<void> {
    const rows = await view.rows<{ facility: string; count: number; wrong: number }>(
      'select facility, count(*) as count, sum(case when place_in_order <> number then 1 else 0 end) as wrong from listed_visit group by facility',
    );
    expect(new Map(rows.map(({ facility, count }) => [facility, count]))).toEqual(numbers);
    expect(rows.reduce((sum, { wrong }) => sum + wrong, 0)).toBe(0);
  }

  async function operatorsSee(count: number): Promise<readonly { readonly key: string; readonly value: string }[]> {
    const consumer = kafka.consumer({ groupId: randomUUID() });
    const seen: { key: string; value: string }[] = [];
    await consumer.connect();
    await consumer.subscribe({ topic: deadLetterTopic(countedVisits.name), fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ message }) => {
        seen.push({ key: message.key?.toString() ?? '', value: message.value?.toString() ?? '' });
      },
    });
    await until(() => seen.length >= count);
    await consumer.disconnect();
    return seen;
  }
});

function envelopeOf(data: CountedVisit, position: number): CloudEvent<CountedVisit> {
  return {
    specversion: '1.0',
    id: randomUUID(),
    source: '/events/counted',
    type: 'vn.lien-tuyen.counted-visits.v1.visit',
    time: '2026-10-01T00:00:00.000Z',
    datacontenttype: 'application/json',
    dataschema: 'urn:lien-tuyen:schema:counted-visits.v1',
    partitionkey: data.facility,
    sequence: String(position),
    data,
  };
}
