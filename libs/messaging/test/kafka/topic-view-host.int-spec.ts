import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Kafka } from 'kafkajs';
import { pino } from 'pino';
import { testBroker } from '#deploy/local/src/test-broker.js';
import { testDatabase } from '#deploy/local/src/test-database.js';
import { openEmbeddedEventStore } from '#event-store/embedded/embedded-event-store.js';
import { type EventStore, streamName } from '#event-store/event-store.js';
import { postgresViewHostOn } from '#projections/postgres/postgres-view-host.js';
import { ViewDatabase } from '#projections/postgres/view-database.js';
import type { View } from '#projections/view-host.js';
import { kafkaClient } from '../../src/kafka/kafka-client.js';
import { runRelayAmongReplicas } from '../../src/kafka/relay-among-replicas.js';
import { ensureTopics, layoutsOf } from '../../src/kafka/topic-layout.js';
import { TopicViewHost } from '../../src/kafka/topic-view-host.js';
import { type CountedVisit, countedVisits, newTopicName } from './counted-visits.js';

const partitions = 3;
const topic = countedVisits(newTopicName());
const viewName = `visits-${randomUUID().slice(0, 8)}`;
const module = new URL('modules/listed-visits.js', import.meta.url);
const server = await testDatabase('views of topics on PostgreSQL');
const broker = server && (await testBroker('views of topics on Kafka'));
afterAll(async () => {
  await broker?.stop();
  await server?.stop();
}, 60_000);

/** One replica of a service: its own connections, its part of the topic, ready to relay. */
interface Replica {
  readonly view: View;
  readonly host: TopicViewHost;
  /** Ends its relay alone. */
  readonly relay: AbortController;
  published: number;
  stop(): Promise<void>;
}

(broker === undefined ? describe.skip : describe)('a view of a topic, on replicas', () => {
  let folder: string;
  let kafka: Kafka;
  let events: EventStore;
  let recorded = 0;
  const schemaPrefix = `t${randomUUID().slice(0, 8)}`;
  const replicas: Replica[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'topic-views-'));
    kafka = kafkaClient({ brokers: broker?.brokers ?? [], clientId: 'test' }, pino({ level: 'silent' }));
    const admin = kafka.admin();
    await admin.connect();
    await ensureTopics(admin, layoutsOf(topic.name, partitions, 1));
    await admin.disconnect();
    events = await openEmbeddedEventStore({ file: join(folder, 'events.sqlite') });
    for (let i = 0; i < 2; i++) replicas.push(await started());
  }, 180_000);
  afterAll(async () => {
    for (const replica of replicas) await replica.stop();
    await events?.close();
    await server?.dropSchemas(schemaPrefix);
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  async function started(prepare: (database: ViewDatabase) => void = () => undefined): Promise<Replica> {
    const database = await ViewDatabase.open({ url: server?.url ?? '', schemaPrefix, takeOverAfterMs: 2_000 });
    prepare(database);
    const others = postgresViewHostOn(database, { events });
    const host = new TopicViewHost({ kafka, database, events, partitions, others });
    const view = await host.add({
      module,
      settings: { topic: topic.name, view: viewName, mendedBy: join(folder, 'mended') },
    });
    const relay = new AbortController();
    const replica: Replica = {
      view,
      host,
      relay,
      published: 0,
      stop: async () => {
        relay.abort();
        await relaying;
        await host.close();
        await database.close();
      },
    };
    const relaying = runRelayAmongReplicas(database, {
      topic,
      partitions,
      events,
      kafka,
      signal: relay.signal,
      onPublished: (_, { messages }) => (replica.published += messages),
    });
    return replica;
  }

  /** One visit of each of ten facilities, again and again. */
  async function record(rounds: number): Promise<number> {
    for (let round = 0; round < rounds; round++, recorded++) {
      for (let facility = 10; facility < 20; facility++) {
        const data: CountedVisit = { kind: 'visit', facility: `08Z${facility}`, number: recorded };
        await events.append(streamName('counted', randomUUID()), 'noStream', [
          { id: randomUUID(), type: 'Counted', data, metadata: { occurredAt: '2026-10-01T00:00:00Z' } },
        ]);
      }
    }
    return events.head();
  }

  const listedIn = async ({ view }: Replica): Promise<number> => {
    const [row] = await view.database.query<{ count: number }>('select count(*) as count from listed_visit');
    return row?.count ?? 0;
  };

  it('has the same rows and the same status in each of them', async () => {
    const heard: number[] = [];
    const stop = replicas[1]?.view.onAdvanced((position) => heard.push(position));
    const head = await record(5);
    for (const replica of replicas) {
      expect(await replica.view.waitFor(head, 30_000)).toBe(true);
      expect(await listedIn(replica)).toBe(50);
      expect(await replica.view.status()).toEqual({
        name: viewName,
        version: 1,
        generation: 1,
        position: head,
        logPosition: head,
        delayMs: 0,
        setAside: 0,
        state: 'live',
      });
    }
    expect(heard.length).toBeGreaterThan(0);
    stop?.();
  }, 60_000);

  it('sets aside what cannot be applied, and any replica applies it when it can be', async () => {
    const head = await record(2);
    const [first, second] = replicas;
    if (!first || !second) throw new Error('two replicas were started');
    for (const { view } of replicas) {
      expect(await view.waitFor(head, 30_000)).toBe(true);
      expect(await view.status()).toMatchObject({ setAside: 10, position: head });
    }
    expect(await listedIn(second)).toBe(60);
    const [letter] = await second.view.setAside();
    expect(letter).toMatchObject({
      type: `vn.lien-tuyen.${topic.name}.visit`,
      stream: expect.stringMatching(/^counted-visits-.*\.v1\/\d@\d+$/),
      reason: 'PoisonousNumber',
    });
    expect(await first.view.retrySetAside()).toEqual({ applied: 0, remaining: 10 });
    writeFileSync(join(folder, 'mended'), '');
    const both = await Promise.all([first.view.retrySetAside(), second.view.retrySetAside()]);
    expect(both.reduce((sum, { applied }) => sum + applied, 0)).toBe(10);
    expect(await listedIn(first)).toBe(70);
    expect(await second.view.status()).toMatchObject({ setAside: 0 });
  }, 60_000);

  it('is sent by one relay, and by the other when that one ends', async () => {
    const [relaying, waiting] = replicas.toSorted((a, b) => b.published - a.published);
    if (!relaying || !waiting) throw new Error('two replicas were started');
    expect([relaying.published, waiting.published]).toEqual([70, 0]);
    relaying.relay.abort();
    const head = await record(3);
    for (const replica of replicas) {
      expect(await replica.view.waitFor(head, 30_000)).toBe(true);
      expect(await listedIn(replica)).toBe(100);
    }
    expect(waiting.published).toBeGreaterThanOrEqual(30);
    expect((await replicas[0]?.host.statuses())?.map(({ name }) => name)).toEqual([viewName]);
  }, 60_000);

  const listIn = ({ view }: Pick<Replica, 'view'>) =>
    view.database.query<{ facility: string; number: number }>(
      'select facility, number from listed_visit order by facility, number',
    );

  async function builtEverywhere(): Promise<void> {
    for (const { view } of replicas) {
      while ((await view.status()).build !== undefined) await pause(50);
    }
  }

  it('is built from the log though the topic keeps only the newest, and goes on with the topic', async () => {
    const [first] = replicas;
    if (!first) throw new Error('two replicas were started');
    const before = await listIn(first);
    const admin = kafka.admin();
    await admin.connect();
    // Deleting records needs the leaders of the partitions, and does not ask for them itself.
    await admin.fetchTopicOffsets(topic.name);
    await admin.deleteTopicRecords({
      topic: topic.name,
      partitions: Array.from({ length: partitions }, (_, partition) => ({ partition, offset: '-1' })),
    });
    await admin.disconnect();

    expect(await first.view.rebuild()).toBe('begun');
    await builtEverywhere();
    const settings = { topic: topic.name, view: `${viewName}-too`, mendedBy: join(folder, 'mended') };
    const another = await first.host.add({ module, settings });
    const head = await record(2);
    for (const view of [...replicas.map((replica) => replica.view), another]) {
      expect(await view.waitFor(head, 30_000)).toBe(true);
      expect(await listIn({ view })).toHaveLength(before.length + 20);
      expect((await listIn({ view })).filter(({ number }) => number < 10)).toEqual(before);
      expect(await view.status()).toMatchObject({ state: 'live', setAside: 0, position: head });
    }
  }, 90_000);

  it('is rebuilt while messages come, and no replica reads less than before', async () => {
    const [first] = replicas;
    if (!first) throw new Error('two replicas were started');
    const [listed] = await Promise.all(replicas.map(listedIn));
    const enough = new AbortController();
    let rounds = 0;
    const writing = (async () => {
      for (; !enough.signal.aborted; rounds++) await record(1);
    })();
    const reading = replicas.map(async (replica) => {
      for (let least = listed ?? 0; !enough.signal.aborted; await pause(2)) {
        const count = await listedIn(replica);
        expect(count).toBeGreaterThanOrEqual(least);
        least = count;
      }
    });
    expect(await first.view.rebuild()).toBe('begun');
    await builtEverywhere();
    await pause(200);
    enough.abort();
    await Promise.all([writing, ...reading]);
    for (const replica of replicas) {
      expect(await replica.view.waitFor(await events.head(), 30_000)).toBe(true);
      expect(await listedIn(replica)).toBe((listed ?? 0) + rounds * 10);
    }
  }, 90_000);

  it('is not written from the log by a replica that has not heard that it serves', async () => {
    const late = await started((database) => {
      // As it was when the replica looked, before another one had built it.
      const { catalogue } = database;
      const of = catalogue.of.bind(catalogue);
      let looks = 0;
      catalogue.of = async (names) => {
        const rows = await of(names);
        return ++looks > 2 ? rows : rows.map((row) => ({ ...row, state: 'building' as const }));
      };
      database.follow = () => undefined;
    });
    const head = await record(3);
    for (const replica of replicas) expect(await replica.view.waitFor(head, 30_000)).toBe(true);
    await pause(1_000);
    for (const { view } of replicas) expect(await view.setAside()).toEqual([]);
    expect(await listedIn(replicas[0] ?? late)).toBe(recorded * 10);
    await late.stop();
  }, 60_000);
});
